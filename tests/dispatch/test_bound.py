"""Bounds: never above the true cost, never a reason that is not true."""

import numpy as np
from hypothesis import given

from dispatch.bound import bounds
from dispatch.gaps import gaps_of
from dispatch.insertion import Inserted, cheapest
from dispatch.open_delivery import open_deliveries
from dispatch.open_route import open_routes
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import WhyNot
from tests.dispatch.strategies import make, policies, problems, seeds


@given(problems, policies)
def test_a_bound_is_never_above_the_cheapest_insertion(
    problem: Problem, policy: DispatchPolicy
) -> None:
    check(problem, policy)


@given(seeds, policies)
def test_nor_for_long_routes(seed: int, policy: DispatchPolicy) -> None:
    check(make(seed, 3, 3, most=7), policy)


def check(problem: Problem, policy: DispatchPolicy) -> None:
    routes = open_routes(problem)
    gaps, rows = gaps_of(routes, policy), np.arange(len(routes))
    if not routes:
        return
    for new in open_deliveries(problem):
        least_ms, why_not = bounds(gaps, rows, new, policy)
        for row, route in enumerate(routes):
            result, _ = cheapest(route, new, policy)
            reason = WhyNot(why_not[row])
            if reason is WhyNot.ROUTE_FULL:
                assert route.deliveries >= policy.max_deliveries
            elif reason is not WhyNot.NOTHING:
                assert result is reason
            elif isinstance(result, Inserted):
                assert least_ms[row] <= result.total_ms


def test_for_an_idle_courier_the_bound_is_the_cost_but_for_rounding() -> None:
    problem = make(5, 6, 6, most=0)
    routes, policy = open_routes(problem), DispatchPolicy()
    gaps = gaps_of(routes, policy)
    for new in open_deliveries(problem):
        least_ms, _ = bounds(gaps, np.arange(len(routes)), new, policy)
        for row, route in enumerate(routes):
            result, _ = cheapest(route, new, policy)
            if isinstance(result, Inserted):
                assert result.total_ms - least_ms[row] < 100
