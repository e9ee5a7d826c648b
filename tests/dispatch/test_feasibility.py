"""Violations by name, one rule at a time."""

from dataclasses import replace

from dispatch.feasibility import Rule, Violation, violations
from dispatch.model import CourierView, Kind, Load, Stop
from dispatch.schedule import schedule
from tests.dispatch.strategies import id16

COURIER = CourierView(id16(1), 0, 0, 1000, capacity=Load(2, 100, 100))
PICKUP = Stop(id16(7), Kind.PICKUP, 0, 0, demand=Load(2, 10, 10))
DROPOFF = replace(PICKUP, kind=Kind.DROPOFF)


def found(courier: CourierView, *stops: Stop) -> frozenset[Violation]:
    return violations(courier, stops, schedule(courier, stops))


def broken(rule: Rule, stop: Stop) -> frozenset[Violation]:
    return frozenset({Violation(rule, stop.delivery, stop.kind)})


def test_a_route_within_all_limits_breaks_nothing() -> None:
    assert not found(COURIER, PICKUP, DROPOFF)


def test_each_dimension_counts_at_each_stop() -> None:
    for demand in (Load(3, 0, 0), Load(0, 101, 0), Load(0, 0, 101)):
        stop = replace(PICKUP, demand=demand)
        expected = broken(Rule.CAPACITY, stop)
        assert found(COURIER, stop, replace(DROPOFF, demand=demand)) == expected


def test_what_was_dropped_makes_room() -> None:
    other = replace(PICKUP, delivery=id16(8))
    assert not found(COURIER, PICKUP, DROPOFF, other, replace(other, kind=Kind.DROPOFF))
    assert found(COURIER, PICKUP, other, DROPOFF, replace(other, kind=Kind.DROPOFF)) == broken(
        Rule.CAPACITY, other
    )


def test_a_dropoff_before_its_pickup_breaks_precedence() -> None:
    loaded = replace(COURIER, load=PICKUP.demand)
    assert found(loaded, DROPOFF, PICKUP) == broken(Rule.PRECEDENCE, PICKUP)


def test_a_pickup_without_dropoff_breaks_precedence() -> None:
    assert found(COURIER, PICKUP) == broken(Rule.PRECEDENCE, PICKUP)


def test_a_dropoff_after_the_end_of_the_shift_is_allowed_and_a_pickup_is_not() -> None:
    ends = replace(COURIER, shift_end_s=100)
    at_end, behind = replace(PICKUP, x_m=100), replace(PICKUP, x_m=101)
    far = replace(DROPOFF, x_m=9000)
    assert not found(ends, at_end, far)
    assert found(ends, behind, far) == broken(Rule.SHIFT, behind)
