"""Search: what it adds up is what a recount finds, and it never returns a worse plan."""

from dataclasses import replace

from hypothesis import given, settings

from dispatch.tick.memory import ABSENT
from dispatch.tick.roll import roll
from dispatch.tick.search import improve, total
from dispatch.tick.timing import retime
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling


@given(seeds, seeds)
@settings(max_examples=100)
def test_the_cost_told_is_that_of_a_recount_and_no_worse_than_before(seed: int, knobs: int) -> None:
    problem = busy(seed, 6, 8)
    rolled = roll(problem, replace(rolling(knobs), steps_per_delivery=0), 1)
    board, routes, memory = rolled.board, rolled.routes, rolled.memory
    if not len(rolled.rows.waiting) or not len(rolled.rows.couriers):
        return
    before = total(board, routes, memory)
    told = improve(board, routes, memory, 60, 10**9, 6e7, 1e6)
    for row in range(len(routes.size)):
        assert retime(board, routes, row)
    assert told == total(board, routes, memory) <= before
    absent = set(memory.absent[: memory.tally[ABSENT]].tolist())
    assert absent == {at for at, row in enumerate(routes.route_of.tolist()) if row < 0}
