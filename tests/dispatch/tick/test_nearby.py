"""Who is worth trying: everyone in reach who may, and no one else."""

import math
from dataclasses import replace

from hypothesis import given, settings

from dispatch.tick.lay_out import lay_out, rows_of
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling


@given(seeds, seeds)
@settings(max_examples=80)
def test_all_in_reach_who_may_are_tried_and_nobody_else(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 7, 5), rolling(knobs)
    rows = rows_of(problem, policy)
    board = lay_out(problem, policy, rows, rows.waiting * 0 - 1)
    for at, row in enumerate(rows.waiting.tolist()):
        delivery = problem.delivery(row)
        barred = {bar.courier for bar in delivery.barred}
        expected = []
        for number, other in enumerate(rows.couriers.tolist()):
            view = problem.courier(other)
            places = [(view.x_m, view.y_m), *((stop.x_m, stop.y_m) for stop in view.stops)]
            pickup = (delivery.pickup.x_m, delivery.pickup.y_m)
            near = min(math.dist(one, pickup) for one in places[view.pinned :])
            if near <= policy.radius_m and not view.excluded and view.id not in barred:
                expected.append(number)
        assert sorted(k for k in board.tries[at].tolist() if k >= 0) == expected


@given(seeds)
@settings(max_examples=30)
def test_with_few_to_be_tried_the_soonest_are(seed: int) -> None:
    problem, policy = busy(seed, 7, 5, most=0), replace(rolling(seed), radius_m=60_000)
    rows = rows_of(problem, policy)
    home = rows.waiting * 0 - 1
    everyone = lay_out(problem, policy, rows, home)
    few = lay_out(problem, replace(policy, nearest=2), rows, home)
    for at in range(len(rows.waiting)):
        chosen = {k for k in few.tries[at].tolist() if k >= 0}
        assert chosen <= {k for k in everyone.tries[at].tolist() if k >= 0}
        assert len(chosen) == min(2, int((everyone.tries[at] >= 0).sum()))


def test_kin_are_the_others_nearest_first() -> None:
    problem = busy(11, 4, 9)
    policy = replace(rolling(1), horizon_s=864_000)
    rows = rows_of(problem, policy)
    board = lay_out(problem, policy, rows, rows.waiting * 0 - 1)
    for at in range(len(rows.waiting)):
        kin = board.kin[at].tolist()
        assert at not in kin
        assert len(set(kin)) == len(kin) == min(24, len(rows.waiting) - 1)
