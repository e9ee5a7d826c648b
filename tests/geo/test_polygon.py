"""Areas in and out of GeoJSON, and every way in which one is refused."""

from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.point import Point
from geo.polygon import GeometryError, contains, parse, to_geojson

SQUARE = [[-8.7, 41.1], [-8.5, 41.1], [-8.5, 41.2], [-8.7, 41.2], [-8.7, 41.1]]
HOLE = [[-8.65, 41.14], [-8.55, 41.14], [-8.55, 41.16], [-8.65, 41.16], [-8.65, 41.14]]
FAR_SQUARE = [[round(lng + 1, 7), lat] for lng, lat in SQUARE]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def refusal(geojson: object) -> GeometryError:
    with pytest.raises(GeometryError) as caught:
        parse(geojson, "area")
    return caught.value


def test_a_place_inside_is_contained_and_one_in_a_hole_is_not() -> None:
    shape = parse(polygon(SQUARE, HOLE))
    assert contains(shape, Point(41.11, -8.6))
    assert not contains(shape, Point(41.15, -8.6))
    assert not contains(shape, Point(41.3, -8.6))


def test_the_border_belongs_to_the_area() -> None:
    assert contains(parse(polygon(SQUARE)), Point(41.1, -8.6))


def test_several_polygons_are_one_area() -> None:
    shape = parse({"type": "MultiPolygon", "coordinates": [[SQUARE], [FAR_SQUARE]]})
    assert contains(shape, Point(41.15, -8.6))
    assert contains(shape, Point(41.15, -7.6))


def test_heights_are_ignored() -> None:
    assert parse(polygon([[*position, 12.5] for position in SQUARE])).has_z is False


def test_what_comes_out_goes_in_again() -> None:
    shape = parse({"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [FAR_SQUARE]]})
    assert parse(to_geojson(shape)).equals(shape)


def test_one_part_is_written_as_a_polygon_with_its_outer_ring_counter_clockwise() -> None:
    written: Any = to_geojson(parse(polygon(SQUARE[::-1])))
    assert written["type"] == "Polygon"
    ring = written["coordinates"][0]
    assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) > 0


def test_seven_decimals_are_written() -> None:
    ring = [[lng + 0.123456789, lat] for lng, lat in SQUARE]
    written: Any = to_geojson(parse(polygon(ring)))
    first = written["coordinates"][0][0]
    assert all(value == round(value, 7) for value in first)


@pytest.mark.parametrize("value", [None, 5, "POLYGON", [], True])
def test_anything_but_an_object_is_refused(value: object) -> None:
    error = refusal(value)
    assert error.field == "area"
    assert "GeoJSON object" in error.message


@pytest.mark.parametrize("kind", [None, "Point", "polygon", 7, ["Polygon"]])
def test_another_type_is_refused(kind: object) -> None:
    error = refusal({"type": kind, "coordinates": []})
    assert (error.field, error.message) == ("area.type", "must be Polygon or MultiPolygon")


def test_a_feature_is_told_to_send_its_geometry() -> None:
    error = refusal({"type": "Feature", "geometry": polygon(SQUARE)})
    assert error.field == "area.type"
    assert "send the geometry" in error.message


def test_missing_coordinates_are_named() -> None:
    assert refusal({"type": "Polygon"}).field == "area.coordinates"


@pytest.mark.parametrize(
    ("coordinates", "field"),
    [
        ({}, "area.coordinates"),
        ([], "area.coordinates"),
        ([5], "area.coordinates.0"),
        ([[5, 5, 5, 5]], "area.coordinates.0.0"),
        ([[[], [], [], []]], "area.coordinates.0.0"),
        ([[["a", "b"]] * 4], "area.coordinates.0.0"),
        ([[[True, False]] * 4], "area.coordinates.0.0"),
        ([[[None, 1]] * 4], "area.coordinates.0.0"),
        ([[[1, 2, 3, 4]] * 4], "area.coordinates.0.0"),
    ],
)
def test_a_wrong_nesting_is_named_by_its_path(coordinates: object, field: str) -> None:
    assert refusal({"type": "Polygon", "coordinates": coordinates}).field == field


def test_an_empty_multipolygon_is_refused() -> None:
    assert refusal({"type": "MultiPolygon", "coordinates": []}).message == "has no polygon"


def test_a_polygon_without_rings_is_refused() -> None:
    error = refusal({"type": "MultiPolygon", "coordinates": [[SQUARE], []]})
    assert (error.field, error.message) == ("area.coordinates.1", "has no ring")


def test_an_open_ring_is_refused() -> None:
    error = refusal(polygon(SQUARE[:-1]))
    assert error.field == "area.coordinates.0"
    assert "not closed" in error.message


def test_a_short_ring_is_refused() -> None:
    error = refusal(polygon([SQUARE[0], SQUARE[1], SQUARE[0]]))
    assert "a ring needs 4" in error.message


def test_lines_that_cross_are_refused_with_the_place() -> None:
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    error = refusal(polygon(bow))
    assert error.field == "area.coordinates"
    assert error.message == "crosses or touches itself near latitude 0.500000, longitude 0.500000"


@pytest.mark.parametrize(
    "rings",
    [
        ([[0, 0], [1, 1], [2, 2], [0, 0]],),
        ([[0, 0]] * 5,),
        (SQUARE, FAR_SQUARE),
        (SQUARE, SQUARE),
    ],
)
def test_what_encloses_no_plain_area_is_refused(rings: tuple[Any, ...]) -> None:
    assert refusal(polygon(*rings)).field == "area.coordinates"


def test_parts_that_overlap_are_refused() -> None:
    assert refusal({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}).message


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_numbers_that_are_not_finite_are_refused(bad: float) -> None:
    ring = [[bad, 41.1], *SQUARE[1:-1], [bad, 41.1]]
    error = refusal(polygon(ring))
    assert error.field == "area.coordinates.0.0"
    assert "finite" in error.message


def test_a_place_off_the_globe_is_refused() -> None:
    error = refusal(polygon([*SQUARE[:2], [200, 95], *SQUARE[3:]]))
    assert error.field == "area.coordinates.0.2"
    assert "swapped" not in error.message


def test_a_swap_of_latitude_and_longitude_is_hinted_at() -> None:
    swapped = [[24.7, 146.7], [24.7, 146.8], [24.8, 146.8], [24.7, 146.7]]
    assert "look swapped" in refusal(polygon(swapped)).message


def test_an_area_across_the_antimeridian_is_refused() -> None:
    ring = [[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]
    error = refusal(polygon(ring))
    assert error.field == "area.coordinates.0.1"
    assert "antimeridian" in error.message


def test_too_many_vertices_are_refused_before_anything_is_built() -> None:
    error = refusal(polygon([[0, 0]] * 10_001))
    assert "10001 vertices, 10000 are allowed" in error.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "x"]), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(JSON, st.sampled_from(["Polygon", "MultiPolygon"]))
def test_no_input_raises_anything_but_a_geometry_error(value: Any, kind: str) -> None:
    for geojson in (value, {"type": kind, "coordinates": value}):
        with suppress(GeometryError):
            assert parse(geojson).is_valid
