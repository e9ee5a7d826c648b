"""The judge names what is wrong with routes."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.kernel.judge import judge
from dispatch.routing_problem import RoutingProblem
from tests.dispatch.kernel.small_tasks import random_problem


@pytest.fixture
def problem() -> RoutingProblem:
    """Return two deliveries, 1 -> 3 and 2 -> 4, ten seconds from everywhere to everywhere."""
    ways = np.full((5, 5), 10.0) - 10.0 * np.eye(5)
    return RoutingProblem(
        travel_s=ways,
        cost=ways,
        open_s=np.zeros(5),
        due_s=np.full(5, 100.0),
        service_s=np.ones(5),
        pickup=np.array([1, 2], np.int32),
        dropoff=np.array([3, 4], np.int32),
        demand=np.ones((2, 1), np.int64),
        capacity=np.array([1], np.int64),
        vehicles=1,
    )


def test_good_routes_have_no_violations_and_a_cost(problem: RoutingProblem) -> None:
    verdict = judge(problem, [[1, 3, 2, 4]])
    assert verdict.violations == ()
    assert verdict.cost == 50.0


@pytest.mark.parametrize(
    ("routes", "violation"),
    [
        ([[1, 3]], "delivery 1 unserved"),
        ([[3, 1, 2, 4]], "delivery 0 is not picked up before it is dropped off"),
        ([[1, 3, 2]], "delivery 1 is not picked up before it is dropped off"),
        ([[1, 2, 3, 4]], "overload behind node 2"),
        ([[1, 3, 1, 2, 4]], "node 1 visited twice"),
        ([[1, 3, 2, 4, 0]], "node 0 belongs to no delivery"),
        ([[1, 3], [2, 4]], "2 vehicles used where there are 1"),
    ],
)
def test_a_violation_is_named(
    problem: RoutingProblem, routes: list[list[int]], violation: str
) -> None:
    assert violation in judge(problem, routes).violations


def test_a_late_stop_is_named_with_its_lateness(problem: RoutingProblem) -> None:
    late = replace(problem, due_s=np.array([100.0, 100.0, 100.0, 20.0, 100.0]))
    assert judge(late, [[1, 3, 2, 4]]).violations == ("node 3 is 2.000000 s late",)
    assert judge(late, [[1, 3, 2, 4]], tolerance_s=2.5).violations == ()


def test_who_comes_home_after_the_shift_is_late(problem: RoutingProblem) -> None:
    short = replace(problem, due_s=np.array([54.0, 100.0, 100.0, 100.0, 100.0]))
    assert judge(short, [[1, 3, 2, 4]]).violations == ("node 0 is 1.000000 s late",)


def test_leaving_deliveries_out_can_be_allowed() -> None:
    assert judge(random_problem(1), [], all_served=False).violations == ()
