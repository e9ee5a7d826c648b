"""Gaps: each place for a new stop once, and all pairs of them."""

import numpy as np
from hypothesis import given

from dispatch.gaps import gaps_of
from dispatch.open_route import open_routes
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from tests.dispatch.strategies import problems


@given(problems)
def test_every_node_from_the_pinned_one_on_is_a_gap(problem: Problem) -> None:
    routes = open_routes(problem)
    gaps = gaps_of(routes, DispatchPolicy())
    at, starts = gaps.of(np.arange(len(routes)))
    assert at.tolist() == list(range(len(gaps.x_m)))
    for row, route in enumerate(routes):
        mine = slice(gaps.first[row], gaps.first[row + 1])
        assert starts[row] == gaps.first[row]
        assert gaps.x_m[mine].tolist() == route.x_m[route.pinned :]
        assert gaps.depart_ms[mine].tolist() == route.depart_ms[route.pinned :]
        assert gaps.is_last[mine].tolist() == [False] * (route.nodes - route.pinned - 1) + [True]


@given(problems)
def test_what_lies_behind_a_gap_is_summed(problem: Problem) -> None:
    routes = open_routes(problem)
    gaps = gaps_of(routes, DispatchPolicy())
    for row, route in enumerate(routes):
        for at, node in enumerate(range(route.pinned, route.nodes), start=gaps.first[row]):
            behind = range(node + 1, route.nodes)
            waits = (route.begin_ms[k] - route.arrive_ms[k] for k in behind)
            assert gaps.wait_ms[at] == sum(waits)
            assert gaps.pickups[at] == sum(route.is_pickup[k] for k in behind)
            assert gaps.pickups[at] + gaps.dropoffs[at] == len(behind)
            late = (route.begin_ms[k] >= route.due_ms[k] for k in behind)
            assert gaps.late[at] == sum(late)


@given(problems)
def test_pairs_are_all_gaps_with_all_not_before_them(problem: Problem) -> None:
    routes = open_routes(problem)
    gaps = gaps_of(routes, DispatchPolicy())
    rows = np.arange(0, len(routes), 2)
    at, starts = gaps.of(rows)
    first, last, pair_starts = gaps.pairs_of(rows, starts)
    expected, begins = [], []
    for begin, end in zip(starts.tolist(), [*starts.tolist()[1:], len(at)], strict=False):
        begins.append(len(expected))
        expected += [(a, b) for a in range(begin, end) for b in range(a, end)]
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == expected
    assert pair_starts.tolist() == begins
