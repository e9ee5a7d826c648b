"""Routes of a mixed fleet, one row per vehicle, with what makes an insertion test O(1)."""

from typing import NamedTuple

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.kernel.mixed.legs import action, last_begin, leave_by, price, step, travel
from dispatch.kernel.mixed.task import MixedTask
from dispatch.kernel.parts import part
from dispatch.routing_problem import Floats, Ints, Longs

_SPREAD = 0x2545F4914F6CDD1D
_FIRST = 0x4F1BBCDCBFA53E0B
"""No node has this number, so that no first stop cancels it out."""


class MixedRoutes(NamedTuple):
    """r rows of up to l places, b breaks at most: `stop[row, 0]` is where the vehicle starts.

    `done[row, place, k]` is when the vehicle is done there at the earliest with k breaks behind it,
    `until` when it must be done at the latest so that the rest holds. `load` is on board behind a
    place, `most_before` and `most_after` the most up to and from it on. `travelled` and `metres`
    are sums over the row (from start to end where it has no stops), `cost` is all it costs, of
    which `extra` is lateness. `version` is a hash of the sequence. An item in no route has
    `route_of` -1 and stands in `absent`.
    """

    stop: Ints  # [r, l]
    done: Floats  # [r, l, b + 1]
    until: Floats  # [r, l, b + 1]
    load: Longs  # [r, l, d]
    most_before: Longs  # [r, l, d]
    most_after: Longs  # [r, l, d]
    size: Longs  # [r]
    travelled: Floats  # [r]
    metres: Floats  # [r]
    cost: Floats  # [r]
    extra: Floats  # [r]
    version: Longs  # [r]
    route_of: Ints  # [m]
    place_of: Ints  # [n]
    absent: Ints  # [m]
    absences: Longs  # [1]
    left: Floats  # [1]: weight of all that is absent


def empty_mixed(task: MixedTask, places: int) -> MixedRoutes:
    """Return routes without stops, with room for `places` stops each; all items are absent."""
    rows, dims = task.fleet.capacity.shape
    items, nodes = len(task.items.first), len(task.nodes.place)
    breaks = int(np.diff(task.fleet.break_from).max(initial=0)) + 1
    shape = rows, places + 2
    routes = MixedRoutes(
        stop=np.zeros(shape, np.int32),
        done=np.zeros((*shape, breaks)),
        until=np.zeros((*shape, breaks)),
        load=np.zeros((*shape, dims), np.int64),
        most_before=np.zeros((*shape, dims), np.int64),
        most_after=np.zeros((*shape, dims), np.int64),
        size=np.zeros(rows, np.int64),
        travelled=np.zeros(rows),
        metres=np.zeros(rows),
        cost=np.zeros(rows),
        extra=np.zeros(rows),
        version=np.zeros(rows, np.int64),
        route_of=np.full(items, -1, np.int32),
        place_of=np.zeros(nodes, np.int32),
        absent=np.arange(items, dtype=np.int32),
        absences=np.array([items], np.int64),
        left=np.array([task.items.weight.sum()]),
    )
    routes.stop[:, 0] = task.fleet.start
    routes.stop[:, 1] = task.fleet.end
    for row in range(rows):
        retime(task, routes, row)
    return routes


@part
def set_loads(task: MixedTask, routes: MixedRoutes, row: int) -> None:
    """Work out what is on board behind every place of a row."""
    items, stop, last = task.items, routes.stop[row], routes.size[row] + 1
    load, before, after = routes.load[row], routes.most_before[row], routes.most_after[row]
    for k in range(load.shape[1]):
        on = 0
        for place in range(1, last):
            item = task.nodes.item_of[stop[place]]
            if items.first[item] == items.second[item]:
                on += items.bring[item, k]
        most = on
        load[0, k] = before[0, k] = on
        for place in range(1, last):
            b = stop[place]
            item = task.nodes.item_of[b]
            if items.first[item] == items.second[item]:
                on += items.carry[item, k] - items.bring[item, k]
            elif items.first[item] == b:
                on += items.carry[item, k]
            else:
                on -= items.carry[item, k]
            most = max(most, on)
            load[place, k] = on
            before[place, k] = most
        load[last, k] = most = on
        before[last, k] = max(before[last - 1, k], on)
        for place in range(last, -1, -1):
            most = max(most, load[place, k])
            after[place, k] = most


