"""Recreate against a twin that tries every row and pair of places, one delivery at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.chance import chance
from dispatch.kernel.recreate import MISSED, recreate, sort_absent
from dispatch.kernel.search import stops_of
from dispatch.kernel.task import ORDERS, Task
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


def slow_recreate(
    task: Task, stops: list[list[int]], absent: list[int]
) -> tuple[list[list[int]], list[int]]:
    """Insert in the order given; return the routes and who is still absent."""
    left = []
    for delivery in absent:
        best, chosen, places = np.inf, -1, (-1, -1)
        for row, nodes in enumerate(stops):
            added, i, j = brute_force(task, nodes, delivery)
            if not nodes:
                added += task.fixed + float(task.cost[task.start, task.end])
            if added < best - 1e-9:
                best, chosen, places = added, row, (i, j)
        if chosen < 0:
            left.append(delivery)
        else:
            stops[chosen] = with_pair(task, stops[chosen], delivery, *places)
    return stops, left


@given(seeds, st.integers(1, ORDERS), st.booleans())
def test_without_blinks_every_delivery_goes_where_it_costs_least(
    seed: int, order: int, vehicles_first: bool
) -> None:
    task = task_of(random_problem(seed, 6), vehicles_first=vehicles_first)
    nodes, _ = greedy_route(task, seed)
    search = search_of(task, 2, seed, [nodes])
    routes = search.trial
    sort_absent(task, routes, search.memory, order, chance(1))
    absent = routes.absent[: routes.absences[0]].tolist()
    wanted, left = slow_recreate(task, [nodes, []], absent)
    recreate(task, routes, search.memory, order, 0.0, chance(1))
    assert routes.absent[: routes.absences[0]].tolist() == left
    cost = sum(walk(task, nodes).cost + task.fixed for nodes in wanted if nodes)
    assert abs(routes.cost.sum() - cost) < 1e-6


@given(seeds, st.floats(0.0, 0.9))
def test_with_blinks_all_routes_hold_and_nobody_is_lost(seed: int, blink: float) -> None:
    task = task_of(random_problem(seed, 6))
    search = search_of(task, 3, seed)
    recreate(task, search.trial, search.memory, 0, blink, chance(seed))
    stops = stops_of(search.trial)
    assert all(walk(task, nodes).feasible for nodes in stops)
    assert sum(map(len, stops)) // 2 + search.trial.absences[0] == 6


def test_who_was_left_out_most_often_comes_first() -> None:
    task = task_of(random_problem(1, 4))
    search = search_of(task, 1, 1)
    search.memory.missed[:] = (2, 9, 1, 5)
    sort_absent(task, search.trial, search.memory, MISSED, chance(1))
    assert search.trial.absent.tolist() == [1, 3, 0, 2]
