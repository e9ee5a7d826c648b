"""The figures of a replayed day."""

import pytest

from benchmarks.city.mdrp import Instance, Meal, Rider
from benchmarks.city.meal_table import figures, meal_rows
from benchmarks.city.order_book import OrderRecord

MINUTE = 60_000
DAY_MS = 1_000 * MINUTE
DAY = Instance(
    "day",
    (
        Meal("near", (640.0, 0.0), "r1", 10, 20),
        Meal("far", (6400.0, 0.0), "r1", 10, 20),
        Meal("never", (0.0, 0.0), "r1", 500, 510),
    ),
    (Rider("ann", (0.0, 0.0), 0, 120), Rider("bob", (0.0, 0.0), 0, 60)),
    {"r1": (0.0, 0.0)},
    320.0, 4.0, 4.0, 40.0, 10.0, 15.0,
)  # fmt: skip


def record(picked: int, delivered: int) -> OrderRecord:
    found = OrderRecord("o", DAY_MS, DAY_MS, DAY_MS)
    found.picked_up_ms, found.delivered_ms = DAY_MS + picked * MINUTE, DAY_MS + delivered * MINUTE
    return found


RECORDS = {"near": record(25, 31), "far": record(22, 60)}
FOUND = figures(DAY, 60.0, DAY_MS, RECORDS, {"near": "ann", "far": "ann"})


def test_what_nobody_could_fetch_is_not_counted_as_missed() -> None:
    assert (FOUND.orders, FOUND.delivered, FOUND.feasible, FOUND.feasible_delivered) == (3, 2, 2, 2)
    assert FOUND.feasible_share == 1.0


def test_click_to_door_is_its_floor_and_an_excess() -> None:
    assert FOUND.click_to_door == pytest.approx((21 + 50) / 2)
    assert FOUND.floor == pytest.approx((16 + 34) / 2)
    assert FOUND.excess == pytest.approx(FOUND.click_to_door - FOUND.floor)


def test_meals_wait_from_ready_to_pickup() -> None:
    assert FOUND.ready_to_pickup == pytest.approx((5 + 2) / 2)


def test_late_is_over_the_target_of_forty_minutes() -> None:
    assert FOUND.late_share == 0.5
    assert FOUND.late_floor == 0.0


def test_a_courier_costs_orders_or_the_guarantee_whichever_is_more() -> None:
    # ann: 2 orders, 2 h -> max(20, 30); bob: none, 1 h -> 15
    assert FOUND.cost_per_order == pytest.approx(45 / 2)
    assert FOUND.orders_per_courier_hour == pytest.approx(2 / 3)


def test_a_day_on_which_nothing_arrived_can_be_shown() -> None:
    found = figures(DAY, 60.0, DAY_MS, {}, {})
    assert (found.delivered, found.click_to_door, found.cost_per_order) == (0, None, None)
    assert all(value for _name, value in meal_rows(found))
    assert found.as_json()["feasible_share"] == 0.0
