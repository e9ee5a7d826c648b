"""Why nobody: the reason is true, and the change it names would have helped."""

from dataclasses import replace

import pytest
from hypothesis import given

from dispatch.assemble import assemble
from dispatch.model import Bar, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.plan import Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import Unserved, WhyNot
from dispatch.solve import solve
from tests.dispatch.strategies import ZONE, id16, make, policies, seeds

POLICY = DispatchPolicy(radius_m=5000, lookahead_s=600, horizon_s=900, max_deliveries=2)
COURIER = CourierView(id16(1), 0, 0, 1000, capacity=Load(3, 1000, 1000))
PICKUP = Stop(id16(9), Kind.PICKUP, 100, 0)
NEW = DeliveryView(PICKUP, replace(PICKUP, kind=Kind.DROPOFF, x_m=300))


def carrying(load: Load, count: int = 1) -> CourierView:
    stops = tuple(
        Stop(id16(20 + at), Kind.DROPOFF, 0, 0, service_s=30, demand=load) for at in range(count)
    )
    # All pinned: nothing fits before what is aboard is dropped, and nothing is dropped here.
    aboard = Load(load.items * count + 1, load.grams * count, load.cm3 * count)
    return replace(COURIER, stops=stops, load=aboard)


def left(courier: CourierView | None, new: DeliveryView = NEW) -> Unassigned:
    problem = assemble(ZONE, 0, [courier] if courier else [], [new])
    plan = solve(problem, POLICY, 1)
    assert not plan.assignments
    (one,) = plan.unassigned
    return one


def test_goods_ready_too_far_ahead_are_for_later() -> None:
    far = replace(NEW, pickup=replace(PICKUP, open_s=1000))
    assert left(COURIER, far) == Unassigned(id16(9), Unserved.NOT_YET, amount=100)


def test_an_empty_zone_has_nobody() -> None:
    assert left(None) == Unassigned(id16(9), Unserved.NO_COURIERS)


def test_the_nearest_courier_too_far_is_named_with_the_radius_that_would_do() -> None:
    away = replace(COURIER, x_m=7300, speed_mm_s=50_000)
    assert left(away) == Unassigned(id16(9), Unserved.TOO_FAR, 1, COURIER.id, 7200)


def test_who_is_soonest_is_named_with_the_look_ahead_that_would_do() -> None:
    busy = replace(COURIER, ready_s=1000)
    assert left(busy) == Unassigned(id16(9), Unserved.TOO_LATE, 1, COURIER.id, 1100)


def test_a_shift_too_short_is_named_with_what_is_missing() -> None:
    tired = replace(COURIER, shift_end_s=40)
    assert left(tired) == Unassigned(id16(9), Unserved.SHIFT_ENDS, 1, COURIER.id, 60)


def test_a_pickup_already_planned_can_be_what_would_miss_the_shift() -> None:
    ahead = (Stop(id16(5), Kind.PICKUP, 0, 50), Stop(id16(5), Kind.DROPOFF, 0, 60))
    tired = replace(COURIER, shift_end_s=120, stops=ahead)
    assert left(tired).reason is Unserved.SHIFT_ENDS


def test_missing_room_is_named_by_dimension() -> None:
    heavy = Load(4, 1200, 10)
    new = DeliveryView(replace(PICKUP, demand=heavy), replace(NEW.dropoff, demand=heavy))
    assert left(COURIER, new) == Unassigned(
        id16(9), Unserved.NO_CAPACITY, 1, COURIER.id, room=Load(1, 200, 0)
    )


def test_a_full_route_is_a_reason() -> None:
    assert left(carrying(Load(0, 0, 0), count=2)) == Unassigned(id16(9), Unserved.ROUTE_FULL, 1)


def test_only_barred_couriers_is_a_reason() -> None:
    barred = replace(NEW, barred=(Bar(COURIER.id, WhyNot.BARRED_REFUSED),))
    assert left(COURIER, barred) == Unassigned(id16(9), Unserved.BARRED, 1)


def test_only_couriers_not_available_is_a_reason() -> None:
    silent = replace(COURIER, excluded=WhyNot.SILENT)
    assert left(silent) == Unassigned(id16(9), Unserved.EXCLUDED, 1)


def test_more_deliveries_than_couriers_leaves_one_who_is_taken() -> None:
    other = DeliveryView(*(replace(stop, delivery=id16(10)) for stop in (NEW.pickup, NEW.dropoff)))
    plan = solve(assemble(ZONE, 0, [COURIER], [NEW, other]), POLICY, 1)
    (one,) = plan.unassigned
    assert (one.reason, one.couriers) == (Unserved.TAKEN, 1)
    assert len(plan.assignments) == 1


@given(seeds, policies)
def test_the_change_named_helps_and_for_time_it_is_enough(
    seed: int, policy: DispatchPolicy
) -> None:
    problem = make(seed, 5, 4)
    for one in solve(problem, policy, 0).unassigned:
        changed = _changed(problem, policy, one)
        if changed is not None:
            again, assigned = changed
            (still,) = solve(again, assigned, 0).unassigned or (None,)
            if one.reason in {Unserved.TAKEN, Unserved.TOO_LATE, Unserved.SHIFT_ENDS}:
                assert still is None
            else:
                assert still is None or still.reason != one.reason


def _changed(
    problem: Problem, policy: DispatchPolicy, one: Unassigned
) -> tuple[Problem, DispatchPolicy] | None:
    """Return the problem of this delivery alone and the policy, with the change applied."""
    views = [problem.delivery(row) for row in range(len(problem.waiting))]
    new = next(view for view in views if view.id == one.delivery)
    couriers = [problem.courier(row) for row in range(len(problem.couriers))]
    at = next((at for at, view in enumerate(couriers) if view.id == one.nearest), None)
    if one.reason is Unserved.TOO_FAR:
        policy = replace(policy, radius_m=one.amount)
    elif one.reason is Unserved.TOO_LATE and one.amount:
        policy = replace(policy, lookahead_s=one.amount)
    elif one.reason is Unserved.NOT_YET:
        policy = replace(policy, horizon_s=policy.horizon_s + one.amount)
    elif one.reason is Unserved.SHIFT_ENDS and one.amount and at is not None:
        ends_s = couriers[at].shift_end_s + one.amount
        couriers[at] = replace(couriers[at], shift_end_s=ends_s)
    elif one.reason is Unserved.NO_CAPACITY and at is not None:
        couriers[at] = replace(couriers[at], capacity=couriers[at].capacity.plus(one.room))
    elif one.reason is not Unserved.TAKEN:
        return None
    return assemble(problem.zone, 0, couriers, [new]), policy


@pytest.mark.parametrize("short_m", [0, 1])
def test_the_radius_named_is_the_smallest_that_does(short_m: int) -> None:
    away = replace(COURIER, x_m=5400, y_m=500, speed_mm_s=50_000)
    policy = replace(POLICY, radius_m=left(away).amount - short_m)
    plan = solve(assemble(ZONE, 0, [away], [NEW]), policy, 1)
    assert len(plan.assignments) == 1 - short_m
