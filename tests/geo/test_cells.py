"""H3 cells: names, neighbours, covers; covers against a search through every cell around."""

import h3.api.basic_int as h3
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon

from geo import cells
from geo.point import Point, distance_m, offset

PORTO = Point(41.1496, -8.6110)
LATS, LNGS = st.floats(-65, 65), st.floats(-178, 178)


def touching(shape: Polygon | MultiPolygon, resolution: int) -> list[int]:
    """Test every cell around the middle of a small shape: slow and obvious."""
    middle = Point(shape.envelope.centroid.y, shape.envelope.centroid.x)
    found = []
    for cell in cells.disk(cells.cell_of(middle, resolution), 12):
        outline = Polygon([(lng, lat) for lat, lng in h3.cell_to_boundary(cell)])
        if outline.intersects(shape):
            found.append(cell)
    return found


def test_the_centre_of_a_cell_lies_in_it() -> None:
    cell = cells.cell_of(PORTO, 9)
    assert cells.resolution(cell) == 9
    assert cells.cell_of(cells.centre(cell), 9) == cell
    assert distance_m(cells.centre(cell), PORTO) < 250


def test_a_parent_contains_its_child() -> None:
    cell = cells.cell_of(PORTO, 9)
    assert cells.parent(cell, 6) == cells.cell_of(cells.centre(cell), 6)
    assert cells.parent(cell, 9) == cell
    with pytest.raises(ValueError, match="no parent at 10"):
        cells.parent(cell, 10)


def test_a_disk_is_its_rings_together() -> None:
    cell = cells.cell_of(PORTO, 8)
    rings = [one for k in range(4) for one in cells.ring(cell, k)]
    assert sorted(rings) == cells.disk(cell, 3)
    assert [len(cells.ring(cell, k)) for k in range(4)] == [1, 6, 12, 18]


@pytest.mark.parametrize("point", [Point(91, 0), Point(0, 181), Point(float("nan"), 0)])
def test_a_place_off_the_globe_has_no_cell(point: Point) -> None:
    with pytest.raises(ValueError, match="not a place"):
        cells.cell_of(point, 9)


@pytest.mark.parametrize("resolution", [-1, 16])
def test_resolutions_end_at_fifteen(resolution: int) -> None:
    with pytest.raises(ValueError, match="0 to 15"):
        cells.cell_of(PORTO, resolution)


def test_text_and_number_name_the_same_cell() -> None:
    cell = cells.cell_of(PORTO, 7)
    assert cells.from_text(cells.to_text(cell)) == cell


@pytest.mark.parametrize(
    "text",
    [
        *("", "zz", "-1", "1_0", "ffffffffffffffff", "000000000000000", "8" * 500),
        *("0x871843acdffffff", " 871843acdffffff", "871843ACDFFFFFF"),
    ],
)
def test_a_text_that_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an H3 cell"):
        cells.from_text(text)


@given(LATS, LNGS, st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=3, max_size=7))
def test_a_cover_is_the_cells_that_touch_the_shape(
    lat: float, lng: float, corners: list[tuple[float, float]]
) -> None:
    hull = shapely.MultiPoint([(lng + x / 50, lat + y / 50) for x, y in corners]).convex_hull
    if not isinstance(hull, Polygon) or hull.area < 1e-9:
        return
    assert cells.cover(hull, 8) == touching(hull, 8)


def test_a_cover_leaves_out_the_cells_inside_a_hole() -> None:
    outer = shapely.box(-8.7, 41.1, -8.5, 41.2)
    hole = shapely.box(-8.65, 41.12, -8.55, 41.18)
    covered = cells.cover(outer.difference(hole), 8)
    assert cells.cell_of(Point(41.15, -8.6), 8) not in covered
    assert set(covered) < set(cells.cover(outer, 8))


def test_a_cover_of_several_parts_is_theirs_together() -> None:
    parts = [shapely.box(0, 0, 0.02, 0.02), shapely.box(0.5, 0.5, 0.52, 0.52)]
    together = set(cells.cover(parts[0], 8)) | set(cells.cover(parts[1], 8))
    assert cells.cover(MultiPolygon(parts), 8) == sorted(together)


def test_a_cover_of_nothing_is_empty() -> None:
    assert cells.cover(Polygon(), 8) == []


