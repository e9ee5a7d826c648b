"""The least that a delivery can add to a row: enough to know that another one is cheaper."""

import math

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import CHANGE, FIRST, LOOKAHEAD, NEVER, TRAVEL, Board, Routes


@kernel
def least_added(board: Board, routes: Routes, courier: int, delivery: int) -> int:
    """Return a lower bound of what `best_place` adds; NEVER where no place is in time.

    The delivery comes as soon as it can behind any place, and goes straight to its door; for the
    others nothing gets sooner. Filling a wait can save a little more than that, by the weight of
    waiting; the search lives with it.
    """
    pickup = board.knobs[FIRST] + delivery
    dropoff, speed = pickup + len(board.home), board.speed_mm_s[courier]
    x, y = board.x_m[pickup], board.y_m[pickup]
    dx, dy = board.x_m[dropoff] - x, board.y_m[dropoff] - y
    onward = int(math.sqrt(float(dx * dx + dy * dy)) * 1_000_000 / speed)
    onward += board.service_ms[pickup] + board.setup_ms[dropoff]
    last = min(board.end_ms[courier], board.from_ms[delivery] + board.knobs[LOOKAHEAD])
    best: int = NEVER
    for place in range(board.pinned[courier], routes.size[courier] + 1):
        stop = routes.stop[courier, place]
        if stop < 0:
            dx, dy = board.start_x_m[courier] - x, board.start_y_m[courier] - y
        else:
            dx, dy = board.x_m[stop] - x, board.y_m[stop] - y
        leg = int(math.sqrt(float(dx * dx + dy * dy)) * 1_000_000 / speed)
        begin = routes.depart_ms[courier, place] + leg + board.setup_ms[pickup]
        if leg == 0:
            begin = routes.begin_ms[courier, place]  # perhaps part of that visit
        begin = max(begin, board.open_ms[pickup])
        if begin <= last:
            door = max(begin + onward, board.open_ms[dropoff])
            own = board.weight[pickup] * begin + board.weight[dropoff] * door
            best = min(best, own + board.knobs[TRAVEL] * leg)
    if best < NEVER:
        planned = routes.planned[courier]
        best += board.pay[courier, planned + 1] - board.pay[courier, planned]
        if board.home[delivery] >= 0 and board.home[delivery] != courier:
            best += board.knobs[CHANGE]
    return best
