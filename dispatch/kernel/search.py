"""Search: where a search stands, its next try and its best, and how one becomes the other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.compiled import kernel
from dispatch.kernel.memory import ROWS, Memory, make_memory
from dispatch.kernel.routes import Routes, copy_absent, copy_row, empty_routes, retime
from dispatch.kernel.task import Task
from dispatch.routing_problem import Floats, Longs


class Search(NamedTuple):
    """A search under way: `now` is where it stands, `trial` the next try, `best` the best so far.

    Between steps `now` and `trial` are equal. `total` holds the costs of `now` and `best`.
    """

    now: Routes
    trial: Routes
    best: Routes
    memory: Memory
    total: Floats  # [2]
    state: NDArray[np.uint64]  # [1]


@kernel
def settle(source: Routes, target: Routes, memory: Memory) -> None:
    """Make the touched rows of `target` equal to those of `source`."""
    for k in range(memory.tally[ROWS]):
        copy_row(source, target, memory.rows[k])
    copy_absent(source, target)


@kernel
def untouch(memory: Memory) -> None:
    """Forget which rows were touched."""
    for k in range(memory.tally[ROWS]):
        memory.touched[memory.rows[k]] = 0
    memory.tally[ROWS] = 0


@kernel
def relink(task: Task, source: Routes, target: Routes, memory: Memory) -> None:
    """Tell the deliveries of `target`'s touched rows where they are, after `settle`."""
    for k in range(memory.tally[ROWS]):
        row = memory.rows[k]
        for place in range(1, source.size[row] + 1):
            target.route_of[task.delivery_of[source.stop[row, place]]] = row
    for k in range(source.absences[0]):
        target.route_of[source.absent[k]] = -1


@kernel
def keep_best(search: Search) -> None:
    """Make `best` equal to `now`."""
    for row in range(len(search.now.size)):
        if search.best.version[row] != search.now.version[row]:
            copy_row(search.now, search.best, row)
    copy_absent(search.now, search.best)
    search.total[1] = search.total[0]


@kernel
def change(search: Search) -> float:
    """Return by how much `trial` costs more than `now`."""
    total = 0.0
    for k in range(search.memory.tally[ROWS]):
        row = search.memory.rows[k]
        total += search.trial.cost[row] - search.now.cost[row]
    return total


@kernel
def accept(task: Task, search: Search) -> None:
    """The try becomes where the search stands."""
    settle(search.trial, search.now, search.memory)
    relink(task, search.trial, search.now, search.memory)
    untouch(search.memory)


@kernel
def refuse(task: Task, search: Search) -> None:
    """The search stays where it is."""
    settle(search.now, search.trial, search.memory)
    relink(task, search.now, search.trial, search.memory)
    untouch(search.memory)


def start_search(
    task: Task,
    stops: Sequence[Sequence[int]],
    rows: int,
    state: NDArray[np.uint64],
    missed: Longs | None = None,
) -> Search:
    """Return a search over at most `rows` routes that stands at the given ones.

    `stops` are feasible routes of nodes, no more than `rows`; deliveries in none of them are
    absent. `missed` counts go on from an earlier search.
    """
    now, trial, best = (empty_routes(task, rows) for _ in range(3))
    memory = make_memory(task, now)
    for row, nodes in enumerate(stops):
        now.stop[row, 1 : len(nodes) + 1] = nodes
        now.stop[row, len(nodes) + 1] = task.end
        now.size[row] = len(nodes)
        now.route_of[task.delivery_of[list(nodes)]] = row
    absent = np.flatnonzero(now.route_of < 0)
    now.absences[0] = len(absent)
    now.absent[: len(absent)] = absent
    for row in range(rows):
        retime(task, now, row)
        for other in (trial, best):
            copy_row(now, other, row)
    for other in (trial, best):
        copy_absent(now, other)
        other.route_of[:] = now.route_of
    if missed is not None:
        memory.missed[:] = missed
    cost = float(now.cost.sum())
    return Search(now, trial, best, memory, np.array([cost, cost]), state)


def stops_of(routes: Routes) -> list[list[int]]:
    """Return the nodes of each route that has stops."""
    return [
        routes.stop[row, 1 : size + 1].tolist()
        for row, size in enumerate(routes.size.tolist())
        if size > 0
    ]