def test_a_cover_that_is_too_large_says_so() -> None:
    with pytest.raises(ValueError, match="choose a coarser resolution"):
        cells.cover(shapely.box(-10, 36, 4, 44), 15)
    with pytest.raises(ValueError, match="more than 5 cells of resolution 8"):
        cells.cover(shapely.box(-8.61, 41.14, -8.58, 41.16), 8, at_most=5)


@given(LATS, LNGS, st.floats(0, 0.04), st.floats(0, 0.04))
def test_a_box_is_covered_by_the_cells_that_touch_it(
    lat: float, lng: float, height: float, width: float
) -> None:
    found = cells.cover_box(lat, lng, lat + height, lng + width, 8, 500)
    assert found == touching(shapely.box(lng, lat, lng + width, lat + height), 8)


def test_a_box_of_one_point_is_covered_by_its_cell() -> None:
    assert cells.cover_box(*PORTO, *PORTO, 9, 1) == [cells.cell_of(PORTO, 9)]


@given(st.integers(0, 60))
def test_a_box_that_takes_more_cells_than_allowed_has_no_cover(at_most: int) -> None:
    box = (41.1, -8.7, 41.2, -8.5)
    needed = cells.cover_box(*box, 7, 1000)
    assert needed is not None
    expected = needed if len(needed) <= at_most else None
    assert cells.cover_box(*box, 7, at_most) == expected


@pytest.mark.parametrize(
    "box", [(-85, -180, 85, 180), (10, -180, 10.0000001, 180), (-90, 5, 90, 5.0000001)]
)
def test_a_huge_or_very_long_box_is_recognised_without_building_cells(
    box: tuple[float, float, float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("h3.api.basic_int.h3shape_to_cells_experimental")
    assert cells.cover_box(*box, 12, 200) is None


def test_a_box_across_the_antimeridian_is_covered_on_both_sides() -> None:
    covered = cells.cover_box(-17.1, 179.9, -17.0, -179.9, 6, 100)
    assert covered is not None
    assert cells.cell_of(Point(-17.05, 179.95), 6) in covered
    assert cells.cell_of(Point(-17.05, -179.95), 6) in covered
    assert cells.cell_of(Point(-17.05, 0), 6) not in covered


def test_a_box_around_a_pole_holds_the_cell_of_the_pole() -> None:
    for pole, box in ((90, (89.5, -180, 90, 180)), (-90, (-90, -180, -89.5, 180))):
        covered = cells.cover_box(*box, 5, 500)
        assert covered is not None
        assert cells.cell_of(Point(pole, 0), 5) in covered


@pytest.mark.parametrize(
    "box",
    [
        (42, -8, 41, -7),
        (-91, 0, 0, 1),
        (0, 0, 91, 1),
        (0, -181, 1, 0),
        (0, 0, 1, 200),
        (float("nan"), 0, 1, 1),
        (0, 0, 1, float("inf")),
    ],
)
def test_a_box_that_is_none_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="box"):
        cells.cover_box(*box, 7, 200)


def test_a_small_step_changes_the_cell_at_most_to_a_neighbour() -> None:
    cell = cells.cell_of(PORTO, 9)
    assert cells.cell_of(offset(PORTO, 30, 30), 9) in cells.disk(cell, 1)


@given(
    lat=LATS,
    lng=LNGS,
    resolution=st.integers(4, 9),
    north=st.floats(-2, 2),
    east=st.floats(-2, 2),
)
def test_what_is_well_inside_a_cell_is_in_it(
    lat: float, lng: float, resolution: int, north: float, east: float
) -> None:
    """Wherever on the globe, however near to the edge."""
    cell = cells.cell_of(Point(lat, lng), resolution)
    edge_m = h3.average_hexagon_edge_length(resolution, "m")
    place = offset(cells.centre(cell), north * edge_m, east * edge_m)
    if abs(place.lng) <= 180 and cells.is_well_inside(cell, *place):
        assert cells.cell_of(place, resolution) == cell


def test_most_of_a_cell_is_well_inside() -> None:
    """Else it would be no short cut; and nothing is near the poles, where planes do not serve."""
    cell = cells.cell_of(PORTO, 7)
    edge_m = h3.average_hexagon_edge_length(7, "m")
    for north, east in ((0.0, 0.0), (0.6, 0.0), (0.0, -0.6), (-0.4, 0.4)):
        place = offset(cells.centre(cell), north * edge_m, east * edge_m)
        assert cells.is_well_inside(cell, *place)
    polar = cells.cell_of(Point(85, 10), 7)
    assert not cells.is_well_inside(polar, *cells.centre(polar))
