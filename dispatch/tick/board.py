"""Board: one tick's couriers, stops and knobs as the arrays that kernels of a rolling plan read."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]

NEVER: Final = 2**62
"""A cost that no plan has: it cannot be done."""

MILLE: Final = 1000
"""Costs are milliseconds times thousandths: so that a weight rounds nothing."""

# Places of the knobs.
TRAVEL: Final = 0
WAITING: Final = 1
LATE: Final = 2
LOOKAHEAD: Final = 3
MOST: Final = 4
MIX: Final = 5
CHANGE: Final = 6
FIRST: Final = 7
"""The stop that is the pickup of the first waiting delivery; those before stand on routes."""
KNOBS: Final = 8


class Board(NamedTuple):
    """s stops, c couriers, w waiting deliveries; times in milliseconds from now.

    Stops: those on routes first, then the w pickups, then the w dropoffs. `weight` is what a
    millisecond later costs, in thousandths. `delivery` is the row of a waiting one or -1.
    `missed` marks pickups that fall behind the shift's end however nothing more is planned.
    `pay[courier, n]` is what n more deliveries are expected to cost. `tries[delivery]` are
    couriers worth trying, soonest there first, `kin[delivery]` other deliveries nearby, both ended
    by -1. `home` is the courier of the last plan or -1, `leave` the cost of being left, `from_ms`
    the earliest pickup.
    """

    x_m: Longs  # [s]
    y_m: Longs  # [s]
    open_ms: Longs  # [s]
    due_ms: Longs  # [s]
    setup_ms: Longs  # [s]
    service_ms: Longs  # [s]
    weight: Longs  # [s]
    is_pickup: Longs  # [s]
    delivery: Longs  # [s]
    missed: Longs  # [s]
    demand: Longs  # [s, 3], negative at dropoffs
    start_x_m: Longs  # [c]
    start_y_m: Longs  # [c]
    speed_mm_s: Longs  # [c]
    step_ms: Longs  # [c]
    free_ms: Longs  # [c]
    end_ms: Longs  # [c]
    pinned: Longs  # [c]
    taken: Longs  # [c]: deliveries on the route already
    capacity: Longs  # [c, 3]
    load: Longs  # [c, 3]
    pay: Longs  # [c, n]
    tries: Longs  # [w, k]
    kin: Longs  # [w, k]
    home: Longs  # [w]
    leave: Longs  # [w]
    from_ms: Longs  # [w]
    knobs: Longs  # [KNOBS]


class Routes(NamedTuple):
    """The sequences being planned; place 0 of a row is where the courier is.

    At each place: `begin_ms`, `depart_ms`, what is on board, how many deliveries that is, and the
    cost of the stops up to there; the weights and the waiting of the stops behind it, summed up (a
    weight below zero there makes the sum of weights 0). `version` changes with the sequence.
    `route_of` is -1 for a delivery in no route.
    """

    stop: Longs  # [c, l], -1 at place 0
    arrive_ms: Longs  # [c, l]
    begin_ms: Longs  # [c, l]
    depart_ms: Longs  # [c, l]
    aboard: Longs  # [c, l]
    load: Longs  # [c, l, 3]
    prefix: Longs  # [c, l]
    weight_after: Longs  # [c, l]
    waits_after: Longs  # [c, l]
    size: Longs  # [c]
    planned: Longs  # [c]: waiting deliveries in the row
    cost: Longs  # [c]
    version: Longs  # [c]
    route_of: Longs  # [w]
    clock: Longs  # [1]: versions given so far


def empty_routes(board: Board, longest: int) -> Routes:
    """Return rows that hold nothing yet, with room for `longest` stops each."""
    couriers, waiting = len(board.start_x_m), len(board.home)
    shape = couriers, longest + 1

    def zeros(*sizes: int) -> Longs:
        return np.zeros(sizes, np.int64)

    routes = Routes(
        stop=zeros(*shape),
        arrive_ms=zeros(*shape),
        begin_ms=zeros(*shape),
        depart_ms=zeros(*shape),
        aboard=zeros(*shape),
        load=zeros(*shape, 3),
        prefix=zeros(*shape),
        weight_after=zeros(*shape),
        waits_after=zeros(*shape),
        size=zeros(couriers),
        planned=zeros(couriers),
        cost=zeros(couriers),
        version=zeros(couriers),
        route_of=np.full(waiting, -1, np.int64),
        clock=zeros(1),
    )
    routes.stop[:, 0] = -1
    return routes
