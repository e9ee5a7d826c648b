"""Asking what a delivery would take in the rows as accepted."""

import numpy as np
from hypothesis import given, settings

from dispatch.tick.alone import begins_alone, retime_all
from dispatch.tick.board import empty_routes
from dispatch.tick.roll import accepted_rows, roll
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling


@given(seeds, seeds)
@settings(max_examples=40)
def test_asking_what_would_have_helped_leaves_the_rows_as_they_were(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 5, 6), rolling(knobs)
    rolled = roll(problem, policy, 1)
    accepted = empty_routes(rolled.board, int(rolled.routes.stop.shape[1]) + 1)
    accepted_rows(accepted, rolled.rows)
    retime_all(rolled.board, accepted)
    places = np.arange(accepted.begin_ms.shape[1]) <= accepted.size[:, None]
    before = accepted.size.copy(), accepted.cost.copy(), accepted.begin_ms[places]
    everyone = np.arange(len(rolled.rows.couriers))
    mine, last = np.empty_like(everyone), np.empty_like(everyone)
    for delivery in range(len(rolled.rows.waiting)):
        begins_alone(rolled.board, accepted, delivery, everyone, mine, last)
        assert np.all(last >= mine)
    after = accepted.size, accepted.cost, accepted.begin_ms[places]
    assert all(np.array_equal(was, now) for was, now in zip(before, after, strict=True))
