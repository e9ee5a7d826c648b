"""Plans to go on from: whole sequences are kept, and what makes no sense is not."""

from dataclasses import replace

import numpy as np

from benchmarks.tick_city import city
from dispatch.policy import DispatchPolicy
from dispatch.problem import Kept
from dispatch.solve import solve
from dispatch.tick.keep import Sequences, kept_of
from dispatch.tick.lay_out import rows_of

ROLLING = DispatchPolicy(rolling=1)


def test_the_sequences_of_a_plan_are_those_it_is_gone_on_from() -> None:
    problem = city(8, 12, 1, seed=1)
    plan = solve(problem, ROLLING, 1)
    again = replace(problem, kept=kept_of(plan))
    rows = rows_of(again, ROLLING)
    kept = Sequences(again, rows)
    courier_of = {one.delivery: one.courier for one in plan.assignments}
    for row, home in enumerate(kept.home.tolist()):
        assert rows.courier_ids[home] == courier_of[rows.waiting_ids[row]]
    for one in plan.assignments:
        assert len(kept.of(rows.courier_ids.index(one.courier))) == len(one.stops)


def test_halves_doubles_and_strangers_are_left_out() -> None:
    problem = city(2, 3, 0, seed=1)
    rows = rows_of(problem, ROLLING)
    first, second, third = rows.waiting_ids
    courier = rows.courier_ids[0]
    told = [
        (first, 1),
        (first, 0),
        (second, 0),
        (bytes(16), 0),
        (third, 0),
        (third, 1),
        (third, 1),
    ]
    kept = Kept(
        np.frombuffer(courier * len(told), np.uint8).reshape(-1, 16),
        np.frombuffer(b"".join(id_ for id_, _ in told), np.uint8).reshape(-1, 16),
        np.array([kind for _, kind in told], np.uint8),
    )
    found = Sequences(replace(problem, kept=kept), rows)
    assert (found.home == -1).all()
    assert found.stops == {}


def test_what_was_accepted_meanwhile_stays_in_its_place() -> None:
    problem = city(8, 12, 1, seed=1)
    plan = solve(problem, ROLLING, 1)
    longer = replace(problem, kept=kept_of(plan))
    rows = rows_of(longer, ROLLING)
    kept = Sequences(longer, rows)
    for row in kept.stops:
        accepted = [stop for stop in kept.of(row) if stop < len(rows.stops)]
        assert accepted == sorted(accepted)
