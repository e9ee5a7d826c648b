"""The cheapest feasible places for an item in one route of a mixed fleet, exactly.

All places, or pairs of places, are considered; each costs O(1) for a fixed number of breaks. Where
a vehicle is `careful`, a candidate that would be the best is walked before it counts.
"""

from typing import NamedTuple

import numpy as np

from dispatch.kernel.mixed.legs import price, step, travel
from dispatch.kernel.mixed.routes import MixedRoutes
from dispatch.kernel.mixed.task import MixedTask
from dispatch.kernel.mixed.walk import Trail, make_trail, walk
from dispatch.kernel.parts import part
from dispatch.routing_problem import Floats, Ints


class Desk(NamedTuple):
    """Room to work in: times by breaks taken, and what the second stop costs behind each place.

    `found` is the best so far: cost, of which lateness; `places` where the two stops go.
    """

    here: Floats  # [b + 1]
    there: Floats  # [b + 1]
    onward: Floats  # [b + 1]
    price: Floats  # [l]
    least: Floats  # [l]
    found: Floats  # [2]
    places: Ints  # [2]
    trail: Trail


def make_desk(task: MixedTask, places: int) -> Desk:
    """Return room for routes of up to `places` stops."""
    breaks = int(np.diff(task.fleet.break_from).max(initial=0))
    dims, nodes = task.fleet.capacity.shape[1], len(task.nodes.place)
    return Desk(
        here=np.zeros(breaks + 1),
        there=np.zeros(breaks + 1),
        onward=np.zeros(breaks + 1),
        price=np.zeros(places + 2),
        least=np.zeros(places + 3),
        found=np.zeros(2),
        places=np.zeros(2, np.int32),
        trail=make_trail(places + 4, breaks, dims, nodes),
    )


@part
def holds(task: MixedTask, routes: MixedRoutes, row: int, place: int, times: Floats) -> bool:
    """Tell whether the rest of a row holds when one is done at `place` at these times."""
    until = routes.until[row, place]
    for k in range(task.fleet.break_from[row + 1] - task.fleet.break_from[row] + 1):
        if times[k] <= until[k]:
            return True
    return False


@part
def within_sums(
    task: MixedTask, routes: MixedRoutes, row: int, stops: int, time: float, metres: float
) -> bool:
    """Tell whether a row may have so many stops and so much travel more."""
    fleet = task.fleet
    return bool(
        routes.size[row] + stops <= fleet.most_stops[row]
        and routes.travelled[row] + time <= fleet.most_travel[row]
        and routes.metres[row] + metres <= fleet.most_metres[row]
    )


@part
def detour(task: MixedTask, row: int, a: int, p: int, b: int) -> tuple[float, float]:
    """Return how much longer it is to go from a to b by way of p: in time and metres."""
    way = task.nodes.metres[task.fleet.profile[row]]
    time = travel(task, row, a, p) + travel(task, row, p, b) - travel(task, row, a, b)
    return time, way[a, p] + way[p, b] - way[a, b]


@part
def lay_out(
    task: MixedTask, routes: MixedRoutes, row: int, item: int, i: int, j: int, trail: Trail
) -> int:
    """Write down a row with an item's stops behind places i and j; return the last place."""
    first, second = task.items.first[item], task.items.second[item]
    count = 0
    for place in range(routes.size[row] + 2):
        trail.way[count] = routes.stop[row, place]
        count += 1
        if place == i:
            trail.way[count] = first
            count += 1
        if place == j and first != second:
            trail.way[count] = second
            count += 1
    return count - 1


@part
def take(
    task: MixedTask,
    routes: MixedRoutes,
    row: int,
    item: int,
    desk: Desk,
    added: float,
    i: int,
    j: int,
) -> None:
    """Note a candidate that costs less than the best, if a walk does not forbid it."""
    extra = 0.0
    if task.fleet.careful[row] != 0:
        last = lay_out(task, routes, row, item, i, j, desk.trail)
        extra = walk(task, row, desk.trail, last)
        added += extra - routes.extra[row]
    if added < desk.found[0]:
        desk.found[0], desk.found[1] = added, extra
        desk.places[0], desk.places[1] = i, j


@part
def fits_alone(task: MixedTask, routes: MixedRoutes, row: int, item: int, place: int) -> bool:
    """Tell whether an item with one stop behind a place can be on board before and after."""
    bring, carry, capacity = (
        task.items.bring[item],
        task.items.carry[item],
        task.fleet.capacity[row],
    )
    for k in range(len(capacity)):
        if (
            routes.most_before[row, place, k] + bring[k] > capacity[k]
            or routes.most_after[row, place, k] + carry[k] > capacity[k]
        ):
            return False
    return True


