"""Routes: sequences of stops with what makes an insertion test O(1), kept up to date by kernels."""

from typing import NamedTuple

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.kernel.task import Task
from dispatch.routing_problem import Floats, Ints, Longs

_SPREAD = 0x2545F4914F6CDD1D
_FIRST = 0x4F1BBCDCBFA53E0B
"""No node has this number: beginning with 1, routes 1, 7, ... and 6, ... had one version."""


class Routes(NamedTuple):
    """r rows of up to l places: `stop[row, 0]` is the start, `stop[row, size + 1]` the end.

    At each place: `leave_s` when the courier is done there at the earliest, `latest_s` when service
    may begin at the latest so that all later stops still hold, `load` on board after it,
    `step_s` and `step_cost` to the next place. `version` is a hash of the row's sequence: what was
    worked out for a version holds whenever the sequence comes back. A delivery in no route has
    `route_of` -1 and stands in `absent`.
    """

    stop: Ints  # [r, l]
    leave_s: Floats  # [r, l]
    latest_s: Floats  # [r, l]
    step_s: Floats  # [r, l]
    step_cost: Floats  # [r, l]
    load: Longs  # [r, l, d]
    size: Longs  # [r]
    cost: Floats  # [r]
    version: Longs  # [r]
    route_of: Ints  # [m]
    place_of: Ints  # [n]
    absent: Ints  # [m]
    absences: Longs  # [1]: how many stand in `absent`


def empty_routes(task: Task, rows: int) -> Routes:
    """Return `rows` routes without stops; every delivery is absent."""
    nodes, deliveries = len(task.open_s), len(task.pickup)
    shape = rows, 2 * deliveries + 2
    routes = Routes(
        stop=np.zeros(shape, np.int32),
        leave_s=np.zeros(shape),
        latest_s=np.zeros(shape),
        step_s=np.zeros(shape),
        step_cost=np.zeros(shape),
        load=np.zeros((*shape, len(task.capacity)), np.int64),
        size=np.zeros(rows, np.int64),
        cost=np.zeros(rows),
        version=np.zeros(rows, np.int64),
        route_of=np.full(deliveries, -1, np.int32),
        place_of=np.zeros(nodes, np.int32),
        absent=np.arange(deliveries, dtype=np.int32),
        absences=np.array([deliveries], np.int64),
    )
    routes.stop[:, 0] = task.start
    routes.stop[:, 1] = task.end
    for row in range(rows):
        retime(task, routes, row)
    return routes


@kernel
def retime(task: Task, routes: Routes, row: int) -> None:
    """Work out all that follows from the sequence of a row, in one pass forward and one back."""
    stop, last = routes.stop[row], routes.size[row] + 1
    leave, latest = routes.leave_s[row], routes.latest_s[row]
    step_s, step_cost, load = routes.step_s[row], routes.step_cost[row], routes.load[row]
    a = stop[0]
    leave[0] = task.open_s[a] + task.service_s[a]
    total, version = 0.0, _FIRST
    for place in range(1, last + 1):
        b = stop[place]
        step_s[place - 1] = task.time_s[a, b]
        step_cost[place - 1] = task.cost[a, b]
        total += step_cost[place - 1]
        begin = max(leave[place - 1] + step_s[place - 1], task.open_s[b])
        leave[place] = begin + task.service_s[b]
        for k in range(load.shape[1]):
            load[place, k] = load[place - 1, k] + task.demand[b, k]
        routes.place_of[b] = place
        version = (version ^ b) * _SPREAD
        version ^= version >> 29
        a = b
    routes.version[row] = version
    routes.cost[row] = total + task.fixed if last > 1 else 0.0
    latest[last] = task.due_s[a]
    for place in range(last - 1, -1, -1):
        b = stop[place]
        holds = latest[place + 1] - step_s[place] - task.service_s[b]
        latest[place] = min(task.due_s[b], holds)


@kernel
def copy_row(source: Routes, target: Routes, row: int) -> None:
    """Make a row of `target` equal to that of `source`; `absent` is left alone."""
    places = source.size[row] + 2
    target.size[row] = source.size[row]
    target.cost[row] = source.cost[row]
    target.version[row] = source.version[row]
    for place in range(places):
        target.stop[row, place] = source.stop[row, place]
        target.leave_s[row, place] = source.leave_s[row, place]
        target.latest_s[row, place] = source.latest_s[row, place]
        target.step_s[row, place] = source.step_s[row, place]
        target.step_cost[row, place] = source.step_cost[row, place]
        for k in range(source.load.shape[2]):
            target.load[row, place, k] = source.load[row, place, k]
    for place in range(1, places - 1):
        node = source.stop[row, place]
        target.place_of[node] = place


@kernel
def copy_absent(source: Routes, target: Routes) -> None:
    """Make the deliveries without a route those of `source`."""
    target.absences[0] = source.absences[0]
    for k in range(source.absences[0]):
        target.absent[k] = source.absent[k]
