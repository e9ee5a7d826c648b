"""Insertion against its twin: every pair of places, each walked step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.insertion import best_pair, fits, insert_pair, make_room
from tests.dispatch.kernel.small_tasks import (
    brute_force,
    greedy_route,
    random_problem,
    search_of,
    seeds,
    task_of,
    walk,
    with_pair,
)


@given(seeds, st.sampled_from([0.0, 0.5, 0.9]), st.integers(1, 3))
def test_the_best_pair_is_that_of_brute_force(seed: int, tight: float, dims: int) -> None:
    task = task_of(random_problem(seed, 7, tight=tight, dims=dims))
    nodes, left = greedy_route(task, seed)
    routes = search_of(task, 1, 1, [nodes]).now
    for delivery in left:
        wanted, _, _ = brute_force(task, nodes, delivery)
        added, i, j = best_pair(task, routes, 0, delivery, make_room(routes))
        assert added == pytest.approx(wanted, abs=1e-9)
        if added < np.inf:
            walked = walk(task, with_pair(task, nodes, delivery, i, j))
            assert walked.feasible
            assert walked.cost - walk(task, nodes).cost == pytest.approx(added, abs=1e-9)


@given(seeds)
def test_an_inserted_pair_stands_where_it_was_meant_to(seed: int) -> None:
    task = task_of(random_problem(seed))
    nodes, left = greedy_route(task, seed)
    routes = search_of(task, 1, 1, [nodes]).now
    for delivery in left:
        _, i, j = best_pair(task, routes, 0, delivery, make_room(routes))
        if i >= 0:
            insert_pair(task, routes, 0, delivery, i, j)
            wanted = with_pair(task, nodes, delivery, i, j)
            assert routes.stop[0, 1 : len(wanted) + 1].tolist() == wanted
            assert routes.route_of[delivery] == 0
            return


def test_load_must_fit_in_every_dimension() -> None:
    task = task_of(random_problem(1))
    task.capacity[:] = (9, 1)
    task.demand[:, 1] = 0
    routes = search_of(task, 1, 1).now
    first = int(task.pickup[0])
    assert fits(task, routes, 0, 0, first)
    task.demand[first] = (1, 2)
    assert not fits(task, routes, 0, 0, first)
