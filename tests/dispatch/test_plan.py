"""Plans: canonical bytes."""

from dataclasses import replace

import pytest
from hypothesis import given

from dispatch.errors import PlanError
from dispatch.plan import Plan
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.solve import solve
from tests.dispatch.strategies import make, policies, problems, seeds


@given(problems, policies, seeds)
def test_bytes_read_back_to_the_plan_without_cards(
    problem: Problem, policy: DispatchPolicy, seed: int
) -> None:
    plan = solve(problem, policy, seed)
    again = Plan.from_bytes(plan.to_bytes())
    assert again == replace(plan, cards=())


def test_cut_bytes_are_refused_at_every_length() -> None:
    plan = solve(make(29, 6, 6), DispatchPolicy(radius_m=2000), 0)
    assert plan.assignments
    assert plan.unassigned
    data = plan.to_bytes()
    for length in range(len(data)):
        with pytest.raises(PlanError):
            Plan.from_bytes(data[:length])
    with pytest.raises(PlanError):
        Plan.from_bytes(data + b"\0")


def test_bytes_of_another_version_name_the_remedy() -> None:
    with pytest.raises(PlanError, match="read them with the program that wrote them"):
        Plan.from_bytes(b"\x09")
