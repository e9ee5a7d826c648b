"""What is drawn of an OpenStreetMap extract, on small files written here."""

from pathlib import Path

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.box import Box
from geo.extract import features
from geo.feature import AREA_KINDS, PLACE_KINDS, ROAD_KINDS, Feature, Layer
from geo.map_file import MapFileError
from tests.support.osm_file import OsmFile

BOX = Box(41.0, -9.0, 41.1, -8.9)
RING = ((41.02, -8.98), (41.02, -8.96), (41.04, -8.96), (41.04, -8.98))


def ring(osm: OsmFile, places: tuple[tuple[float, float], ...] = RING) -> list[int]:
    nodes = [osm.node(*place) for place in places]
    return [*nodes, nodes[0]]


def found(tmp_path: Path, osm: OsmFile, box: Box = BOX) -> list[Feature]:
    return list(features(osm.write(tmp_path / "map.osm"), box))


def shape(feature: Feature) -> BaseGeometry:
    return shapely.from_wkb(feature.wkb)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "motorway_link"}, "motorway"),
        ({"highway": "primary"}, "primary"),
        ({"highway": "residential"}, "minor"),
        ({"highway": "steps"}, "path"),
        ({"railway": "tram"}, "rail"),
    ],
)
def test_roads_come_with_kind_and_name(tmp_path: Path, tags: dict[str, str], kind: str) -> None:
    osm = OsmFile()
    osm.way([osm.node(41.01, -8.95), osm.node(41.02, -8.95)], name="Rua Nova", **tags)
    (road,) = found(tmp_path, osm)
    assert (road.layer, road.kind, road.name) == (Layer.ROADS, kind, "Rua Nova")
    assert shape(road).equals(shapely.LineString([(-8.95, 41.01), (-8.95, 41.02)]))


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"natural": "water"}, "water"),
        ({"waterway": "riverbank"}, "water"),
        ({"leisure": "park"}, "park"),
        ({"landuse": "forest"}, "park"),
        ({"landuse": "industrial"}, "landuse"),
        ({"building": "yes"}, "building"),
    ],
)
def test_closed_ways_are_areas(tmp_path: Path, tags: dict[str, str], kind: str) -> None:
    osm = OsmFile()
    osm.way(ring(osm), **tags)
    (area,) = found(tmp_path, osm)
    assert (area.layer, area.kind, area.name) == (Layer.AREAS, kind, "")
    assert shape(area).area == pytest.approx(0.02 * 0.02)


def test_a_multipolygon_has_its_hole(tmp_path: Path) -> None:
    osm = OsmFile()
    hole = tuple((41.03 + (lat - 41.03) / 2, -8.97 + (lng + 8.97) / 2) for lat, lng in RING)
    outer, inner = osm.way(ring(osm)), osm.way(ring(osm, hole))
    osm.multipolygon([outer], [inner], natural="water", name="Lagoa")
    (area,) = found(tmp_path, osm)
    assert (area.kind, area.name) == ("water", "Lagoa")
    assert shape(area).area == pytest.approx(0.02 * 0.02 * 0.75)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "proposed"},
        {"highway": "pedestrian", "area": "yes"},
        {"building": "no"},
        {"railway": "subway"},
        {"natural": "tree_row"},
    ],
)
def test_what_is_not_drawn_is_left_out(tmp_path: Path, tags: dict[str, str]) -> None:
    osm = OsmFile()
    osm.way(ring(osm), **tags)
    assert found(tmp_path, osm) == []


def test_places_have_names(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.node(41.05, -8.95, place="suburb", name="Foz")
    osm.node(41.05, -8.95, place="suburb")
    osm.node(41.05, -8.95, place="continent", name="Europe")
    (place,) = found(tmp_path, osm)
    assert (place.layer, place.kind, place.name) == (Layer.PLACES, "suburb", "Foz")


def test_everything_is_cut_at_the_box(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.way([osm.node(41.05, -9.5), osm.node(41.05, -8.5)], highway="primary")
    osm.way([osm.node(42.05, -9.5), osm.node(42.05, -8.5)], highway="primary")
    osm.node(42.0, -8.95, place="town", name="Away")
    (road,) = found(tmp_path, osm)
    assert shape(road).bounds == pytest.approx((BOX.min_lng, 41.05, BOX.max_lng, 41.05))


def test_a_road_that_leaves_the_extract_is_drawn_as_far_as_it_is_known(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.way([osm.node(41.01, -8.95), osm.node(41.02, -8.95), 999], highway="primary")
    osm.way([osm.node(41.01, -8.95), 999], highway="primary")
    (road,) = found(tmp_path, osm)
    assert shape(road).equals(shapely.LineString([(-8.95, 41.01), (-8.95, 41.02)]))


def test_an_area_that_is_not_wholly_known_is_left_out(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.way([*ring(osm)[:-1], 999, 1], building="yes")
    assert found(tmp_path, osm) == []


def test_the_sea_lies_on_the_right_of_the_coastline(tmp_path: Path) -> None:
    osm = OsmFile(bounds=BOX)
    # Northwards: land in the west, sea in the east. The line ends just inside the extract.
    osm.way([osm.node(41.001, -8.95), osm.node(41.05, -8.94), osm.node(41.099, -8.95)],
            natural="coastline")  # fmt: skip
    (sea,) = found(tmp_path, osm, Box(40.0, -10.0, 42.0, -8.0))
    assert (sea.layer, sea.kind) == (Layer.AREAS, "water")
    assert shape(sea).contains(shapely.Point(-8.91, 41.05))
    assert not shape(sea).contains(shapely.Point(-8.99, 41.05))
    assert shapely.box(-9.0, 41.0, -8.9, 41.1).buffer(1e-9).contains(shape(sea))


def test_long_names_are_cut(tmp_path: Path) -> None:
    osm = OsmFile()
    osm.way([osm.node(41.01, -8.95), osm.node(41.02, -8.95)], name="x" * 500, highway="primary")
    assert len(found(tmp_path, osm)[0].name) == 120


def test_only_listed_kinds_come(tmp_path: Path) -> None:
    osm = OsmFile()
    line = [osm.node(41.01, -8.95), osm.node(41.02, -8.95)]
    for value in ("trunk", "tertiary_link", "road", "service", "track", "cycleway"):
        osm.way(line, highway=value)
    kinds = {feature.kind for feature in found(tmp_path, osm)}
    assert kinds <= {*ROAD_KINDS, *AREA_KINDS, *PLACE_KINDS}


def test_a_missing_map_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MapFileError):
        list(features(tmp_path / "none.osm.pbf", BOX))
