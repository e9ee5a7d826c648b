"""One leg: how long, how dear, and when one arrives, with breaks taken on the way.

A break interrupts a leg anywhere: what can be driven before the break may begin is driven then.
The earliest arrival never gets later when one leaves earlier, so it is enough to know the earliest
time for each number of breaks already taken.
"""

import numpy as np

from dispatch.kernel.mixed.task import Breaks, MixedTask
from dispatch.kernel.parts import part
from dispatch.routing_problem import Floats, Longs


@part
def travel(task: MixedTask, row: int, a: int, b: int) -> float:
    """Return how long a vehicle travels from a to b."""
    return float(task.fleet.pace[row] * task.nodes.time[task.fleet.profile[row], a, b])


@part
def action(task: MixedTask, row: int, a: int, b: int) -> float:
    """Return how long a vehicle that comes from a stays at b: setup at a new place, and service."""
    nodes, kind = task.nodes, task.fleet.kind[row]
    if nodes.place[a] == nodes.place[b]:
        return float(nodes.service[kind, b])
    return float(nodes.service[kind, b] + nodes.setup[kind, b])


@part
def price(task: MixedTask, row: int, a: int, b: int) -> float:
    """Return what it costs to go from a to b and do there what is to be done."""
    nodes, fleet = task.nodes, task.fleet
    profile = fleet.profile[row]
    cost = fleet.way_rate[row] * nodes.way[profile, a, b]
    if fleet.metre_rate[row] != 0.0:
        cost += fleet.metre_rate[row] * nodes.metres[profile, a, b]
    if fleet.work_rate[row] != 0.0:
        cost += fleet.work_rate[row] * action(task, row, a, b)
    return float(cost)


@part
def next_begin(windows: int, opens: Floats, closes: Floats, time: float) -> float:
    """Return when one who is there at `time` may begin; infinity: never."""
    if windows == 0:
        return time
    for k in range(windows):
        if time <= closes[k]:
            return float(max(time, opens[k]))
    return np.inf


@part
def last_begin(windows: int, opens: Floats, closes: Floats, time: float) -> float:
    """Return the latest begin not after `time`; minus infinity: there is none."""
    if windows == 0:
        return time
    for k in range(windows - 1, -1, -1):
        if time >= opens[k]:
            return float(min(time, closes[k]))
    return -np.inf


@part
def may_pause(breaks: Breaks, number: int, load: Longs) -> bool:
    """Tell whether a break may be taken with a load on board."""
    for k in range(len(load)):
        if load[k] > breaks.most_load[number, k]:
            return False
    return True


@part
def finish_at(task: MixedTask, b: int, arrive: float, stay: float) -> float:
    """Return when one who arrives at b is done there; infinity: too late."""
    nodes = task.nodes
    return next_begin(nodes.windows[b], nodes.opens[b], nodes.closes[b], arrive) + stay


@part
def step(task: MixedTask, row: int, source: Floats, a: int, b: int, target: Floats) -> None:
    """From being done at a, by breaks taken, work out being done at b; loads are not looked at."""
    first = task.fleet.break_from[row]
    count = task.fleet.break_from[row + 1] - first
    length, stay = travel(task, row, a, b), action(task, row, a, b)
    if count == 0:
        target[0] = finish_at(task, b, source[0] + length, stay)
        return
    breaks = task.breaks
    target[: count + 1] = np.inf
    for j in range(count + 1):
        time, left = source[j], length
        for k in range(j, count + 1):
            if time == np.inf:
                break
            target[k] = min(target[k], finish_at(task, b, time + left, stay))
            if k < count:
                n = first + k
                begin = next_begin(breaks.windows[n], breaks.opens[n], breaks.closes[n], time)
                left -= min(begin - time, left)
                time = begin + breaks.length[n]


@part
def leave_by(
    task: MixedTask, row: int, length: float, load: Longs, arrive: float, taken: int, wanted: int
) -> float:
    """Return the latest departure for a leg of `length` that arrives by `arrive`.

    `taken` breaks are behind before the leg, `wanted` after it; minus infinity: impossible.
    """
    breaks, first = task.breaks, task.fleet.break_from[row]
    time, left = arrive, length
    for k in range(wanted - 1, taken - 1, -1):
        n = first + k
        if not may_pause(breaks, n, load):
            return -np.inf
        latest = time - breaks.length[n]
        begin = last_begin(breaks.windows[n], breaks.opens[n], breaks.closes[n], latest)
        if begin == -np.inf:
            return -np.inf
        left -= min(latest - begin, left)
        time = begin
    return time - left
