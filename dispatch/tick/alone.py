"""What a delivery would take in rows as accepted, without what is only planned: all in one pass."""

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import FIRST, NEVER, Board, Longs, Routes
from dispatch.tick.placing import best_place
from dispatch.tick.timing import put_in, retime, take_out


@kernel
def codes_alone(board: Board, accepted: Routes, delivery: int, codes: Longs) -> None:
    """Set the code of every courier worth trying: 0, or why there is no place."""
    for k in range(board.tries.shape[1]):
        courier = board.tries[delivery, k]
        if courier < 0:
            break
        codes[courier] = best_place(board, accepted, courier, delivery)[3]


@kernel
def begins_alone(
    board: Board, accepted: Routes, delivery: int, couriers: Longs, mine: Longs, last: Longs
) -> None:
    """Fill in when the pickup, and the last pickup of the row, would begin; -1: not possible.

    One place per courier asked. The rows are afterwards as they were.
    """
    pickup = board.knobs[FIRST] + delivery
    for at in range(len(couriers)):
        mine[at] = last[at] = -1
        courier = couriers[at]
        cost, i, j, _ = best_place(board, accepted, courier, delivery)
        if cost >= NEVER:
            continue
        put_in(board, accepted, courier, pickup, pickup + len(board.home), i, j)
        mine[at] = accepted.begin_ms[courier, i + 1]
        for place in range(1, accepted.size[courier] + 1):
            if board.is_pickup[accepted.stop[courier, place]] == 1:
                last[at] = max(last[at], accepted.begin_ms[courier, place])
        take_out(board, accepted, courier, delivery)


@kernel
def retime_all(board: Board, accepted: Routes) -> None:
    """Work out all that follows from the sequence of every row."""
    for courier in range(len(accepted.size)):
        retime(board, accepted, courier)
