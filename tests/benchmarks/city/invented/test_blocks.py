"""Houses and parks between streets."""

import random
from itertools import pairwise

import shapely
from shapely import LineString, Polygon

from benchmarks.city.invented.blocks import blocks, houses, lawns
from benchmarks.city.invented.crossings import Piece

NOTHING = Polygon()


def grid(lines: int, step_m: float) -> list[Piece]:
    """Streets of a square grid, cut at their crossings."""
    spots = [number * step_m for number in range(lines)]
    steps = list(pairwise(spots))
    across = [LineString([(a, at), (b, at)]) for at in spots for a, b in steps]
    upright = [LineString([(at, a), (at, b)]) for at in spots for a, b in steps]
    return [Piece(line, "minor", "Street") for line in (*across, *upright)]


def test_blocks_are_what_streets_enclose() -> None:
    between = blocks(grid(4, 100.0), NOTHING, NOTHING)
    assert [block.area for block in between.built] == [10_000.0] * 9
    assert between.green == ()


def test_a_block_in_a_green_is_a_lawn_up_to_the_kerb() -> None:
    between = blocks(grid(4, 100.0), shapely.box(110, 110, 190, 190), NOTHING)
    assert (len(between.built), len(between.green)) == (8, 1)
    (lawn,) = lawns(between.green)
    assert lawn.equals(shapely.box(108, 108, 192, 192))


def test_nothing_is_built_on_the_water() -> None:
    between = blocks(grid(4, 100.0), NOTHING, shapely.box(-50, 100, 350, 200))
    assert len(between.built) == 6


def test_houses_stand_inside_their_block_behind_the_kerb() -> None:
    built = blocks(grid(4, 100.0), NOTHING, NOTHING).built
    rows = list(houses(random.Random(1), built, 400.0))
    ground = shapely.union_all([block.buffer(-7.99) for block in built])
    assert len(rows) > 15
    assert all(ground.contains(house) for house in rows)


def test_houses_do_not_overlap() -> None:
    rows = list(houses(random.Random(1), blocks(grid(3, 90.0), NOTHING, NOTHING).built, 300.0))
    assert shapely.union_all(rows).area > 0.999 * sum(house.area for house in rows)
