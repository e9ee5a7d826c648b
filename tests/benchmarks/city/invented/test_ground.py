"""The river and the unevenness of an invented city."""

import random

import numpy as np
import pytest
import shapely
from shapely import LineString

from benchmarks.city.invented.ground import lay_ground, unevenness


@pytest.mark.parametrize("seed", range(10))
def test_the_river_runs_right_across_the_city(seed: int) -> None:
    ground = lay_ground(random.Random(seed), 3000)
    city = shapely.Point(0, 0).buffer(3000)
    assert len(shapely.get_parts(city.difference(ground.water))) >= 2
    assert not ground.water.contains(shapely.Point(0, 0))


def test_bending_keeps_common_points_common() -> None:
    warp = unevenness(random.Random(1))
    crossing = (120.0, 45.0)
    lines = np.array([LineString([(-900, 40), crossing]), LineString([crossing, (700, 900)])])
    first, second = warp.bend(lines)
    assert first.coords[-1] == second.coords[0]
    assert len(first.coords) > 2


def test_bending_moves_nothing_far() -> None:
    point = unevenness(random.Random(2)).bend(shapely.Point(500, 500))
    assert 0 < point.distance(shapely.Point(500, 500)) < 150
