"""What is ordered when."""

import random
from itertools import islice

import pytest

from benchmarks.city.ordering import (
    WAVE_S,
    arrivals,
    fitting_rate,
    intensity,
    order_plans,
    places_of,
)
from benchmarks.city.street_names import StreetNames
from benchmarks.city.streets import invented_streets
from benchmarks.city.world import draw_world
from geo.point import Point

STREETS = invented_streets(Point(46.2, 8.9), 1500.0, seed=3)
NAMES = StreetNames(STREETS.features())
WORLD = draw_world(STREETS, NAMES, 20, 1)


def test_the_same_seed_gives_the_same_orders() -> None:
    first, again = (list(islice(order_plans(WORLD, 100.0), 50)) for _ in range(2))
    assert first == again


def test_what_is_ordered_does_not_depend_on_the_rate() -> None:
    slow, fast = (list(islice(order_plans(WORLD, rate), 20)) for rate in (50.0, 500.0))
    assert [plan.things for plan in slow] == [plan.things for plan in fast]


def test_orders_come_at_the_rate_that_was_asked_for() -> None:
    per_hour = 200.0
    pauses = list(islice(arrivals(random.Random(1), per_hour), 8000))
    assert 8000 / (sum(pauses) / 3600) == pytest.approx(per_hour, rel=0.05)


def test_peaks_are_busier_than_lulls() -> None:
    at_s, in_peak, in_lull = 0.0, 0, 0
    for pause in islice(arrivals(random.Random(2), 600.0), 20_000):
        at_s += pause
        phase = at_s % WAVE_S / WAVE_S
        in_peak += 0.15 < phase < 0.35
        in_lull += 0.65 < phase < 0.85
    assert in_peak > 1.5 * in_lull


def test_waves_do_not_change_the_average() -> None:
    steps = 1000
    mean = sum(intensity(WAVE_S * step / steps) for step in range(steps)) / steps
    assert mean == pytest.approx(1.0)


@pytest.mark.parametrize("per_hour", [0.0, -1.0])
def test_a_city_without_orders_is_refused(per_hour: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        next(arrivals(random.Random(1), per_hour))


def test_a_parcel_goes_from_door_to_door_a_meal_from_its_shop() -> None:
    for plan in islice(order_plans(WORLD, 100.0), 100):
        start, goal = places_of(WORLD, plan)
        assert goal == WORLD.customers[plan.recipient].home
        if plan.shop is None:
            assert start == WORLD.customers[plan.customer].home
            assert plan.recipient != plan.customer
        else:
            assert start == WORLD.shops[plan.shop].place


def test_every_kind_of_order_occurs() -> None:
    plans = list(islice(order_plans(WORLD, 100.0), 400))
    assert any(plan.is_gift for plan in plans)
    assert any(plan.is_followed for plan in plans)
    assert any(plan.shop is None for plan in plans)
    assert any(plan.regrets_after_s is not None for plan in plans)


def test_twice_as_many_couriers_are_kept_busy_by_about_twice_as_many_orders() -> None:
    double = draw_world(STREETS, NAMES, 40, 1)
    assert 1.5 < fitting_rate(double) / fitting_rate(WORLD) < 2.5
