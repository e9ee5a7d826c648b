"""Plans side by side: figures that add up, fleets that change as asked."""

from dataclasses import replace

import pytest

from benchmarks.tick_city import city
from dispatch.compare import Outcome, agreement, outcome, paired, with_couriers
from dispatch.policy import DispatchPolicy
from dispatch.solve import solve

ROLLING = DispatchPolicy(rolling=1)


def test_a_plan_agrees_with_itself_and_less_with_another() -> None:
    problem = city(20, 20, 1, seed=3)
    plan, other = (
        solve(problem, one, 1) for one in (ROLLING, replace(ROLLING, travel_weight=9000))
    )
    assert agreement(plan, plan) == 1.0
    assert agreement(plan, other) < 1.0


def test_the_outcome_counts_what_the_plan_says() -> None:
    problem = city(20, 20, 1, seed=3)
    plan = solve(problem, ROLLING, 1)
    found = outcome(problem, plan)
    assert found.planned + found.left == 20
    assert found.eta_s == sum(one.dropoff.begin_s for one in plan.assignments)
    assert found.pickup_delay_s >= 0


@pytest.mark.parametrize(("change", "couriers"), [(5, 25), (-3, 17), (-99, 0), (0, 20)])
def test_a_fleet_gets_larger_or_smaller_as_asked(change: int, couriers: int) -> None:
    problem = city(20, 20, 0, seed=3)
    changed = with_couriers(problem, change, 7)
    assert len(changed.couriers) == couriers
    assert changed.to_bytes() == with_couriers(problem, change, 7).to_bytes()
    assert len(changed.waiting) == 20


def test_nobody_can_be_doubled_where_nobody_is() -> None:
    assert len(with_couriers(city(0, 3, 0, seed=1), 5, 1).couriers) == 0


def test_more_couriers_bring_meals_sooner() -> None:
    problem = city(10, 30, 1, seed=4)
    etas = [
        outcome(one, solve(one, ROLLING, 1)).eta_s
        for one in (problem, with_couriers(problem, 20, 1))
    ]
    assert etas[1] < etas[0]


def test_differences_are_paired() -> None:
    pairs = [(Outcome(1, 0, 0, 0, 10, 5), Outcome(1, 0, 0, 0, 8, 5))] * 4
    found = {one.figure: one for one in paired(pairs)}
    assert (found["pickup_delay_s"].mean, found["pickup_delay_s"].half_width) == (-2.0, 0.0)
    assert found["eta_s"].mean == 0.0
    assert paired([]) == ()
