"""A published day laid on the map."""

import math

import pytest

from benchmarks.city.day import day_ms, lay_out
from benchmarks.city.mdrp import Instance, Meal, Rider
from geo.point import Point, distance_m

ANCHOR = Point(41.155, -8.63)
DAY = Instance(
    "0o100t100s1p100",
    (Meal("o1", (9000.0, 7000.0), "r1", 10, 20),),
    (Rider("c1", (1000.0, 1000.0), 30, 90),),
    {"r1": (5000.0, 4000.0), "r2": (0.0, 10_000.0)},
    320.0, 4.0, 4.0, 40.0, 10.0, 15.0,
)  # fmt: skip
LAID = lay_out(DAY, ANCHOR, seed=1)


def test_distances_on_the_map_are_those_of_the_instance() -> None:
    door, kitchen = LAID.point((9000.0, 7000.0)), LAID.kitchen(DAY.meals[0])
    assert distance_m(door, kitchen) == pytest.approx(math.hypot(4000, 3000), rel=2e-3)


def test_every_place_lies_inside_the_zone() -> None:
    radius = min(distance_m(ANCHOR, corner) for corner in LAID.world.zone.ring)
    assert all(distance_m(ANCHOR, LAID.point(place)) < radius for place in DAY.places)


def test_couriers_keep_their_shift_their_speed_and_their_start() -> None:
    (courier,) = LAID.world.couriers
    assert (courier.on_ms, courier.off_ms) == (day_ms(30), day_ms(90))
    assert courier.speed_mps == pytest.approx(320 / 60)
    assert courier.home == LAID.point((1000.0, 1000.0))


def test_restaurants_are_found_by_name() -> None:
    assert LAID.world.shops[LAID.shops["r2"]].place == LAID.point((0.0, 10_000.0))


def test_the_zone_s_code_is_one_that_the_api_takes() -> None:
    assert LAID.world.zone.code == "mdrp-0o100t100s1p100-1"
