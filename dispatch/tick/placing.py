"""The cheapest places for a waiting delivery in one courier's sequence: every pair, exactly."""

from typing import Final

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import CHANGE, FIRST, LOOKAHEAD, MIX, MOST, NEVER, Board, Routes
from dispatch.tick.timing import joins, price, visit

# Why there is no place: the codes of dispatch/reasons.py.
_NO_CAPACITY: Final = 42
_ROUTE_FULL: Final = 43
_SHIFT_ENDS: Final = 44
_TOO_LATE: Final = 45


@kernel
def best_place(
    board: Board, routes: Routes, courier: int, delivery: int
) -> tuple[int, int, int, int]:
    """Return the added cost, the places behind which pickup and dropoff go, and why there are none.

    Unless shops may be mixed, what is on board together comes from one place: a pickup stands where
    nothing is on board, or behind the last pickup at the same place.
    """
    pickup = board.knobs[FIRST] + delivery
    dropoff = pickup + len(board.home)
    size, base = routes.size[courier], routes.prefix[courier, routes.size[courier]]
    planned = routes.planned[courier]
    if board.taken[courier] + planned >= board.knobs[MOST]:
        return NEVER, -1, -1, _ROUTE_FULL
    best, pickup_at, dropoff_at, why = NEVER, -1, -1, _NO_CAPACITY
    for i in range(board.pinned[courier], size + 1):
        before = routes.stop[courier, i]
        if not _may_stand(board, routes, courier, pickup, i) or not _fits(
            board, routes, courier, pickup, i
        ):
            continue
        if why == _NO_CAPACITY:
            why = _SHIFT_ENDS
        leg, _, begin, wait = visit(
            board,
            courier,
            before,
            routes.begin_ms[courier, i],
            routes.depart_ms[courier, i],
            pickup,
        )
        if begin > board.end_ms[courier]:
            continue
        why = _TOO_LATE
        if begin > board.from_ms[delivery] + board.knobs[LOOKAHEAD]:
            continue
        paid = price(board, pickup, leg, wait, begin)
        total, j = _walk(
            board, routes, courier, pickup, dropoff, i, begin, routes.prefix[courier, i] + paid
        )
        if total < NEVER and total - base < best:
            best, pickup_at, dropoff_at = total - base, i, j
    if best < NEVER:
        best += board.pay[courier, planned + 1] - board.pay[courier, planned]
        if board.home[delivery] >= 0 and board.home[delivery] != courier:
            best += board.knobs[CHANGE]
        why = 0
    return best, pickup_at, dropoff_at, why


@kernel
def _may_stand(board: Board, routes: Routes, courier: int, pickup: int, i: int) -> bool:
    """Tell whether a pickup may come behind place i, as far as visits and shops go."""
    behind = routes.stop[courier, i]
    same = behind >= 0 and joins(board, behind, pickup)
    if same and i < routes.size[courier] and joins(board, pickup, routes.stop[courier, i + 1]):
        return False  # behind the last pickup of the visit is as good
    return same or board.knobs[MIX] == 1 or routes.aboard[courier, i] == 0


@kernel
def _fits(board: Board, routes: Routes, courier: int, pickup: int, place: int) -> bool:
    """Tell whether the new load fits beside what is on board behind a place."""
    for k in range(3):
        if routes.load[courier, place, k] + board.demand[pickup, k] > board.capacity[courier, k]:
            return False
    return True


@kernel
def _walk(
    board: Board,
    routes: Routes,
    courier: int,
    pickup: int,
    dropoff: int,
    i: int,
    begin: int,
    cost: int,
) -> tuple[int, int]:
    """Try every dropoff behind a pickup at place i that begins at `begin`; return the best."""
    best, best_at = NEVER, -1
    here, depart, size = pickup, begin + board.service_ms[pickup], routes.size[courier]
    j = i
    while True:
        total = _finish(board, routes, courier, dropoff, j, here, begin, cost)
        if total < best:
            best, best_at = total, j
        if j == size or (board.knobs[MIX] == 0 and routes.aboard[courier, j] == 0):
            break
        s = routes.stop[courier, j + 1]
        leg, _, at, wait = visit(board, courier, here, begin, depart, s)
        j += 1
        if not _fits(board, routes, courier, pickup, j) or _misses(board, routes, courier, j, at):
            break
        cost += price(board, s, leg, wait, at)
        here, begin, depart = s, at, at + board.service_ms[s]
    return best, best_at


@kernel
def _finish(
    board: Board,
    routes: Routes,
    courier: int,
    dropoff: int,
    j: int,
    here: int,
    begin: int,
    cost: int,
) -> int:
    """Put the dropoff behind place j and walk on until nothing changes any more.

    The stop before it, `here`, begins at `begin`.
    """
    depart = begin + board.service_ms[here]
    leg, _, at, wait = visit(board, courier, here, begin, depart, dropoff)
    cost += price(board, dropoff, leg, wait, at)
    before, begin, depart = dropoff, at, at + board.service_ms[dropoff]
    size = routes.size[courier]
    for place in range(j + 1, size + 1):
        s = routes.stop[courier, place]
        leg, _, at, wait = visit(board, courier, before, begin, depart, s)
        if _misses(board, routes, courier, place, at):
            return NEVER
        cost += price(board, s, leg, wait, at)
        if at == routes.begin_ms[courier, place]:
            cost += routes.prefix[courier, size] - routes.prefix[courier, place]
            return cost
        before, begin, depart = s, at, at + board.service_ms[s]
    return cost


@kernel
def _misses(board: Board, routes: Routes, courier: int, place: int, begin_ms: int) -> bool:
    """Tell whether a pickup of the row falls behind the shift's end that did not before."""
    end = board.end_ms[courier]
    is_pickup = board.is_pickup[routes.stop[courier, place]] == 1
    return bool(is_pickup and begin_ms > end and routes.begin_ms[courier, place] <= end)
