"""What is near: couriers worth trying for a delivery, and deliveries that belong together."""

import numpy as np

from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.tick.board import FIRST, Board, Longs

_KIN = 24
_AT_ONCE = 4_000_000
_KIN_MM_S = 5000


def kin_of(stops: dict[str, Longs], first: int, waiting: int) -> Longs:
    """Return, per waiting delivery, others that are near it in place and time, nearest first."""
    count = min(_KIN, max(0, waiting - 1))
    kin = np.full((waiting, count), -1, np.int64)
    if not count:
        return kin
    mine = slice(first, first + waiting)
    x, y, ready = (stops[name][mine].astype(np.float64) for name in ("x_m", "y_m", "open_ms"))
    rows_at_once = max(1, _AT_ONCE // waiting)
    for start in range(0, waiting, rows_at_once):
        rows = np.arange(start, min(waiting, start + rows_at_once))
        away = np.hypot(x[rows, None] - x, y[rows, None] - y) * 1_000_000 / _KIN_MM_S
        away += np.abs(ready[rows, None] - ready) / 2
        away[np.arange(len(rows)), rows] = np.inf
        kin[rows] = _least(away, count)
    return kin


def tries_of(
    problem: Problem, policy: DispatchPolicy, couriers: Longs, waiting: Longs, board: Board
) -> Longs:
    """Return the couriers worth trying per delivery, in the order of rows, ended by -1.

    A courier is in reach when the position, or a stop still ahead that something may follow, is
    within the radius. Of those the `nearest` are taken by when they could be there at the soonest.
    """
    many = len(couriers)
    if not many or not len(waiting):
        return np.full((len(waiting), 0), -1, np.int64)
    owner, x, y, free = _places(problem, couriers, board)
    starts = np.searchsorted(owner, np.arange(many))
    open_to = problem.couriers.excluded[couriers] == 0
    keep = min(policy.nearest, many)
    tries = np.full((len(waiting), keep), -1, np.int64)
    first = int(board.knobs[FIRST])
    rows_at_once = max(1, _AT_ONCE // len(owner))
    for start in range(0, len(waiting), rows_at_once):
        rows = np.arange(start, min(len(waiting), start + rows_at_once))
        to_x, to_y = board.x_m[first + rows, None], board.y_m[first + rows, None]
        away = np.hypot((x - to_x).astype(np.float64), (y - to_y).astype(np.float64))
        soonest = free + away * 1_000_000 / board.speed_mm_s[owner]
        soonest[away > policy.radius_m] = np.inf
        by_courier = np.minimum.reduceat(soonest, starts, axis=1)
        by_courier[:, ~open_to] = np.inf
        _bar(by_courier, problem, couriers, waiting[rows])
        tries[rows] = _in_rows(by_courier, keep)
    return tries


def _places(problem: Problem, couriers: Longs, board: Board) -> tuple[Longs, Longs, Longs, Longs]:
    """Return owner, x, y and a bound of the departure of all places that a pickup may follow."""
    at = problem.stop_offsets.at.astype(np.int64)
    counts = (at[1:] - at[:-1])[couriers]
    of_stop = np.repeat(np.arange(len(couriers)), counts)
    number = np.arange(len(of_stop)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    free_stop = number >= board.pinned[of_stop]
    at_start = board.pinned == 0
    owner = np.concatenate([np.flatnonzero(at_start), of_stop[free_stop]])
    order = np.argsort(owner, kind="stable")
    stops = np.flatnonzero(free_stop)
    x = np.concatenate([board.start_x_m[at_start], board.x_m[stops]])
    y = np.concatenate([board.start_y_m[at_start], board.y_m[stops]])
    return owner[order], x[order], y[order], board.free_ms[owner[order]]


def _bar(by_courier: np.ndarray, problem: Problem, couriers: Longs, waiting: Longs) -> None:
    if not len(problem.barred):
        return
    at, ids = problem.barred_offsets.at.tolist(), id_list(problem.barred.courier)
    known = {id_: row for row, id_ in enumerate(id_list(problem.couriers.id[couriers]))}
    for row, delivery in enumerate(waiting.tolist()):
        for id_ in ids[at[delivery] : at[delivery + 1]]:
            if id_ in known:
                by_courier[row, known[id_]] = np.inf


def _in_rows(by_courier: np.ndarray, keep: int) -> Longs:
    """Return the columns of the least finite values, ascending, then -1."""
    many = by_courier.shape[1]
    best = (
        _least(by_courier, keep)
        if keep < many
        else np.arange(many)[None, :].repeat(len(by_courier), 0)
    )
    out = np.where(np.isfinite(np.take_along_axis(by_courier, best, 1)), best, many)
    out.sort(axis=1)
    return np.where(out == many, -1, out)


def _least(away: np.ndarray, count: int) -> Longs:
    """Return the columns of the `count` least of each row, least first, ties by column."""
    if count < away.shape[1]:
        some = np.sort(np.argpartition(away, count - 1, axis=1)[:, :count], axis=1)
    else:
        some = np.tile(np.arange(away.shape[1]), (len(away), 1))
    order = np.argsort(np.take_along_axis(away, some, 1), axis=1, kind="stable")
    least: Longs = np.take_along_axis(some, order, 1)
    return least
