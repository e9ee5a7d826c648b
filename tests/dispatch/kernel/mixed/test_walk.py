"""The walk along a route against its twin: possible or not, how late, begun as late as can be."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.fleet_task import make_mixed
from dispatch.kernel.mixed.walk import make_trail, walk
from tests.dispatch.kernel.mixed.small_fleets import (
    begins_of,
    greedy_fleet,
    loads_of,
    random_fleet,
    seeds,
    stays_of,
    stop_of,
)


@given(seeds, st.booleans())
@settings(max_examples=60)
def test_a_walk_is_as_late_as_the_twin_and_as_possible(seed: int, soft: bool) -> None:
    problem = random_fleet(seed, 5, breaks=0 if soft else 2, soft=soft)
    steps, left = greedy_fleet(problem, seed)
    steps += [(item, False) for item in left if problem.items[item].second is None]
    task = make_mixed(problem)
    nodes = [int((task.items.second if two else task.items.first)[item]) for item, two in steps]
    trail = make_trail(len(nodes) + 2, 2, 2, len(task.nodes.place))
    trail.way[: len(nodes) + 2] = [task.fleet.start[0], *nodes, task.fleet.end[0]]
    found = walk(task, 0, trail, len(nodes) + 1)
    stays, loads = list(stays_of(problem, 0, steps)), list(loads_of(problem, steps))
    begins = begins_of(problem, 0, steps, stays, loads)
    if begins is None:
        assert found == inf
        return
    late = [max(0.0, b - stop_of(problem, s).soft_cs) for b, s in zip(begins, steps, strict=True)]
    rates = [stop_of(problem, step).late_rate for step in steps]
    assert found == pytest.approx(sum(a * b for a, b in zip(late, rates, strict=True)))
    for place, begin in enumerate(begins, start=1):
        assert trail.begin[place] >= begin - 1e-9 or len(problem.vehicles[0].breaks) > 0
