"""The cheapest feasible places for a pickup and its dropoff in one route, exactly, and quickly."""

from typing import NamedTuple

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.kernel.routes import Routes, retime
from dispatch.kernel.task import Task
from dispatch.routing_problem import Floats


class Room(NamedTuple):
    """Room to work in: what the dropoff costs behind each place, and the least from there on."""

    price: Floats  # [l]
    least: Floats  # [l]


def make_room(routes: Routes) -> Room:
    """Return room for the longest route there can be."""
    places = routes.stop.shape[1]
    return Room(np.zeros(places), np.zeros(places))


@kernel
def fits(task: Task, routes: Routes, row: int, place: int, p: int) -> bool:
    """Tell whether what is picked up at `p` can come on board behind a place of a row."""
    for k in range(len(task.capacity)):
        if routes.load[row, place, k] + task.demand[p, k] > task.capacity[k]:
            return False
    return True


@kernel
def price_dropoffs(task: Task, routes: Routes, row: int, delivery: int, room: Room) -> None:
    """Fill the room with the price of the dropoff behind every place.

    A place where the dropoff would be late even without the pickup's detour costs infinity.
    """
    q = task.dropoff[delivery]
    stop, leave, latest = routes.stop[row], routes.leave_s[row], routes.latest_s[row]
    time_to, time_from = task.time_to_s[q], task.time_s[q]
    cost_to, cost_from = task.cost_to[q], task.cost[q]
    price, least, cheapest = room.price, room.least, np.inf
    least[routes.size[row] + 1] = np.inf
    for place in range(routes.size[row], -1, -1):
        a, b = stop[place], stop[place + 1]
        price[place] = np.inf
        begin = max(leave[place] + time_to[a], task.open_s[q])
        if begin <= task.due_s[q] and begin + task.service_s[q] + time_from[b] <= latest[place + 1]:
            price[place] = cost_to[a] + cost_from[b] - routes.step_cost[row, place]
            cheapest = min(cheapest, price[place])
        least[place] = cheapest


@kernel
def best_pair(
    task: Task, routes: Routes, row: int, delivery: int, room: Room
) -> tuple[float, int, int]:
    """Return the added cost and the places behind which pickup and dropoff go; infinity: nowhere.

    All pairs of places are considered. Each costs O(1): going on from the pickup, the time is
    carried along, `latest_s` tells whether the rest still holds, and the cheapest dropoff further
    on bounds what is worth a look. Exact where a detour never saves time.
    """
    p, q = task.pickup[delivery], task.dropoff[delivery]
    stop, leave, latest = routes.stop[row], routes.leave_s[row], routes.latest_s[row]
    step_cost, size = routes.step_cost[row], routes.size[row]
    time_to_p, time_p, time_q = task.time_to_s[p], task.time_s[p], task.time_s[q]
    price_dropoffs(task, routes, row, delivery, room)
    best, pickup_at, dropoff_at = np.inf, -1, -1
    for i in range(size + 1):
        if leave[i] > task.due_s[p]:
            break
        a, b = stop[i], stop[i + 1]
        begin = max(leave[i] + time_to_p[a], task.open_s[p])
        if begin > task.due_s[p] or not fits(task, routes, row, i, p):
            continue
        gone = begin + task.service_s[p]
        added = task.cost_to[p, a] - step_cost[i]
        at_once = added + task.cost[p, q] + task.cost[q, b]
        if at_once < best:
            begin = max(gone + time_p[q], task.open_s[q])
            if begin <= task.due_s[q] and begin + task.service_s[q] + time_q[b] <= latest[i + 1]:
                best, pickup_at, dropoff_at = at_once, i, i
        added += task.cost[p, b]
        arrive = gone + time_p[b]
        if i == size or arrive > latest[i + 1] or added + room.least[i + 1] >= best:
            continue
        later, j = best_dropoff(task, routes, row, delivery, i + 1, arrive, best - added, room)
        if j >= 0:
            best, pickup_at, dropoff_at = added + later, i, j
    return best, pickup_at, dropoff_at


@kernel
def best_dropoff(
    task: Task,
    routes: Routes,
    row: int,
    delivery: int,
    first: int,
    arrive: float,
    limit: float,
    room: Room,
) -> tuple[float, int]:
    """Return the cheapest dropoff below `limit` behind place `first` or later, or -1.

    The courier, with the load on board, arrives at the stop of place `first` at `arrive`.
    """
    p, q = task.pickup[delivery], task.dropoff[delivery]
    stop, latest, step_s = routes.stop[row], routes.latest_s[row], routes.step_s[row]
    time_to, time_from = task.time_to_s[q], task.time_s[q]
    best, best_at = limit, -1
    for j in range(first, routes.size[row] + 1):
        a, b = stop[j], stop[j + 1]
        if room.least[j] >= best or not fits(task, routes, row, j, p):
            break
        gone = max(arrive, task.open_s[a]) + task.service_s[a]
        if room.price[j] < best:
            begin = max(gone + time_to[a], task.open_s[q])
            if begin <= task.due_s[q] and begin + task.service_s[q] + time_from[b] <= latest[j + 1]:
                best, best_at = room.price[j], j
        arrive = gone + step_s[j]
        if arrive > latest[j + 1]:
            break
    return best, best_at


@kernel
def insert_pair(
    task: Task, routes: Routes, row: int, delivery: int, pickup_at: int, dropoff_at: int
) -> None:
    """Put pickup and dropoff behind two places of a row; the caller gives the row a version."""
    stop = routes.stop[row]
    for place in range(routes.size[row] + 1, dropoff_at, -1):
        stop[place + 2] = stop[place]
    stop[dropoff_at + 2] = task.dropoff[delivery]
    for place in range(dropoff_at, pickup_at, -1):
        stop[place + 1] = stop[place]
    stop[pickup_at + 1] = task.pickup[delivery]
    routes.size[row] += 2
    routes.route_of[delivery] = row
    retime(task, routes, row)
