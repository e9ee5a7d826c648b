"""What a search remembers between steps: best insertions, rows touched, room to work in."""

from typing import NamedTuple

import numpy as np

from dispatch.kernel.insertion import Room, make_room
from dispatch.kernel.routes import Routes
from dispatch.kernel.task import Task
from dispatch.routing_problem import Floats, Ints, Longs

UNKNOWN = 0


class Memory(NamedTuple):
    """Best insertions by delivery and row, valid while `version` is that of the row.

    `touched` flags rows that differ between the two states of a search, `rows` lists them,
    `tally` counts: rows touched, steps taken.
    """

    version: Longs  # [m, r]
    added: Floats  # [m, r]
    pickup_at: Ints  # [m, r]
    dropoff_at: Ints  # [m, r]
    touched: Longs  # [r]
    rows: Longs  # [r]
    tally: Longs  # [2]
    room: Room
    key: Floats  # [m]
    marked: Longs  # [m]
    missed: Longs  # [m]: how often a delivery found no place


ROWS, STEPS = 0, 1


def make_memory(task: Task, routes: Routes) -> Memory:
    """Return a memory that knows nothing yet."""
    deliveries, rows = len(task.pickup), len(routes.size)
    shape = deliveries, rows
    return Memory(
        version=np.full(shape, UNKNOWN, np.int64),
        added=np.zeros(shape),
        pickup_at=np.zeros(shape, np.int32),
        dropoff_at=np.zeros(shape, np.int32),
        touched=np.zeros(rows, np.int64),
        rows=np.zeros(rows, np.int64),
        tally=np.zeros(2, np.int64),
        room=make_room(routes),
        key=np.zeros(deliveries),
        marked=np.zeros(deliveries, np.int64),
        missed=np.ones(deliveries, np.int64),
    )
