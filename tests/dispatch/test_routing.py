"""Planned routes: valid whatever the budget, the same for a seed, honest about who is left."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.errors import ProblemError
from dispatch.kernel.judge import judge
from dispatch.routing import Budget, plan_routes, servable
from tests.dispatch.kernel.small_tasks import random_problem, seeds


def ticking(step_s: float) -> Callable[[], float]:
    """Return a clock that goes on by `step_s` whenever it is read."""
    return map(lambda reading: reading * step_s, count()).__next__


def stopped() -> float:
    """Return the time of a clock that stands still."""
    return 0.0


@given(seeds, st.integers(0, 3), st.booleans())
@settings(max_examples=40)
def test_routes_hold_and_everybody_is_served_or_named(
    seed: int, vehicles: int, vehicles_first: bool
) -> None:
    problem = random_problem(seed, 6, vehicles=vehicles)
    plan = plan_routes(problem, Budget(steps=300), 1, stopped, vehicles_first=vehicles_first)
    verdict = judge(problem, plan.routes, all_served=False)
    assert verdict.violations == ()
    served = {node for nodes in plan.routes for node in nodes}
    unserved = {row for row in range(6) if int(problem.pickup[row]) not in served}
    assert set(plan.unserved) == unserved


@given(seeds)
@settings(max_examples=10)
def test_the_same_seed_and_steps_give_the_same_routes(seed: int) -> None:
    problem = random_problem(seed, 10)
    plans = [plan_routes(problem, Budget(steps=500), 3, stopped) for _ in range(2)]
    assert plans[0] == plans[1]


def test_a_budget_of_seconds_ends_the_search() -> None:
    problem = random_problem(2, 10)
    plan = plan_routes(problem, Budget(seconds=1.0), 1, ticking(0.05))
    assert 0 < plan.steps <= 20 * 50
    assert judge(problem, plan.routes, all_served=False).violations == ()


def test_steps_decide_where_seconds_are_plenty() -> None:
    problem = random_problem(2, 10)
    both = plan_routes(problem, Budget(steps=400, seconds=1e9), 1, ticking(0.001))
    assert both == plan_routes(problem, Budget(steps=400), 1, stopped)


def test_fewer_vehicles_come_before_less_cost() -> None:
    problem = random_problem(4, 8, tight=0.0, dims=1, vehicles=8)
    problem.capacity[:] = 100
    fewest = plan_routes(problem, Budget(steps=2000), 1, stopped)
    cheapest = plan_routes(problem, Budget(steps=2000), 1, stopped, vehicles_first=False)
    assert len(fewest.routes) <= len(cheapest.routes)
    assert judge(problem, cheapest.routes).cost <= judge(problem, fewest.routes).cost + 1e-6


def test_a_delivery_that_nobody_can_serve_is_left_out_and_the_others_are_not() -> None:
    problem = random_problem(1, 4, tight=0.0, dims=1)
    problem.demand[2] = 99
    plan = plan_routes(problem, Budget(steps=300), 1, stopped)
    assert plan.unserved == (2,)
    assert servable(problem) == [True, True, False, True]


def test_a_problem_too_large_for_the_memory_gets_one_sentence() -> None:
    problem = random_problem(1, 1600, vehicles=1600)
    with pytest.raises(ProblemError, match="1600 vehicles for 1600 deliveries are too many"):
        plan_routes(problem, Budget(steps=10), 1, stopped)


@pytest.mark.parametrize("vehicles", [0, 2])
def test_nothing_to_do_is_done_at_once(vehicles: int) -> None:
    problem = random_problem(1, 2, vehicles=vehicles)
    empty = np.zeros(0, np.int32)
    nothing = replace(problem, pickup=empty, dropoff=empty, demand=problem.demand[:0])
    plan = plan_routes(nothing, Budget(steps=10), 1, stopped)
    assert (plan.routes, plan.unserved, plan.steps) == ((), (), 0)


@pytest.mark.parametrize(
    "budget", [{}, {"steps": 0}, {"seconds": 0.0}, {"seconds": float("inf")}, {"seconds": -1.0}]
)
def test_a_search_without_end_or_without_time_is_refused(budget: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="budget"):
        Budget(**budget)  # type: ignore[arg-type]  # wrong on purpose
