"""Ruin: take strings of neighbouring stops out of neighbouring routes, each with its other half.

Adjacent string removal of SISR (Christiaens & Vanden Berghe, "Slack induction by string removals
for vehicle routing problems", Transportation Science 54(2), 2020), adapted to pairs: a string is
chosen by its stops and takes the pickup or dropoff of each along.
"""

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.chance import below, draw
from dispatch.kernel.compiled import kernel
from dispatch.kernel.memory import ROWS, Memory
from dispatch.kernel.routes import Routes, retime
from dispatch.kernel.task import Task


@kernel
def touch(memory: Memory, row: int) -> None:
    """List a row that is about to change, once."""
    if memory.touched[row] == 0:
        memory.touched[row] = 1
        memory.rows[memory.tally[ROWS]] = row
        memory.tally[ROWS] += 1


@kernel
def take_out(task: Task, routes: Routes, memory: Memory, row: int) -> None:
    """Remove all marked deliveries from a row; they become absent."""
    stop, kept = routes.stop[row], 1
    for place in range(1, routes.size[row] + 1):
        node = stop[place]
        delivery = task.delivery_of[node]
        if memory.marked[delivery] == 0:
            stop[kept] = node
            kept += 1
        elif node == task.dropoff[delivery]:
            routes.absent[routes.absences[0]] = delivery
            routes.absences[0] += 1
            routes.route_of[delivery] = -1
    stop[kept] = task.end
    routes.size[row] = kept - 1
    touch(memory, row)
    retime(task, routes, row)


@kernel
def mark_string(
    task: Task, routes: Routes, memory: Memory, node: int, length: int, state: NDArray[np.uint64]
) -> None:
    """Mark `length` stops around `node` in its route; half the time some in between are kept."""
    row = routes.route_of[task.delivery_of[node]]
    size, place = routes.size[row], routes.place_of[node]
    kept = 0
    if length > 1 and draw(state) < 0.5:
        while length + kept < size and draw(state) < 0.99:
            kept += 1
            if draw(state) < 0.5:
                break
    span = length + kept
    first = max(1, place - span + 1)
    last = min(place, size - span + 1)
    begin = first + below(state, last - first + 1)
    spared = begin + below(state, length + 1)
    for k in range(begin, begin + span):
        if k < spared or k >= spared + kept:
            memory.marked[task.delivery_of[routes.stop[row, k]]] = 1


@kernel
def ruin(
    task: Task, routes: Routes, memory: Memory, removals: float, state: NDArray[np.uint64]
) -> None:
    """Remove about `removals` stops on average, in strings around a stop chosen by chance."""
    longest, stops, rows = 10.0, 0, 0
    for row in range(len(routes.size)):
        stops += routes.size[row]
        rows += 1 if routes.size[row] > 0 else 0
    if rows == 0:
        return
    longest = min(longest, stops / rows)
    most = 4.0 * removals / (1.0 + longest) - 1.0
    strings = max(1, int(1.0 + draw(state) * most))
    delivery = below(state, len(task.pickup))
    seed = task.pickup[delivery] if draw(state) < 0.5 else task.dropoff[delivery]
    for k in range(task.near.shape[1]):
        node = task.near[seed, k]
        row = routes.route_of[task.delivery_of[node]]
        if row < 0 or memory.touched[row] != 0:
            continue
        limit = min(longest, float(routes.size[row]))
        mark_string(task, routes, memory, node, 1 + below(state, int(limit)), state)
        take_out(task, routes, memory, row)
        strings -= 1
        if strings == 0:
            break
    for k in range(routes.absences[0]):
        memory.marked[routes.absent[k]] = 0
