"""The streets of the played city, from a small map and invented."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.city.streets import INVENTED, OPENSTREETMAP, invented_streets, streets_of_map
from geo.feature import Layer
from geo.map_file import MapFileError
from geo.point import Point, distance_m, distances_m, offset
from tests.support.osm_file import OsmFile

TOWN, VILLAGE = Point(41.15, -8.61), Point(41.35, -8.40)


def town(osm: OsmFile, centre: Point, side: int, step_m: float = 100.0) -> None:
    """Add a square of streets, `side` by `side` crossings."""
    middle = (side - 1) / 2
    crossings = [
        [osm.node(*offset(centre, (row - middle) * step_m, (column - middle) * step_m))
         for column in range(side)]
        for row in range(side)
    ]  # fmt: skip
    for line in (*crossings, *(list(column) for column in zip(*crossings, strict=True))):
        osm.way(line, highway="residential", name="Rua")


@pytest.fixture
def map_file(tmp_path: Path) -> Path:
    """A town of 400 crossings, a village of 100 thirty kilometres away, a road between them."""
    osm = OsmFile()
    town(osm, TOWN, 20)
    town(osm, VILLAGE, 10)
    osm.way([1, 401], highway="primary")
    return osm.write(tmp_path / "twotowns.osm.xml")


def test_the_busiest_circle_of_a_map_is_played(map_file: Path, tmp_path: Path) -> None:
    streets = streets_of_map(map_file, tmp_path / "cache", radius_m=2000)
    assert streets.name == "twotowns"
    assert streets.attribution == OPENSTREETMAP
    assert distance_m(streets.centre, TOWN) < 500
    assert len(streets.roads) == 400
    away = distances_m(streets.roads.lats, streets.roads.lngs, streets.centre)
    assert np.all(away <= 2000)


def test_a_map_smaller_than_the_circle_is_played_whole(map_file: Path, tmp_path: Path) -> None:
    streets = streets_of_map(map_file, tmp_path / "cache", radius_m=60_000)
    assert len(streets.roads) == 500


def test_the_basemap_of_a_map_is_that_of_its_circle(map_file: Path, tmp_path: Path) -> None:
    streets = streets_of_map(map_file, tmp_path / "cache", radius_m=2000)
    drawn = list(streets.features())
    assert {feature.layer for feature in drawn} == {Layer.ROADS}
    assert len(drawn) == 41  # the town's lines and the beginning of the road out of it


def test_a_map_without_a_town_is_one_sentence(tmp_path: Path) -> None:
    osm = OsmFile()
    town(osm, TOWN, 3)
    path = osm.write(tmp_path / "hamlet.osm")
    with pytest.raises(MapFileError, match="has no town within 2000 m"):
        streets_of_map(path, tmp_path / "cache", radius_m=2000)


def test_invented_streets_lie_where_they_were_asked_for() -> None:
    streets = invented_streets(TOWN, 1500, seed=1)
    assert streets.attribution == INVENTED
    assert streets.name
    away = distances_m(streets.roads.lats, streets.roads.lngs, TOWN)
    assert 1300 < away.max() < 1700
    box = streets.box
    assert box.min_lat < TOWN.lat < box.max_lat
    assert {feature.layer for feature in streets.features()} == set(Layer)
