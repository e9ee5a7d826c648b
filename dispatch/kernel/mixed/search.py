"""A search over a mixed fleet: where it stands, its next try and its best, and how they change."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.mixed.insertion import Desk, make_desk
from dispatch.kernel.mixed.routes import (
    MixedRoutes,
    copy_absent,
    copy_mixed,
    empty_mixed,
    retime,
)
from dispatch.kernel.mixed.task import MixedTask
from dispatch.kernel.mixed.walk import walk
from dispatch.kernel.parts import part
from dispatch.routing_problem import Floats, Ints, Longs

ROWS, STEPS = 0, 1


class MixedSearch(NamedTuple):
    """A search under way: `now` is where it stands, `trial` the next try, `best` the best so far.

    Between steps `now` and `trial` are equal. Best insertions by item and row are remembered while
    `version` is that of the row. `touched` flags rows of `trial` that differ, `rows` lists them.
    `tally` counts rows touched and steps, `total` holds the costs of `now` and `best`.
    """

    now: MixedRoutes
    trial: MixedRoutes
    best: MixedRoutes
    desk: Desk
    version: Longs  # [m, r]
    added: Floats  # [m, r]
    extra: Floats  # [m, r]
    first_at: Ints  # [m, r]
    second_at: Ints  # [m, r]
    touched: Longs  # [r]
    rows: Longs  # [r]
    tally: Longs  # [2]
    key: Floats  # [m]
    marked: Longs  # [m]
    missed: Longs  # [m]: how often an item found no place
    total: Floats  # [2]
    state: NDArray[np.uint64]  # [1]


@part
def touch(search: MixedSearch, row: int) -> None:
    """List a row that is about to change, once."""
    if search.touched[row] == 0:
        search.touched[row] = 1
        search.rows[search.tally[ROWS]] = row
        search.tally[ROWS] += 1


@part
def settle(task: MixedTask, search: MixedSearch, source: MixedRoutes, target: MixedRoutes) -> None:
    """Make `target` equal to `source`, which differ in the touched rows, and forget those."""
    for k in range(search.tally[ROWS]):
        row = search.rows[k]
        copy_mixed(task, source, target, row)
        search.touched[row] = 0
    copy_absent(source, target)
    search.tally[ROWS] = 0


@part
def keep_best(task: MixedTask, search: MixedSearch) -> None:
    """Make `best` equal to `now`."""
    for row in range(len(search.now.size)):
        if search.best.version[row] != search.now.version[row]:
            copy_mixed(task, search.now, search.best, row)
    copy_absent(search.now, search.best)
    search.total[1] = search.total[0]


@part
def change(search: MixedSearch) -> float:
    """Return by how much `trial` costs more than `now`."""
    total = 0.0
    for k in range(search.tally[ROWS]):
        row = search.rows[k]
        total += search.trial.cost[row] - search.now.cost[row]
    return total


def start_mixed(
    task: MixedTask, stops: Sequence[Sequence[int]], state: NDArray[np.uint64]
) -> MixedSearch:
    """Return a search that stands at the given routes, one per vehicle (none: all empty).

    They must hold. Items in none of them are absent.
    """
    items, rows = len(task.items.first), len(task.fleet.start)
    stopping = task.nodes.item_of >= 0
    places = int(min(stopping.sum(), task.fleet.most_stops.max(initial=0)))
    now, trial, best = (empty_mixed(task, places) for _ in range(3))
    desk = make_desk(task, places)
    for row, nodes in enumerate(stops):
        now.stop[row, 1 : len(nodes) + 1] = nodes
        now.stop[row, len(nodes) + 1] = task.fleet.end[row]
        now.size[row] = len(nodes)
        now.route_of[task.nodes.item_of[list(nodes)]] = row
        if task.fleet.careful[row] and nodes:
            desk.trail.way[: len(nodes) + 2] = now.stop[row, : len(nodes) + 2]
            now.extra[row] = walk(task, row, desk.trail, len(nodes) + 1)
        retime(task, now, row)
    absent = np.flatnonzero(now.route_of < 0)
    now.absences[0], now.left[0] = len(absent), task.items.weight[absent].sum()
    now.absent[: len(absent)] = absent
    for other in (trial, best):
        for row in range(rows):
            copy_mixed(task, now, other, row)
        copy_absent(now, other)
    shape = items, rows
    cost = float(now.cost.sum())
    return MixedSearch(
        now=now,
        trial=trial,
        best=best,
        desk=desk,
        version=np.zeros(shape, np.int64),
        added=np.zeros(shape),
        extra=np.zeros(shape),
        first_at=np.zeros(shape, np.int32),
        second_at=np.zeros(shape, np.int32),
        touched=np.zeros(rows, np.int64),
        rows=np.zeros(rows, np.int64),
        tally=np.zeros(2, np.int64),
        key=np.zeros(items),
        marked=np.zeros(items, np.int64),
        missed=np.ones(items, np.int64),
        total=np.array([cost, cost]),
        state=state,
    )


def stops_by_row(routes: MixedRoutes) -> list[list[int]]:
    """Return the nodes of each vehicle's route."""
    return [
        routes.stop[row, 1 : size + 1].tolist() for row, size in enumerate(routes.size.tolist())
    ]
