"""Recreate: put absent deliveries back one by one, each where it costs least, with blinks.

Greedy insertion with blinks of SISR (Christiaens & Vanden Berghe 2020). The best places of a
delivery in a row are remembered until the row changes.
"""

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.chance import draw
from dispatch.kernel.compiled import kernel
from dispatch.kernel.insertion import best_pair, insert_pair
from dispatch.kernel.memory import Memory
from dispatch.kernel.routes import Routes
from dispatch.kernel.ruin import touch
from dispatch.kernel.task import ORDERS, Task

MISSED = ORDERS
"""The order by how often a delivery found no place, most often first."""


@kernel
def remember(task: Task, routes: Routes, memory: Memory, delivery: int, row: int) -> None:
    """Work out the best insertion of a delivery into a row, for as long as the row stays so."""
    added, i, j = best_pair(task, routes, row, delivery, memory.room)
    if routes.size[row] == 0:
        added += routes.step_cost[row, 0] + task.fixed
    memory.added[delivery, row] = added
    memory.pickup_at[delivery, row] = i
    memory.dropoff_at[delivery, row] = j
    memory.version[delivery, row] = routes.version[row]


@kernel
def cheapest_row(
    task: Task,
    routes: Routes,
    memory: Memory,
    delivery: int,
    blink: float,
    state: NDArray[np.uint64],
) -> int:
    """Return the row where a delivery costs least, or -1; each row is overlooked by chance."""
    best, chosen, opened = np.inf, -1, False
    for row in range(len(routes.size)):
        if routes.size[row] == 0:
            if opened:
                continue
            opened = True
        if draw(state) < blink:
            continue
        if memory.version[delivery, row] != routes.version[row]:
            remember(task, routes, memory, delivery, row)
        if memory.added[delivery, row] < best:
            best, chosen = memory.added[delivery, row], row
    return chosen


@kernel
def sort_absent(
    task: Task, routes: Routes, memory: Memory, order: int, state: NDArray[np.uint64]
) -> None:
    """Sort absent deliveries by one of the task's orders (0: by chance) or MISSED."""
    absent, count = routes.absent, routes.absences[0]
    for k in range(count):
        delivery = absent[k]
        if order == MISSED:
            memory.key[delivery] = -float(memory.missed[delivery])
        else:
            memory.key[delivery] = draw(state) if order == 0 else task.keys[order, delivery]
    for k in range(1, count):
        delivery = absent[k]
        key, place = memory.key[delivery], k
        while place > 0 and memory.key[absent[place - 1]] > key:
            absent[place] = absent[place - 1]
            place -= 1
        absent[place] = delivery


@kernel
def recreate(
    task: Task,
    routes: Routes,
    memory: Memory,
    order: int,
    blink: float,
    state: NDArray[np.uint64],
) -> None:
    """Insert absent deliveries in the given order; those without a feasible place stay absent."""
    sort_absent(task, routes, memory, order, state)
    left = 0
    for k in range(routes.absences[0]):
        delivery = routes.absent[k]
        row = cheapest_row(task, routes, memory, delivery, blink, state)
        if row < 0 or memory.added[delivery, row] == np.inf:
            routes.absent[left] = delivery
            left += 1
            continue
        i, j = memory.pickup_at[delivery, row], memory.dropoff_at[delivery, row]
        touch(memory, row)
        insert_pair(task, routes, row, delivery, i, j)
    routes.absences[0] = left
