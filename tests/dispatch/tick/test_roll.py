"""A tick's rolling plan as a whole: bounded work, the same again, nothing lost."""

from dataclasses import replace

from hypothesis import given, settings

from benchmarks.tick_city import city
from dispatch.policy import DispatchPolicy
from dispatch.tick.memory import ABSENT, STEPS
from dispatch.tick.roll import roll
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling


@given(seeds, seeds)
@settings(max_examples=60)
def test_every_delivery_is_in_one_row_or_absent(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 6, 8), rolling(knobs)
    rolled = roll(problem, policy, 1)
    placed = []
    for row in range(len(rolled.rows.couriers)):
        for stop in rolled.routes.stop[row, 1 : rolled.routes.size[row] + 1].tolist():
            if rolled.board.delivery[stop] >= 0 and rolled.board.is_pickup[stop]:
                placed.append(int(rolled.board.delivery[stop]))
    absent = rolled.memory.absent[: rolled.memory.tally[ABSENT]].tolist()
    assert sorted([*placed, *absent]) == list(range(len(rolled.rows.waiting)))


def test_work_is_bounded_by_the_policy_and_not_by_a_clock() -> None:
    policy = DispatchPolicy(rolling=1, steps_per_delivery=10, most_steps=70)
    few, many = (roll(city(9, count, 1, seed=1), policy, 1) for count in (5, 30))
    assert few.memory.tally[STEPS] == 50
    assert many.memory.tally[STEPS] == 70
    again = roll(city(9, 30, 1, seed=1), policy, 1)
    assert (again.routes.stop == many.routes.stop).all()


def test_more_search_is_no_worse() -> None:
    problem, policy = city(9, 30, 1, seed=1), DispatchPolicy(rolling=1)
    costs = [
        roll(problem, replace(policy, steps_per_delivery=steps), 1).routes.cost.sum()
        for steps in (0, 30)
    ]
    assert costs[1] <= costs[0]
