"""The checker itself: each planted wrong is found."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given

from dispatch.assemble import assemble
from dispatch.check import check
from dispatch.errors import PlanError
from dispatch.legs import up_to_s
from dispatch.model import Bar, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.plan import Assignment, Plan, PlannedStop
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import WhyNot
from dispatch.schedule import schedule
from dispatch.solve import solve
from tests.dispatch.strategies import ZONE, id16, policies, problems, seeds

AHEAD = (
    Stop(id16(8), Kind.PICKUP, 0, 300, demand=Load(1, 0, 0)),
    Stop(id16(8), Kind.DROPOFF, 0, 600, demand=Load(1, 0, 0)),
)
BUSY = CourierView(id16(1), 0, 0, 1000, capacity=Load(2, 9, 9), pinned=1, stops=AHEAD)
IDLE = CourierView(id16(2), 0, 5000, 1000)
NEW = DeliveryView(
    Stop(id16(9), Kind.PICKUP, 0, 400, demand=Load(1, 0, 0)),
    Stop(id16(9), Kind.DROPOFF, 0, 500, demand=Load(1, 0, 0)),
)
PROBLEM = assemble(ZONE, 0, [BUSY, IDLE], [NEW])
PLAN = solve(PROBLEM, DispatchPolicy(), 1)
(ONE,) = PLAN.assignments


@given(problems, policies, seeds)
def test_every_plan_of_the_engine_passes(
    problem: Problem, policy: DispatchPolicy, seed: int
) -> None:
    check(problem, solve(problem, policy, seed))


def test_the_plan_to_be_spoilt_is_good_and_inserts_into_a_route() -> None:
    check(PROBLEM, PLAN)
    assert (ONE.courier, ONE.pickup_at, ONE.dropoff_at) == (BUSY.id, 1, 2)


def swapped(one: Assignment, a: int, b: int) -> Assignment:
    stops = list(one.stops)
    stops[a], stops[b] = stops[b], stops[a]
    return replace(one, stops=tuple(stops))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda one: replace(one, courier=id16(77)), "no such courier"),
        (lambda one: replace(one, courier=IDLE.id), "is not what the route had"),
        (lambda one: replace(one, pickup_at=2, dropoff_at=1), "out of order"),
        (lambda one: replace(one, pickup_at=0), "inside what is pinned"),
        (lambda one: swapped(one, 0, 3), "is not what the route had"),
        (lambda one: swapped(one, 1, 2), "is not what the route had"),
        (lambda one: replace(one, stops=one.stops[:3]), "a stop of the route is missing"),
        (lambda one: replace(one, stops=(*one.stops, one.stops[3])), "is not what the route had"),
        (
            lambda one: replace(one, stops=(replace(one.stops[0], begin_s=1), *one.stops[1:])),
            "times of stop 0 are not those",
        ),
    ],
)
def test_a_wrong_route_is_found(spoil: Callable[[Assignment], Assignment], sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        check(PROBLEM, replace(PLAN, assignments=(spoil(ONE),)))


@pytest.mark.parametrize(
    ("courier", "new", "sentence"),
    [
        (replace(BUSY, excluded=WhyNot.SILENT), NEW, "excluded: SILENT"),
        (
            BUSY,
            replace(NEW, barred=(Bar(BUSY.id, WhyNot.BARRED_REFUSED),)),
            "barred: BARRED_REFUSED",
        ),
        (replace(BUSY, capacity=Load(1, 9, 9)), NEW, "CAPACITY is newly broken"),
        (replace(BUSY, shift_end_s=350), NEW, "SHIFT is newly broken"),
    ],
)
def test_a_broken_limit_is_found(courier: CourierView, new: DeliveryView, sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        check(assemble(ZONE, 0, [courier, IDLE], [new]), PLAN)


def test_an_overload_that_was_there_does_not_excuse_more() -> None:
    big = Load(3, 0, 0)
    ahead = tuple(replace(stop, demand=big) for stop in AHEAD)
    over = replace(BUSY, pinned=0, stops=ahead)  # room for 2, and 3 are to be picked up
    stops = (NEW.pickup, ahead[0], NEW.dropoff, ahead[1])
    planned = tuple(
        PlannedStop(
            stop.delivery,
            stop.kind,
            up_to_s(visit.arrive_ms),
            up_to_s(visit.begin_ms),
            up_to_s(visit.late_ms),
        )
        for stop, visit in zip(stops, schedule(over, stops), strict=True)
    )
    around = replace(ONE, pickup_at=0, dropoff_at=2, stops=planned)
    with pytest.raises(PlanError, match="CAPACITY is exceeded while the new delivery is aboard"):
        check(assemble(ZONE, 0, [over, IDLE], [NEW]), replace(PLAN, assignments=(around,)))


@pytest.mark.parametrize(
    "plan",
    [replace(PLAN, assignments=()), replace(PLAN, assignments=(ONE, ONE))],
)
def test_each_delivery_is_decided_once(plan: Plan) -> None:
    with pytest.raises(PlanError, match="decided exactly once"):
        check(PROBLEM, plan)


def test_nobody_gets_two() -> None:
    other = replace(
        NEW,
        pickup=replace(NEW.pickup, delivery=id16(10)),
        dropoff=replace(NEW.dropoff, delivery=id16(10)),
    )
    second = replace(ONE, delivery=id16(10))
    with pytest.raises(PlanError, match="not what the route had"):
        check(
            assemble(ZONE, 0, [BUSY, IDLE], [NEW, other]),
            replace(PLAN, assignments=(ONE, second)),
        )
