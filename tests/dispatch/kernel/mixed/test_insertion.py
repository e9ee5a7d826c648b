"""Insertion into a mixed fleet's routes against its twin, which tries every place and break."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.fleet_problem import FleetProblem
from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed import insertion
from dispatch.kernel.mixed.search import MixedSearch, start_mixed
from dispatch.kernel.mixed.task import MixedTask
from tests.dispatch.kernel.mixed.doors import door
from tests.dispatch.kernel.mixed.small_fleets import (
    Step,
    best_insertion,
    greedy_fleet,
    random_fleet,
    seeds,
)

best_places = door(insertion.best_places)


def search_at(problem: FleetProblem, steps: list[Step]) -> tuple[MixedTask, MixedSearch]:
    """Return a search whose first vehicle has a route."""
    task = make_mixed(problem)
    nodes = [int((task.items.second if two else task.items.first)[item]) for item, two in steps]
    return task, start_mixed(task, [nodes], chance(1))


@given(seeds, st.integers(0, 2), st.booleans())
@settings(max_examples=60)
def test_the_best_places_are_those_of_brute_force(seed: int, breaks: int, soft: bool) -> None:
    soft = soft and breaks == 0
    problem = random_fleet(seed, 6, breaks=breaks, soft=soft)
    steps, left = greedy_fleet(problem, seed)
    task, search = search_at(problem, steps)
    assert search.now.done[0, len(steps) + 1].min() < inf
    for item in left:
        wanted, _ = best_insertion(problem, 0, steps, item)
        best_places(task, search.now, 0, item, search.desk)
        assert search.desk.found[0] == pytest.approx(wanted, abs=1e-6)


def test_a_vehicle_that_may_not_carry_an_item_gets_nothing() -> None:
    problem = random_fleet(3)
    task, search = search_at(problem, [])
    task.items.allowed[:, 0] = 0
    for item in range(len(problem.items)):
        best_places(task, search.now, 0, item, search.desk)
        assert search.desk.found[0] == np.inf


def test_no_stop_is_put_before_a_pinned_place() -> None:
    for seed in range(40):
        problem = random_fleet(seed, 6, breaks=0)
        steps, left = greedy_fleet(problem, seed)
        task, search = search_at(problem, steps)
        task.fleet.pinned[0] = len(steps)
        for item in left:
            best_places(task, search.now, 0, item, search.desk)
            if search.desk.found[0] < inf:
                assert search.desk.places[0] >= len(steps)
