"""The least that a delivery can add to a row: enough to know that another one is cheaper."""

import math

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import CHANGE, FIRST, LATE, LOOKAHEAD, NEVER, TRAVEL, Board, Routes


@kernel
def least_added(board: Board, routes: Routes, courier: int, delivery: int) -> int:
    """Return a lower bound of what `best_place` adds; NEVER where no place is in time.

    The delivery comes as soon as it can behind any place, and goes straight to its door; what
    stands behind it gets later by the way over the pickup, as far as waiting does not take it up.
    Filling a wait can save a little more than that, by the weight of waiting; the search lives
    with it.
    """
    pickup = board.knobs[FIRST] + delivery
    dropoff, speed = pickup + len(board.home), board.speed_mm_s[courier]
    x, y = board.x_m[pickup], board.y_m[pickup]
    onward = _leg_ms(board.x_m[dropoff] - x, board.y_m[dropoff] - y, speed)
    onward += board.service_ms[pickup] + board.setup_ms[dropoff]
    last = min(board.end_ms[courier], board.from_ms[delivery] + board.knobs[LOOKAHEAD])
    best: int = NEVER
    for place in range(board.pinned[courier], routes.size[courier] + 1):
        stop = routes.stop[courier, place]
        if stop < 0:
            leg = _leg_ms(board.start_x_m[courier] - x, board.start_y_m[courier] - y, speed)
        else:
            leg = _leg_ms(board.x_m[stop] - x, board.y_m[stop] - y, speed)
        begin = routes.depart_ms[courier, place] + leg + board.setup_ms[pickup]
        if leg == 0:
            begin = routes.begin_ms[courier, place]  # perhaps part of that visit
        begin = max(begin, board.open_ms[pickup])
        if begin <= last:
            door = max(begin + onward, board.open_ms[dropoff])
            own = board.weight[pickup] * begin + board.weight[dropoff] * door
            own += board.knobs[LATE] * max(0, door - board.due_ms[dropoff])
            own += board.knobs[TRAVEL] * leg
            best = min(best, own + _others(board, routes, courier, place, pickup, begin))
    if best < NEVER:
        planned = routes.planned[courier]
        best += board.pay[courier, planned + 1] - board.pay[courier, planned]
        if board.home[delivery] >= 0 and board.home[delivery] != courier:
            best += board.knobs[CHANGE]
    return best


@kernel
def _others(
    board: Board, routes: Routes, courier: int, place: int, pickup: int, begin_ms: int
) -> int:
    """Return the least that a pickup behind a place costs what stands behind it."""
    if place == routes.size[courier]:
        return 0
    onward = routes.stop[courier, place + 1]
    dx, dy = board.x_m[onward] - board.x_m[pickup], board.y_m[onward] - board.y_m[pickup]
    leg = _leg_ms(dx, dy, board.speed_mm_s[courier])
    gone = routes.arrive_ms[courier, place + 1] - routes.depart_ms[courier, place]
    least: int = board.knobs[TRAVEL] * (leg - max(0, gone))
    if leg > 0:  # else it may become part of the same visit
        there = begin_ms + board.service_ms[pickup] + leg + board.setup_ms[onward]
        later = there - routes.begin_ms[courier, place + 1]
        later -= routes.waits_after[courier, place + 1]
        least += routes.weight_after[courier, place] * max(0, later)
    return least


@kernel
def _leg_ms(dx_m: int, dy_m: int, speed_mm_s: int) -> int:
    return int(math.sqrt(float(dx_m * dx_m + dy_m * dy_m)) * 1_000_000 / speed_mm_s)
