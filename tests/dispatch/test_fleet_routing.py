"""Routes of a mixed fleet: they hold, weigh what is left out first, and repeat for a seed."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.errors import ProblemError
from dispatch.fleet_problem import FleetProblem, Item, Stop, Vehicle
from dispatch.fleet_routing import FleetPlan, plan_fleet
from dispatch.routing import Budget
from tests.dispatch.kernel.mixed.small_fleets import (
    greedy_fleet,
    random_fleet,
    seeds,
    try_route,
)


def stopped() -> float:
    """Return the time of a clock that stands still."""
    return 0.0


def check(problem: FleetProblem, plan: FleetPlan) -> None:
    """Assert that a plan's routes hold, cost what it says, and serve what is not left out."""
    cost, seen = 0.0, []
    for row, route in enumerate(plan.routes):
        steps = [(visit.item, visit.is_second) for visit in route.visits]
        tried = try_route(problem, row, steps)
        assert tried.holds
        cost += tried.cost
        seen += [item for item, _ in steps]
    assert plan.cost == pytest.approx(cost, abs=1e-6)
    assert sorted({*seen, *plan.left_out}) == list(range(len(problem.items)))
    assert not set(seen) & set(plan.left_out)


@given(seeds, st.integers(0, 2), st.booleans())
@settings(max_examples=30)
def test_plans_hold_by_the_twin(seed: int, breaks: int, soft: bool) -> None:
    problem = random_fleet(seed, 7, 3, breaks=breaks, soft=soft and breaks == 0)
    check(problem, plan_fleet(problem, Budget(steps=200), 1, stopped))


@given(seeds)
@settings(max_examples=10)
def test_the_same_seed_and_steps_give_the_same_plan(seed: int) -> None:
    problem = random_fleet(seed, 8, 3)
    first, second = (plan_fleet(problem, Budget(steps=300), 5, stopped) for _ in range(2))
    assert first == second


def line(**changes: object) -> FleetProblem:
    """Return two jobs on a line at 1 and 2, and one vehicle at 0."""
    at = np.array([0.0, 100.0, 200.0])
    times = np.abs(at[:, None] - at[None, :])
    stops = [Stop(place, (), (0,), (0,)) for place in (1, 2)]
    vehicle = Vehicle(0, 0, 0, 0, (0, 100_000), (1,))
    items = (Item(stops[0], None, (1,), (0,)), Item(stops[1], None, (1,), (0,)))
    problem = FleetProblem((times,), (times,), (times,), items, (vehicle,), 1)
    return replace(problem, **changes)  # type: ignore[arg-type]  # fields by name


def test_what_weighs_more_is_served_where_not_all_can_be() -> None:
    problem = line()
    heavy = replace(problem.items[1], weight=5.0)
    plan = plan_fleet(line(items=(problem.items[0], heavy)), Budget(steps=200), 1, stopped)
    assert plan.left_out == (0,)


def test_a_ride_is_no_longer_than_allowed() -> None:
    there, back = Stop(1, (), (0,), (0,)), Stop(2, ((5000, 9000),), (0,), (0,))
    ride = Item(there, back, (0,), (1,), ride_cs=150)
    plan = plan_fleet(line(items=(ride,)), Budget(steps=50), 1, stopped)
    first, second = plan.routes[0].visits
    assert second.begin_cs - first.begin_cs <= 150
    too_far = replace(ride, ride_cs=50)
    assert plan_fleet(line(items=(too_far,)), Budget(steps=50), 1, stopped).left_out == (0,)


def test_lateness_costs_and_is_not_forbidden() -> None:
    late = Item(Stop(2, (), (0,), (0,), soft_cs=150, late_rate=2.0), None, (1,), (0,))
    plan = plan_fleet(line(items=(late,)), Budget(steps=50), 1, stopped)
    assert plan.cost == 400.0 + 2.0 * 50.0


def test_a_search_goes_on_from_given_routes() -> None:
    problem = random_fleet(11, 7, 2, breaks=1)
    steps, _ = greedy_fleet(problem, 11)
    plan = plan_fleet(problem, Budget(steps=1), 1, stopped, start=[steps])
    assert len(plan.routes[0].visits) >= len(steps)
    check(problem, plan)


def test_pinned_stops_stay_first() -> None:
    for seed in range(12):
        problem = random_fleet(seed, 7, 2, breaks=0)
        steps, _ = greedy_fleet(problem, seed)
        plan = plan_fleet(problem, Budget(steps=100), 1, stopped, start=[steps], pinned=[3])
        kept = [(visit.item, visit.is_second) for visit in plan.routes[0].visits[:3]]
        assert kept == steps[:3]
        check(problem, plan)


def test_a_given_route_that_does_not_hold_is_refused() -> None:
    with pytest.raises(ProblemError, match="vehicle 0 does not hold"):
        plan_fleet(line(), Budget(steps=1), 1, stopped, start=[[(0, False), (1, False)]])


def test_where_a_detour_saves_time_routes_still_hold() -> None:
    for seed in range(25):
        rng = np.random.default_rng(seed)
        problem = random_fleet(seed, 7, 2)
        times = rng.integers(1, 80, problem.times[0].shape).astype(np.float64)
        np.fill_diagonal(times, 0.0)
        wild = replace(problem, times=(times,), ways=(times,), metres=(times,))
        check(wild, plan_fleet(wild, Budget(steps=200), 1, stopped))


def test_nobody_to_drive_leaves_all_out() -> None:
    plan = plan_fleet(line(vehicles=()), Budget(steps=1), 1, stopped)
    assert plan.left_out == (0, 1)
    assert plan.cost < inf
