"""A walk along a whole route: exact where the quick test of an insertion is only necessary."""

from typing import NamedTuple

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.kernel.mixed.legs import (
    action,
    finish_at,
    last_begin,
    leave_by,
    may_pause,
    next_begin,
    travel,
)
from dispatch.kernel.mixed.task import MixedTask
from dispatch.kernel.parts import part
from dispatch.routing_problem import Floats, Ints, Longs


class Trail(NamedTuple):
    """Room for a walk over up to l places: the way, and by breaks taken when one is done.

    `source[place, k]` is how many breaks were behind one at the place before. `begin` and `taken`
    tell the chosen walk: when service begins, how many breaks came before.
    """

    way: Ints  # [l]
    done: Floats  # [l, b + 1]
    source: Ints  # [l, b + 1]
    begin: Floats  # [l]
    taken: Ints  # [l]
    load: Longs  # [d]
    at: Ints  # [n]: place of a node on the way


def make_trail(places: int, breaks: int, dims: int, nodes: int) -> Trail:
    """Return room for ways of `places` places."""
    return Trail(
        way=np.zeros(places, np.int32),
        done=np.zeros((places, breaks + 1)),
        source=np.zeros((places, breaks + 1), np.int32),
        begin=np.zeros(places),
        taken=np.zeros(places, np.int32),
        load=np.zeros(dims, np.int64),
        at=np.zeros(nodes, np.int32),
    )


@part
def start_load(task: MixedTask, trail: Trail, last: int) -> None:
    """Load what is on board from the start."""
    items = task.items
    trail.load[:] = 0
    for place in range(1, last):
        item = task.nodes.item_of[trail.way[place]]
        if items.first[item] == items.second[item]:
            for k in range(len(trail.load)):
                trail.load[k] += items.bring[item, k]


@part
def pass_by(task: MixedTask, trail: Trail, place: int) -> None:
    """Change the load as the stop at `place` does, and note where the stop is."""
    items, node = task.items, trail.way[place]
    item = task.nodes.item_of[node]
    trail.at[node] = place
    for k in range(len(trail.load)):
        if items.first[item] == items.second[item]:
            trail.load[k] += items.carry[item, k] - items.bring[item, k]
        elif items.first[item] == node:
            trail.load[k] += items.carry[item, k]
        else:
            trail.load[k] -= items.carry[item, k]


@part
def walk_leg(task: MixedTask, row: int, trail: Trail, place: int) -> None:
    """Walk from a place to the next, taking breaks where the load allows it."""
    fleet, breaks = task.fleet, task.breaks
    first = fleet.break_from[row]
    count = fleet.break_from[row + 1] - first
    a, b = trail.way[place], trail.way[place + 1]
    length, stay = travel(task, row, a, b), action(task, row, a, b)
    trail.done[place + 1, : count + 1] = np.inf
    for j in range(count + 1):
        time, left = trail.done[place, j], length
        for k in range(j, count + 1):
            if time == np.inf:
                break
            done = finish_at(task, b, time + left, stay)
            if done < trail.done[place + 1, k]:
                trail.done[place + 1, k], trail.source[place + 1, k] = done, j
            if k == count or not may_pause(breaks, first + k, trail.load):
                break
            n = first + k
            begin = next_begin(breaks.windows[n], breaks.opens[n], breaks.closes[n], time)
            left -= min(begin - time, left)
            time = begin + breaks.length[n]


@kernel
def walk(task: MixedTask, row: int, trail: Trail, last: int) -> float:
    """Walk `trail.way` from place 0 to `last`; return the cost of lateness, infinity: impossible.

    Times are the earliest ones, then services begin as late as they can without moving the end or
    coming after a soft limit, so that nobody waits with things on board that could wait before.
    """
    fleet = task.fleet
    count = fleet.break_from[row + 1] - fleet.break_from[row]
    trail.done[0, 0] = fleet.opens[row]
    trail.done[0, 1 : count + 1] = np.inf
    start_load(task, trail, last)
    for place in range(last):
        if place > 0:
            pass_by(task, trail, place)
        walk_leg(task, row, trail, place)
    if trail.done[last, count] > fleet.closes[row]:
        return np.inf
    taken = count
    for place in range(last, -1, -1):
        trail.taken[place] = taken
        a = trail.way[place - 1] if place > 0 else trail.way[place]
        stay = action(task, row, a, trail.way[place]) if place > 0 else 0.0
        trail.begin[place] = trail.done[place, taken] - stay
        taken = trail.source[place, taken] if place > 0 else 0
    late = lateness(task, row, trail, last)
    put_off(task, row, trail, last)
    return late if rides_hold(task, row, trail, last) else np.inf


@part
def lateness(task: MixedTask, row: int, trail: Trail, last: int) -> float:
    """Return what it costs that some stops begin after their soft limit."""
    total = 0.0
    for place in range(1, last):
        node = trail.way[place]
        if trail.begin[place] > task.nodes.soft[node]:
            total += task.nodes.late_rate[node] * (trail.begin[place] - task.nodes.soft[node])
    return total


@part
def put_off(task: MixedTask, row: int, trail: Trail, last: int) -> None:
    """Begin every stop as late as possible without moving the end of the route."""
    nodes = task.nodes
    for place in range(last, 0, -1):
        a, b = trail.way[place - 1], trail.way[place]
        if place < last:
            pass_back(task, trail, place)
        length = travel(task, row, a, b)
        taken, wanted = trail.taken[place - 1], trail.taken[place]
        time = leave_by(task, row, length, trail.load, trail.begin[place], taken, wanted)
        if place > 1:
            time -= action(task, row, trail.way[place - 2], a)
            time = last_begin(nodes.windows[a], nodes.opens[a], nodes.closes[a], time)
            time = min(time, max(trail.begin[place - 1], nodes.soft[a]))
        trail.begin[place - 1] = max(time, trail.begin[place - 1])


@part
def pass_back(task: MixedTask, trail: Trail, place: int) -> None:
    """Undo `pass_by`."""
    items, node = task.items, trail.way[place]
    item = task.nodes.item_of[node]
    for k in range(len(trail.load)):
        if items.first[item] == items.second[item]:
            trail.load[k] -= items.carry[item, k] - items.bring[item, k]
        elif items.first[item] == node:
            trail.load[k] -= items.carry[item, k]
        else:
            trail.load[k] += items.carry[item, k]


@part
def rides_hold(task: MixedTask, row: int, trail: Trail, last: int) -> bool:
    """Tell whether nothing is on board for too long."""
    items = task.items
    for place in range(1, last):
        node = trail.way[place]
        item = task.nodes.item_of[node]
        if items.first[item] == items.second[item] or items.second[item] != node:
            continue
        at = trail.at[items.first[item]]
        gone = trail.begin[at] + action(task, row, trail.way[at - 1], trail.way[at])
        if trail.begin[place] - gone > items.ride[item]:
            return False
    return True