@part
def set_done(task: MixedTask, routes: MixedRoutes, row: int) -> None:
    """Work out the earliest times of a row."""
    stop, done, last = routes.stop[row], routes.done[row], routes.size[row] + 1
    first = task.fleet.break_from[row]
    count = task.fleet.break_from[row + 1] - first
    done[0, 0] = task.fleet.opens[row]
    done[0, 1 : count + 1] = np.inf
    for place in range(1, last + 1):
        a, b = stop[place - 1], stop[place]
        step(task, row, done[place - 1], a, b, done[place])


@part
def set_until(task: MixedTask, routes: MixedRoutes, row: int) -> None:
    """Work out the latest times of a row."""
    stop, until, last = routes.stop[row], routes.until[row], routes.size[row] + 1
    nodes = task.nodes
    count = task.fleet.break_from[row + 1] - task.fleet.break_from[row]
    until[last, : count + 1] = -np.inf
    until[last, count] = task.fleet.closes[row]
    for place in range(last - 1, -1, -1):
        a, b = stop[place], stop[place + 1]
        length, stay, load = (
            travel(task, row, a, b),
            action(task, row, a, b),
            routes.load[row, place],
        )
        until[place, : count + 1] = -np.inf
        for k in range(count + 1):
            if until[place + 1, k] == -np.inf:
                continue
            latest = until[place + 1, k] - stay
            begin = last_begin(nodes.windows[b], nodes.opens[b], nodes.closes[b], latest)
            for j in range(k + 1):
                time = leave_by(task, row, length, load, begin, j, k)
                until[place, j] = max(until[place, j], time)


@kernel
def retime(task: MixedTask, routes: MixedRoutes, row: int) -> None:
    """Work out all that follows from the sequence of a row; `extra` is kept as it stands."""
    stop, last = routes.stop[row], routes.size[row] + 1
    profile = task.fleet.profile[row]
    cost, travelled, metres, version = 0.0, 0.0, 0.0, _FIRST
    for place in range(1, last + 1):
        a, b = stop[place - 1], stop[place]
        cost += price(task, row, a, b)
        travelled += travel(task, row, a, b)
        metres += task.nodes.metres[profile, a, b]
        routes.place_of[b] = place
        version = (version ^ b) * _SPREAD
        version ^= version >> 29
    if last == 1:
        cost = routes.extra[row] = 0.0
    else:
        cost += task.fleet.fixed[row] + routes.extra[row]
    routes.cost[row], routes.travelled[row], routes.metres[row] = cost, travelled, metres
    routes.version[row] = version
    set_loads(task, routes, row)
    set_done(task, routes, row)
    set_until(task, routes, row)


@kernel
def is_sound(task: MixedTask, routes: MixedRoutes, row: int) -> bool:
    """Tell whether a row without stops, or with them, holds all limits of time and travel."""
    fleet, last = task.fleet, routes.size[row] + 1
    count = fleet.break_from[row + 1] - fleet.break_from[row]
    return bool(
        last == 1
        or (
            routes.done[row, last, count] <= fleet.closes[row]
            and routes.travelled[row] <= fleet.most_travel[row]
            and routes.metres[row] <= fleet.most_metres[row]
            and routes.extra[row] < np.inf
        )
    )


@kernel
def copy_mixed(task: MixedTask, source: MixedRoutes, target: MixedRoutes, row: int) -> None:
    """Make a row of `target` equal to that of `source`; `absent` is left alone."""
    places = source.size[row] + 2
    target.size[row], target.cost[row] = source.size[row], source.cost[row]
    target.travelled[row], target.metres[row] = source.travelled[row], source.metres[row]
    target.extra[row], target.version[row] = source.extra[row], source.version[row]
    breaks = task.fleet.break_from[row + 1] - task.fleet.break_from[row] + 1
    for place in range(places):
        target.stop[row, place] = source.stop[row, place]
        for k in range(breaks):
            target.done[row, place, k] = source.done[row, place, k]
            target.until[row, place, k] = source.until[row, place, k]
        for k in range(source.load.shape[2]):
            target.load[row, place, k] = source.load[row, place, k]
            target.most_before[row, place, k] = source.most_before[row, place, k]
            target.most_after[row, place, k] = source.most_after[row, place, k]
    for place in range(1, places - 1):
        node = source.stop[row, place]
        target.place_of[node] = place
        target.route_of[task.nodes.item_of[node]] = row


@kernel
def copy_absent(source: MixedRoutes, target: MixedRoutes) -> None:
    """Make the items without a route those of `source`."""
    target.absences[0], target.left[0] = source.absences[0], source.left[0]
    for k in range(source.absences[0]):
        target.absent[k] = source.absent[k]
        target.route_of[source.absent[k]] = -1
