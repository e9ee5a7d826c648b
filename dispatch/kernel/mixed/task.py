"""The task of a mixed fleet as the arrays that kernels read."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.routing_problem import Floats, Ints, Longs

ORDERS = 7
"""How many ways there are to sort items before they are put back (see `keys`)."""

Flags = NDArray[np.uint8]


class Nodes(NamedTuple):
    """n nodes, p profiles, w windows at most, t types of vehicle. Times are in the task's unit.

    `time`, `way` and `metres` lead from row to column. Nodes at one `place` need one setup.
    Service begins inside one of the first `windows` windows, at any time where there are none.
    Beginning after `soft` costs `late_rate` per unit of time.
    """

    time: Floats  # [p, n, n]
    way: Floats  # [p, n, n]: what a way costs before the vehicle's rate
    metres: Floats  # [p, n, n]
    place: Ints  # [n]
    windows: Ints  # [n]
    opens: Floats  # [n, w]
    closes: Floats  # [n, w]
    service: Floats  # [t, n]
    setup: Floats  # [t, n]
    soft: Floats  # [n]
    late_rate: Floats  # [n]
    near: Ints  # [n, nearest]
    item_of: Ints  # [n], -1 where vehicles start and end


class Items(NamedTuple):
    """m items, d dimensions of load. An item has two stops, or one (`first` is `second`).

    What an item with two stops carries is on board between them. An item with one stop has
    `bring` on board from the start to its stop and `carry` from there to the end.
    """

    first: Ints  # [m]
    second: Ints  # [m]
    bring: Longs  # [m, d]
    carry: Longs  # [m, d]
    weight: Floats  # [m]: how bad it is to leave the item out
    ride: Floats  # [m]: the longest time between leaving the first stop and reaching the second
    allowed: Flags  # [m, r]
    pinned: Flags  # [m]: stands in a pinned prefix
    keys: Floats  # [ORDERS, m], sorted ascending


class Fleet(NamedTuple):
    """r vehicles. `group` is the same for vehicles that differ in nothing.

    A vehicle's breaks are `break_from[r]` up to `break_from[r + 1]`, taken in that sequence.
    No stop is put before place `pinned`. A `careful` vehicle has limits that only a walk along the
    whole route can check: soft windows, ride times, breaks with a limit of load.
    """

    profile: Ints
    kind: Ints  # type of vehicle: row of service and setup
    group: Ints
    start: Ints
    end: Ints
    opens: Floats
    closes: Floats
    pace: Floats  # time per unit of `time`
    way_rate: Floats
    metre_rate: Floats
    work_rate: Floats
    fixed: Floats
    capacity: Longs  # [r, d]
    most_stops: Longs
    most_travel: Floats
    most_metres: Floats
    pinned: Longs
    careful: Flags
    break_from: Ints  # [r + 1]


class Breaks(NamedTuple):
    """b breaks of all vehicles: windows for the begin, length, most load on board."""

    windows: Ints  # [b]
    opens: Floats  # [b, w]
    closes: Floats  # [b, w]
    length: Floats  # [b]
    most_load: Longs  # [b, d]


class MixedTask(NamedTuple):
    """Everything that a search over routes of different vehicles reads."""

    nodes: Nodes
    items: Items
    fleet: Fleet
    breaks: Breaks
