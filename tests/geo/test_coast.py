"""Which side of a coastline is sea."""

import pytest
import shapely
from shapely import LineString

from geo.box import Box
from geo.coast import sea

BOX = Box(0.0, 0.0, 1.0, 1.0)
NORTHWARDS = LineString([(0.4, -0.1), (0.5, 0.5), (0.4, 1.1)])


def is_sea(lines: list[LineString], x: float, y: float) -> bool:
    return any(part.contains(shapely.Point(x, y)) for part in sea(BOX, lines))


def test_sea_is_on_the_right_and_land_on_the_left() -> None:
    assert is_sea([NORTHWARDS], 0.9, 0.5)
    assert not is_sea([NORTHWARDS], 0.1, 0.5)


def test_the_other_direction_turns_it_round() -> None:
    assert not is_sea([NORTHWARDS.reverse()], 0.9, 0.5)
    assert is_sea([NORTHWARDS.reverse()], 0.1, 0.5)


def test_a_coast_in_pieces_is_one_coast() -> None:
    pieces = [LineString(NORTHWARDS.coords[:2]), LineString(NORTHWARDS.coords[1:])]
    assert is_sea(pieces, 0.9, 0.5)
    assert not is_sea(pieces, 0.1, 0.5)


def test_an_island_is_land_in_the_sea() -> None:
    island = LineString([(0.7, 0.4), (0.8, 0.4), (0.8, 0.6), (0.7, 0.6), (0.7, 0.4)])
    assert not is_sea([island], 0.75, 0.5)
    assert is_sea([island], 0.1, 0.1)


def test_a_coast_cut_just_before_the_edge_is_led_on() -> None:
    short = LineString([(0.4, 0.003), (0.5, 0.5), (0.4, 0.997)])
    assert is_sea([short], 0.9, 0.5)
    assert not is_sea([short], 0.1, 0.5)


def test_a_coast_that_ends_in_the_middle_tells_nothing() -> None:
    assert list(sea(BOX, [LineString([(0.4, -0.1), (0.5, 0.5)])])) == []


@pytest.mark.parametrize("lines", [[], [LineString([(5, 5), (5, 6)])]])
def test_without_a_coast_there_is_no_sea(lines: list[LineString]) -> None:
    assert list(sea(BOX, lines)) == []
