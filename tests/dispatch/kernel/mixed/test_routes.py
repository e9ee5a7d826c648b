"""Routes of a mixed fleet: loads, times and costs against the twin."""

import numpy as np
import pytest
from hypothesis import given, settings

from dispatch.fleet_problem import FleetProblem
from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed.routes import copy_absent, copy_mixed, empty_mixed, is_sound, retime
from dispatch.kernel.mixed.search import MixedSearch, start_mixed
from dispatch.kernel.mixed.task import MixedTask
from tests.dispatch.kernel.mixed.small_fleets import (
    Step,
    begins_of,
    greedy_fleet,
    loads_of,
    random_fleet,
    seeds,
    stays_of,
    try_route,
)


def standing_at(problem: FleetProblem, steps: list[Step]) -> tuple[MixedTask, MixedSearch]:
    """Return a search whose first vehicle has a route."""
    task = make_mixed(problem)
    nodes = [int((task.items.second if two else task.items.first)[item]) for item, two in steps]
    return task, start_mixed(task, [nodes], chance(1))


@given(seeds)
@settings(max_examples=40)
def test_loads_costs_and_the_end_are_those_of_the_twin(seed: int) -> None:
    problem = random_fleet(seed, 6)
    steps, _ = greedy_fleet(problem, seed)
    task, search = standing_at(problem, steps)
    routes, last = search.now, len(steps) + 1
    assert routes.cost[0] == pytest.approx(try_route(problem, 0, steps).cost)
    loads = list(loads_of(problem, steps))
    assert routes.load[0, :last].tolist() == [list(load) for load in loads]
    for place in range(last):
        assert routes.most_before[0, place].tolist() == np.max(loads[: place + 1], axis=0).tolist()
        assert routes.most_after[0, place].tolist() == np.max(loads[place:], axis=0).tolist()
    if steps:
        stays = list(stays_of(problem, 0, steps))
        begins = begins_of(problem, 0, steps, stays, loads)
        assert begins is not None
        assert is_sound(task, routes, 0)


def test_a_copied_row_knows_what_the_first_knew() -> None:
    problem = random_fleet(5, 6)
    steps, _ = greedy_fleet(problem, 5)
    task, search = standing_at(problem, steps)
    other = empty_mixed(task, search.now.stop.shape[1] - 2)
    copy_mixed(task, search.now, other, 0)
    copy_absent(search.now, other)
    places = len(steps) + 2
    for name in ("stop", "done", "until", "load"):
        ours, theirs = getattr(search.now, name)[0], getattr(other, name)[0]
        assert ours[:places].tolist() == theirs[:places].tolist()
    assert other.route_of.tolist() == search.now.route_of.tolist()


def test_routes_that_begin_differently_have_different_versions() -> None:
    task = make_mixed(random_fleet(1, 8))
    routes = empty_mixed(task, 16)
    for row, nodes in enumerate(([1, 7, 3], [6, 3])):
        routes.stop[row, 1 : len(nodes) + 1] = nodes
        routes.size[row] = len(nodes)
        retime(task, routes, row)
    assert routes.version[0] != routes.version[1]
