"""Which roads an extract gives, on small files written here."""

from pathlib import Path

import pytest

from geo.map_file import MapFileError
from geo.point import Point, distance_m
from geo.road_reader import read_roads
from geo.roads import RoadGraph
from tests.support.osm_file import OsmFile

A, B, C, D = (41.150, -8.610), (41.150, -8.598), (41.159, -8.598), (41.159, -8.610)


def square(osm: OsmFile, **tags: str) -> list[int]:
    """Add a block of two-way streets; the way from A to B has the tags."""
    nodes = [osm.node(*place) for place in (A, B, C, D)]
    osm.way(nodes[:2], **({"highway": "residential"} | tags))
    osm.way([*nodes[1:], nodes[0]], highway="residential")
    return nodes


def read(tmp_path: Path, osm: OsmFile) -> RoadGraph:
    return read_roads(osm.write(tmp_path / "map.osm"))


def metres(roads: RoadGraph, start: tuple[float, float], goal: tuple[float, float]) -> float:
    return roads.path(roads.nearest_node(Point(*start)), roads.nearest_node(Point(*goal))).metres


def test_streets_are_as_long_as_they_are_on_the_globe(tmp_path: Path) -> None:
    osm = OsmFile()
    square(osm)
    roads = read(tmp_path, osm)
    assert len(roads) == 4
    assert metres(roads, A, B) == pytest.approx(distance_m(Point(*A), Point(*B)), rel=1e-5)


@pytest.mark.parametrize("tags", [{"oneway": "yes"}, {"oneway": "1"}, {"junction": "roundabout"}])
def test_a_one_way_street_leads_one_way(tmp_path: Path, tags: dict[str, str]) -> None:
    osm = OsmFile()
    square(osm, **tags)
    roads = read(tmp_path, osm)
    assert metres(roads, A, B) < 1100
    assert metres(roads, B, A) > 2900


def test_a_street_may_be_one_way_against_its_drawing(tmp_path: Path) -> None:
    osm = OsmFile()
    square(osm, oneway="-1")
    roads = read(tmp_path, osm)
    assert metres(roads, B, A) < 1100
    assert metres(roads, A, B) > 2900


@pytest.mark.parametrize(("oneway", "back_m"), [(None, 2900), ("no", 900)])
def test_a_motorway_is_one_way_unless_it_says_otherwise(
    tmp_path: Path, oneway: str | None, back_m: float
) -> None:
    osm = OsmFile()
    square(osm, highway="motorway", **({} if oneway is None else {"oneway": oneway}))
    roads = read(tmp_path, osm)
    assert back_m < metres(roads, B, A) < back_m * 1.3


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "construction"},
        {"access": "private"},
        {"motor_vehicle": "no"},
        {"access": "yes", "motorcar": "no"},
        {"area": "yes"},
    ],
)
def test_what_cars_may_not_use_is_left_out(tmp_path: Path, tags: dict[str, str]) -> None:
    osm = OsmFile()
    square(osm, **tags)
    assert metres(read(tmp_path, osm), A, B) > 2900


def test_the_most_particular_access_tag_decides(tmp_path: Path) -> None:
    osm = OsmFile()
    square(osm, access="private", motor_vehicle="permissive")
    assert metres(read(tmp_path, osm), A, B) < 1100


@pytest.mark.parametrize(
    ("tags", "expected_kmh"),
    [
        ({}, 25),
        ({"maxspeed": "30"}, 24),
        ({"maxspeed": "20 mph"}, 25.75),
        ({"maxspeed": "90"}, 35),
        ({"maxspeed": "0"}, 5),
        ({"maxspeed": "signals"}, 25),
        ({"maxspeed": "50;30"}, 25),
        ({"highway": "primary"}, 45),
    ],
)
def test_speed_comes_from_class_and_limit(
    tmp_path: Path, tags: dict[str, str], expected_kmh: float
) -> None:
    osm = OsmFile()
    a, b = osm.node(*A), osm.node(*B)
    osm.way([a, b], **({"highway": "residential"} | tags))
    roads = read(tmp_path, osm)
    assert roads.speeds_mps * 3.6 == pytest.approx(expected_kmh, abs=0.01)


def test_a_way_that_leaves_the_extract_is_kept_as_far_as_it_is_known(tmp_path: Path) -> None:
    osm = OsmFile()
    nodes = square(osm)
    osm.way([nodes[0], 999, nodes[2]], highway="residential")
    assert metres(read(tmp_path, osm), A, C) > 1900


def test_a_map_without_roads_is_one_sentence(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.way([osm.node(*A), osm.node(*B)], highway="footway")
    with pytest.raises(MapFileError, match="holds no connected roads for cars"):
        read(tmp_path, osm)