@part
def best_alone(task: MixedTask, routes: MixedRoutes, row: int, item: int, desk: Desk) -> None:
    """Find the cheapest place for an item with one stop."""
    p, stop, late = task.items.first[item], routes.stop[row], task.fleet.careful[row] != 0
    spare = routes.extra[row] if late else 0.0
    for i in range(task.fleet.pinned[row], routes.size[row] + 1):
        a, b = stop[i], stop[i + 1]
        added = price(task, row, a, p) + price(task, row, p, b) - price(task, row, a, b)
        if added - spare >= desk.found[0] or not fits_alone(task, routes, row, item, i):
            continue
        time, metres = detour(task, row, a, p, b)
        if not within_sums(task, routes, row, 1, time, metres):
            continue
        step(task, row, routes.done[row, i], a, p, desk.here)
        step(task, row, desk.here, p, b, desk.there)
        if holds(task, routes, row, i + 1, desk.there):
            take(task, routes, row, item, desk, added, i, i)


@part
def fits(task: MixedTask, routes: MixedRoutes, row: int, item: int, place: int) -> bool:
    """Tell whether what an item carries can come on board behind a place."""
    for k in range(task.fleet.capacity.shape[1]):
        if routes.load[row, place, k] + task.items.carry[item, k] > task.fleet.capacity[row, k]:
            return False
    return True


@part
def price_seconds(task: MixedTask, routes: MixedRoutes, row: int, q: int, desk: Desk) -> None:
    """Fill in what the second stop costs behind every place, and the least from there on."""
    stop, cheapest = routes.stop[row], np.inf
    for place in range(routes.size[row], -1, -1):
        a, b = stop[place], stop[place + 1]
        cost = price(task, row, a, q) + price(task, row, q, b) - price(task, row, a, b)
        desk.price[place] = cost
        cheapest = min(cheapest, cost)
        desk.least[place] = cheapest
    desk.least[routes.size[row] + 1] = np.inf


@part
def best_pair(task: MixedTask, routes: MixedRoutes, row: int, item: int, desk: Desk) -> None:
    """Find the cheapest places for an item with two stops."""
    p, q = task.items.first[item], task.items.second[item]
    stop, size = routes.stop[row], routes.size[row]
    spare = routes.extra[row] if task.fleet.careful[row] != 0 else 0.0
    price_seconds(task, routes, row, q, desk)
    for i in range(task.fleet.pinned[row], size + 1):
        if not fits(task, routes, row, item, i):
            continue
        a, b = stop[i], stop[i + 1]
        step(task, row, routes.done[row, i], a, p, desk.here)
        added = price(task, row, a, p) - price(task, row, a, b)
        at_once = added + price(task, row, p, q) + price(task, row, q, b)
        if at_once - spare < desk.found[0]:
            step(task, row, desk.here, p, q, desk.there)
            step(task, row, desk.there, q, b, desk.onward)
            if holds(task, routes, row, i + 1, desk.onward):
                time, metres = detour(task, row, a, p, q)
                more, further = detour(task, row, a, q, b)
                if within_sums(task, routes, row, 2, time + more, metres + further):
                    take(task, routes, row, item, desk, at_once, i, i)
        added += price(task, row, p, b)
        if i < size and added + desk.least[i + 1] - spare < desk.found[0]:
            step(task, row, desk.here, p, b, desk.there)
            go_on(task, routes, row, item, desk, added, i)


@part
def go_on(
    task: MixedTask, routes: MixedRoutes, row: int, item: int, desk: Desk, added: float, i: int
) -> None:
    """Find the cheapest place for the second stop behind a later place than the first stop's.

    `desk.there` says when one is done at place i + 1 with the item on board.
    """
    p, q, stop = task.items.first[item], task.items.second[item], routes.stop[row]
    time, metres = detour(task, row, stop[i], p, stop[i + 1])
    spare = routes.extra[row] if task.fleet.careful[row] != 0 else 0.0
    for j in range(i + 1, routes.size[row] + 1):
        if (
            added + desk.least[j] - spare >= desk.found[0]
            or not holds(task, routes, row, j, desk.there)
            or not fits(task, routes, row, item, j)
        ):
            return
        a, b = stop[j], stop[j + 1]
        if added + desk.price[j] - spare < desk.found[0]:
            step(task, row, desk.there, a, q, desk.here)
            step(task, row, desk.here, q, b, desk.onward)
            more, further = detour(task, row, a, q, b)
            if holds(task, routes, row, j + 1, desk.onward) and within_sums(
                task, routes, row, 2, time + more, metres + further
            ):
                take(task, routes, row, item, desk, added + desk.price[j], i, j)
        step(task, row, desk.there, a, b, desk.onward)
        for k in range(len(desk.there)):
            desk.there[k] = desk.onward[k]


@part
def best_places(task: MixedTask, routes: MixedRoutes, row: int, item: int, desk: Desk) -> None:
    """Find where an item costs least in a row: `desk.found` (infinity: nowhere), `desk.places`."""
    desk.found[0] = np.inf
    if task.items.allowed[item, row] == 0:
        return
    if task.items.first[item] == task.items.second[item]:
        best_alone(task, routes, row, item, desk)
    else:
        best_pair(task, routes, row, item, desk)
    if routes.size[row] == 0:
        start, end = routes.stop[row, 0], routes.stop[row, 1]
        desk.found[0] += task.fleet.fixed[row] + price(task, row, start, end)
