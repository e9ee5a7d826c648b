"""Examine a decision: what a delivery would add in every row worth trying, term by term."""

from typing import Final

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import FIRST, Board, Longs, Routes
from dispatch.tick.memory import Memory
from dispatch.tick.search import learn
from dispatch.tick.timing import joins, put_in, take_out

# Places of what is added to a row, in milliseconds as in dispatch.cost.Added.
TRAVEL_MS: Final = 0
WAITING_MS: Final = 1
PICKUPS_MS: Final = 2
DROPOFFS_MS: Final = 3
LATE_MS: Final = 4
PICKUP_MS: Final = 5
DROPOFF_MS: Final = 6
SUMS: Final = 7


@kernel
def examine(board: Board, routes: Routes, memory: Memory, delivery: int) -> None:
    """Bring up to date what the memory knows of a delivery; its own row counts without it."""
    courier = routes.route_of[delivery]
    pickup = board.knobs[FIRST] + delivery
    dropoff, i, j, version = pickup + len(board.home), -1, -1, 0
    if courier >= 0:
        i, j = _taken_from(routes, courier, pickup, dropoff)
        version = routes.version[courier]
        take_out(board, routes, courier, delivery)
    for k in range(board.tries.shape[1]):
        if board.tries[delivery, k] < 0:
            break
        if memory.version[delivery, k] != routes.version[board.tries[delivery, k]]:
            learn(board, routes, memory, delivery, k)
    if courier >= 0:
        put_in(board, routes, courier, pickup, dropoff, i, j)
        routes.version[courier] = version


@kernel
def _taken_from(routes: Routes, courier: int, pickup: int, dropoff: int) -> tuple[int, int]:
    """Return behind which places of the row without them a pickup and its dropoff stand."""
    i, j = -1, -1
    for place in range(1, routes.size[courier] + 1):
        if routes.stop[courier, place] == pickup:
            i = place - 1
        elif routes.stop[courier, place] == dropoff:
            j = place - 2
    return i, j


@kernel
def added(
    board: Board,
    routes: Routes,
    courier: int,
    delivery: int,
    i: int,
    j: int,
    before: Longs,
    after: Longs,
) -> None:
    """Sum up a row before and after a delivery is put in behind places i and j.

    A delivery that stands in the row is taken out for that and then stands where it was.
    """
    pickup = board.knobs[FIRST] + delivery
    dropoff = pickup + len(board.home)
    mine, version = routes.route_of[delivery] == courier, routes.version[courier]
    was_i, was_j, route = -1, -1, routes.route_of[delivery]
    if mine:
        was_i, was_j = _taken_from(routes, courier, pickup, dropoff)
        take_out(board, routes, courier, delivery)
    _sum(board, routes, courier, delivery, before)
    put_in(board, routes, courier, pickup, dropoff, i, j)
    _sum(board, routes, courier, delivery, after)
    take_out(board, routes, courier, delivery)
    if mine:
        put_in(board, routes, courier, pickup, dropoff, was_i, was_j)
    routes.route_of[delivery] = route
    routes.version[courier] = version


@kernel
def added_by_each(board: Board, routes: Routes, before: Longs, after: Longs, table: Longs) -> None:
    """Fill one row of `table` [w, 2 * SUMS] per planned delivery: the row's sums without and with.

    `before` and `after` are room for one row of sums each.
    """
    for delivery in range(len(routes.route_of)):
        courier = routes.route_of[delivery]
        if courier < 0:
            continue
        pickup = board.knobs[FIRST] + delivery
        i, j = _taken_from(routes, courier, pickup, pickup + len(board.home))
        added(board, routes, courier, delivery, i, j, before, after)
        for at in range(SUMS):
            table[delivery, at], table[delivery, SUMS + at] = before[at], after[at]


@kernel
def _sum(board: Board, routes: Routes, courier: int, delivery: int, sums: Longs) -> None:
    """Sum up a row; the begins of the delivery itself stand apart."""
    sums[:] = 0
    for place in range(1, routes.size[courier] + 1):
        s, before = routes.stop[courier, place], routes.stop[courier, place - 1]
        arrive, begin = routes.arrive_ms[courier, place], routes.begin_ms[courier, place]
        shared = before >= 0 and joins(board, before, s)
        if not shared:
            sums[TRAVEL_MS] += arrive - routes.depart_ms[courier, place - 1]
        sums[WAITING_MS] += begin - arrive - (0 if shared else board.setup_ms[s])
        sums[LATE_MS] += max(0, begin - board.due_ms[s])
        is_pickup = board.is_pickup[s] == 1
        if board.delivery[s] == delivery:
            sums[PICKUP_MS if is_pickup else DROPOFF_MS] = begin
        else:
            sums[PICKUPS_MS if is_pickup else DROPOFFS_MS] += begin
