"""Timing: when a courier is where along a sequence, and what that costs, in one pass."""

import math

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import CHANGE, LATE, TRAVEL, WAITING, Board, Routes


@kernel
def visit(
    board: Board, courier: int, before: int, begin_ms: int, depart_ms: int, stop: int
) -> tuple[int, int, int, int]:
    """Return leg, arrival, begin and waiting at `stop` when the courier comes from stop `before`.

    Service there began at `begin_ms` and ends at `depart_ms`; -1 is where the courier is.
    Pickups at one place, one after the other, are one visit: it is set up and served once.
    """
    if before < 0:
        from_x, from_y = board.start_x_m[courier], board.start_y_m[courier]
    else:
        from_x, from_y = board.x_m[before], board.y_m[before]
        if joins(board, before, stop):
            begin = max(begin_ms, board.open_ms[stop])
            return 0, begin_ms, begin, begin - begin_ms
    dx, dy = board.x_m[stop] - from_x, board.y_m[stop] - from_y
    metres = math.sqrt(float(dx * dx + dy * dy))
    leg = math.ceil(metres * 1_000_000 / board.speed_mm_s[courier])
    step = board.step_ms[courier]
    if step > 1:
        leg = (leg + step - 1) // step * step
    arrive = depart_ms + leg
    soonest = arrive + board.setup_ms[stop]
    begin = max(soonest, board.open_ms[stop])
    return leg, arrive, begin, begin - soonest


@kernel
def joins(board: Board, before: int, stop: int) -> bool:
    """Tell whether `stop` is part of the same visit as the stop before it."""
    return bool(
        board.is_pickup[before] == 1
        and board.is_pickup[stop] == 1
        and board.setup_ms[stop] > 0
        and board.x_m[before] == board.x_m[stop]
        and board.y_m[before] == board.y_m[stop]
    )


@kernel
def price(board: Board, stop: int, leg_ms: int, wait_ms: int, begin_ms: int) -> int:
    """Return what a stop costs when it begins then, after such a leg and waiting."""
    late = max(0, begin_ms - board.due_ms[stop])
    paid: int = board.weight[stop] * begin_ms + board.knobs[TRAVEL] * leg_ms
    paid += board.knobs[WAITING] * wait_ms + board.knobs[LATE] * late
    return paid


@kernel
def retime(board: Board, routes: Routes, courier: int) -> bool:
    """Work out all that follows from the sequence of a row; tell whether it may be driven.

    It may not when a pickup would begin behind the shift's end that did not before, nor while a
    planned delivery is on board of a courier with more than fits.
    """
    stop, begin, depart = routes.stop[courier], routes.begin_ms[courier], routes.depart_ms[courier]
    begin[0] = depart[0] = routes.arrive_ms[courier, 0] = board.free_ms[courier]
    routes.aboard[courier, 0] = _aboard_first(board, routes, courier)
    for k in range(3):
        routes.load[courier, 0, k] = board.load[courier, k]
    routes.prefix[courier, 0] = 0
    planned, change, fresh, good = 0, 0, 0, True
    for place in range(1, routes.size[courier] + 1):
        s, before = stop[place], place - 1
        leg, arrive, at, wait = visit(
            board, courier, stop[before], begin[before], depart[before], s
        )
        routes.arrive_ms[courier, place], begin[place] = arrive, at
        depart[place] = at + board.service_ms[s]
        more = 1 if board.is_pickup[s] == 1 else -1
        routes.aboard[courier, place] = routes.aboard[courier, before] + more
        paid = price(board, s, leg, wait, at)
        routes.prefix[courier, place] = routes.prefix[courier, before] + paid
        fresh += more if board.delivery[s] >= 0 else 0
        for k in range(3):
            carried = routes.load[courier, before, k] + board.demand[s, k]
            routes.load[courier, place, k] = carried
            if fresh > 0 and carried > board.capacity[courier, k]:
                good = False
        if more == 1 and at > board.end_ms[courier] and board.missed[s] == 0:
            good = False
        if board.delivery[s] >= 0 and more == 1:
            planned += 1
            home = board.home[board.delivery[s]]
            if home >= 0 and home != courier:
                change += board.knobs[CHANGE]
    _sum_up_behind(board, routes, courier)
    routes.planned[courier] = planned
    paid = board.pay[courier, planned] + change
    routes.cost[courier] = routes.prefix[courier, routes.size[courier]] + paid
    routes.clock[0] += 1
    routes.version[courier] = routes.clock[0]
    return good


@kernel
def _sum_up_behind(board: Board, routes: Routes, courier: int) -> None:
    """Sum up, behind each place, what delays weigh and the waiting that can take them up."""
    weight, waits, is_signed = 0, 0, False
    for place in range(routes.size[courier], -1, -1):
        routes.weight_after[courier, place] = 0 if is_signed else weight
        routes.waits_after[courier, place] = waits
        if place > 0:
            s = routes.stop[courier, place]
            weight += board.weight[s]
            is_signed = is_signed or board.weight[s] < 0
            waits += routes.begin_ms[courier, place] - routes.arrive_ms[courier, place]
            before = routes.stop[courier, place - 1]
            if before < 0 or not joins(board, before, s):
                waits -= board.setup_ms[s]


@kernel
def _aboard_first(board: Board, routes: Routes, courier: int) -> int:
    """Count what is on board before the first stop: dropoffs less pickups of the whole row."""
    count = 0
    for place in range(1, routes.size[courier] + 1):
        count += 1 - 2 * board.is_pickup[routes.stop[courier, place]]
    return count


@kernel
def put_in(
    board: Board, routes: Routes, courier: int, pickup: int, dropoff: int, i: int, j: int
) -> None:
    """Put a pickup behind place i and its dropoff behind place j >= i of a row."""
    stop = routes.stop[courier]
    for place in range(routes.size[courier], j, -1):
        stop[place + 2] = stop[place]
    stop[j + 2] = dropoff
    for place in range(j, i, -1):
        stop[place + 1] = stop[place]
    stop[i + 1] = pickup
    routes.size[courier] += 2
    routes.route_of[board.delivery[pickup]] = courier
    retime(board, routes, courier)


@kernel
def take_out(board: Board, routes: Routes, courier: int, delivery: int) -> bool:
    """Take a waiting delivery out of its row; tell whether the rest may be driven.

    Where travel is rounded up a detour can save time, so that less can be late.
    """
    stop, kept = routes.stop[courier], 1
    for place in range(1, routes.size[courier] + 1):
        if board.delivery[stop[place]] != delivery:
            stop[kept] = stop[place]
            kept += 1
    routes.size[courier] = kept - 1
    routes.route_of[delivery] = -1
    return retime(board, routes, courier)
