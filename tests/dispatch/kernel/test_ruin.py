"""Ruin takes whole deliveries out of a few rows and leaves the others as they were."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.chance import chance
from dispatch.kernel.memory import ROWS
from dispatch.kernel.ruin import mark_string, ruin, take_out
from dispatch.kernel.search import stops_of
from tests.dispatch.kernel.small_tasks import (
    greedy_route,
    random_problem,
    search_of,
    seeds,
    task_of,
)


@given(seeds, st.floats(1.0, 8.0))
def test_what_is_taken_out_is_absent_with_both_ends_and_the_rest_keeps_its_order(
    seed: int, removals: float
) -> None:
    task = task_of(random_problem(seed, 6))
    nodes, left = greedy_route(task, seed)
    search = search_of(task, 2, seed, [nodes])
    ruin(task, search.trial, search.memory, removals, chance(seed))
    routes = search.trial
    absent = routes.absent[: routes.absences[0]].tolist()
    taken = set(absent) - set(left)
    kept = [node for node in nodes if task.delivery_of[node] not in taken]
    assert stops_of(routes) == ([kept] if kept else [])
    assert len(absent) == len(set(absent)) == len(left) + len(taken)
    assert all(routes.route_of[delivery] == -1 for delivery in absent)
    assert taken or not nodes
    assert search.memory.marked.sum() == 0


@given(seeds)
def test_every_changed_row_is_listed_once(seed: int) -> None:
    task = task_of(random_problem(seed, 6))
    nodes, _ = greedy_route(task, seed)
    search = search_of(task, 2, seed, [nodes])
    ruin(task, search.trial, search.memory, 5.0, chance(seed))
    listed = search.memory.rows[: search.memory.tally[ROWS]].tolist()
    assert listed == ([0] if nodes else [])


@given(seeds, st.integers(1, 6))
def test_a_string_holds_its_stop_or_skips_it_but_never_leaves_the_route(
    seed: int, length: int
) -> None:
    task = task_of(random_problem(seed, 6))
    nodes, _ = greedy_route(task, seed)
    if len(nodes) < length:
        return
    search = search_of(task, 1, seed, [nodes])
    mark_string(task, search.trial, search.memory, nodes[seed % len(nodes)], length, chance(seed))
    marked = set(np.flatnonzero(search.memory.marked).tolist())
    inside = {int(task.delivery_of[node]) for node in nodes}
    assert marked <= inside
    assert (length + 1) // 2 <= len(marked) <= length


def test_nothing_is_taken_out_of_nothing() -> None:
    task = task_of(random_problem(1))
    search = search_of(task, 2, 1)
    ruin(task, search.trial, search.memory, 5.0, chance(1))
    assert search.memory.tally[ROWS] == 0


def test_an_emptied_row_goes_from_start_to_end() -> None:
    task = task_of(random_problem(1))
    nodes = [int(task.pickup[0]), int(task.dropoff[0])]
    search = search_of(task, 1, 1, [nodes])
    search.memory.marked[0] = 1
    take_out(task, search.trial, search.memory, 0)
    assert search.trial.stop[0, :2].tolist() == [task.start, task.end]
    assert search.trial.cost[0] == 0.0
