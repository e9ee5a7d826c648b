"""Slow ticks make haste, quick ones take their time again."""

import pytest

from benchmarks.tick_city import city
from dispatch.check import check
from dispatch.haste import FEWEST_NEAR, NO_SEARCH, haste_after, hasty
from dispatch.policy import DispatchPolicy
from dispatch.solve import solve


def test_slow_ticks_make_more_haste_until_there_is_no_search() -> None:
    level, budgets = 0, []
    for _ in range(2 * NO_SEARCH):
        budgets.append(hasty(DispatchPolicy(), level).most_insertions)
        level = haste_after(level, 2.0)
    assert level == NO_SEARCH
    assert budgets == sorted(budgets, reverse=True)
    assert budgets[-1] == 0


def test_after_no_answer_the_next_tick_does_not_search_and_quick_ones_lead_back() -> None:
    level = haste_after(0, None)
    assert hasty(DispatchPolicy(), level).most_insertions == 0
    for _ in range(NO_SEARCH):
        level = haste_after(level, 0.01)
    assert level == 0


def test_a_tick_neither_slow_nor_quick_changes_nothing() -> None:
    assert [haste_after(level, 0.3) for level in range(NO_SEARCH + 1)] == [*range(NO_SEARCH + 1)]


def test_without_haste_the_policy_is_its_own_and_few_are_never_made_more() -> None:
    policy = DispatchPolicy(nearest=5)
    assert hasty(policy, 0) is policy
    assert hasty(policy, 3).nearest == 5
    assert hasty(DispatchPolicy(), NO_SEARCH).nearest == FEWEST_NEAR


@pytest.mark.parametrize("rolling", [0, 1])
@pytest.mark.parametrize("level", [1, NO_SEARCH])
def test_a_hasty_plan_is_sound_and_answers_for_everybody(rolling: int, level: int) -> None:
    problem = city(40, 60, 1, seed=3)
    plan = solve(problem, hasty(DispatchPolicy(rolling=rolling), level), 1)
    check(problem, plan)
    assert len(plan.assignments) + len(plan.unassigned) == 60
