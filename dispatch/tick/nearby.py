"""What is near: couriers worth trying for a delivery, and deliveries that belong together."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.compiled import kernel
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.tick.board import FIRST, Board, Longs

Floats = NDArray[np.float64]

_KIN = 24
_AT_ONCE = 4_000_000
_KIN_MM_S = 5000


class Places(NamedTuple):
    """All places that a pickup may follow, courier after courier."""

    owner: Longs
    x_m: Longs
    y_m: Longs
    free_ms: Longs
    ms_per_m: Floats


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
        dx, dy = x[rows, None] - x, y[rows, None] - y
        away = np.sqrt(dx * dx + dy * dy) * (1_000_000 / _KIN_MM_S)
        away += np.abs(ready[rows, None] - ready) / 2
        away[np.arange(len(rows)), rows] = np.inf
        kin[rows] = _least(away, count)
    return kin


def tries_of(
    problem: Problem, policy: DispatchPolicy, couriers: Longs, waiting: Longs, board: Board
) -> Longs:
    """Return the couriers worth trying per delivery, who could be there soonest first, ended by -1.

    A courier is in reach when the position, or a stop still ahead that something may follow, is
    within the radius. Of those the `nearest` are taken by when they could be there at the
    soonest; the best places are then found early, and most others need not be priced.
    """
    many = len(couriers)
    if not many or not len(waiting):
        return np.full((len(waiting), 0), -1, np.int64)
    places = places_of(problem, couriers, board)
    open_to = problem.couriers.excluded[couriers] == 0
    keep = min(policy.nearest, many)
    tries = np.full((len(waiting), keep), -1, np.int64)
    first = int(board.knobs[FIRST])
    rows_at_once = max(1, _AT_ONCE // many)
    for start in range(0, len(waiting), rows_at_once):
        rows = np.arange(start, min(len(waiting), start + rows_at_once))
        to_x, to_y = board.x_m[first + rows], board.y_m[first + rows]
        by_courier = np.full((len(rows), many), np.inf)
        _soonest(places, to_x, to_y, policy.radius_m, by_courier)
        by_courier[:, ~open_to] = np.inf
        _bar(by_courier, problem, couriers, waiting[rows])
        tries[rows] = _in_reach(by_courier, keep)
    return tries


@kernel
def _soonest(places: Places, to_x: Longs, to_y: Longs, radius_m: int, by_courier: Floats) -> None:
    """Fill in when each courier could be at each pickup at the soonest, from places in reach."""
    for row in range(len(to_x)):
        soonest = by_courier[row]
        for at in range(len(places.owner)):
            dx, dy = places.x_m[at] - to_x[row], places.y_m[at] - to_y[row]
            square, courier = dx * dx + dy * dy, places.owner[at]
            if square <= radius_m * radius_m:
                there = places.free_ms[at] + math.sqrt(float(square)) * places.ms_per_m[at]
                soonest[courier] = min(soonest[courier], there)


def places_of(problem: Problem, couriers: Longs, board: Board) -> Places:
    """Return the places of all couriers: the position or, of what is not pinned, the stops ahead.

    Each departs no sooner than its courier is free.
    """
    at = problem.stop_offsets.at.astype(np.int64)
    counts = (at[1:] - at[:-1])[couriers]
    of_stop = np.repeat(np.arange(len(couriers)), counts)
    number = np.arange(len(of_stop)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    free_stop = number >= board.pinned[of_stop]
    at_start = board.pinned == 0
    owner = np.concatenate([np.flatnonzero(at_start), of_stop[free_stop]])
    order = np.argsort(owner, kind="stable")
    stops, owner = np.flatnonzero(free_stop), owner[order]
    x = np.concatenate([board.start_x_m[at_start], board.x_m[stops]])[order]
    y = np.concatenate([board.start_y_m[at_start], board.y_m[stops]])[order]
    return Places(owner, x, y, board.free_ms[owner], 1_000_000 / board.speed_mm_s[owner])


def _bar(by_courier: np.ndarray, problem: Problem, couriers: Longs, waiting: Longs) -> None:
    if not len(problem.barred):
        return
    at, ids = problem.barred_offsets.at.tolist(), id_list(problem.barred.courier)
    known = {id_: row for row, id_ in enumerate(id_list(problem.couriers.id[couriers]))}
    for row, delivery in enumerate(waiting.tolist()):
        for id_ in ids[at[delivery] : at[delivery + 1]]:
            if id_ in known:
                by_courier[row, known[id_]] = np.inf


def _in_reach(by_courier: Floats, keep: int) -> Longs:
    """Return the columns of the least finite values, least first, then -1."""
    best = _least(by_courier, min(keep, by_courier.shape[1]))
    in_reach: Longs = np.where(np.isfinite(np.take_along_axis(by_courier, best, 1)), best, -1)
    return in_reach


def _least(away: np.ndarray, count: int) -> Longs:
    """Return the columns of the `count` least of each row, least first, ties by column."""
    if count < away.shape[1]:
        some = np.sort(np.argpartition(away, count - 1, axis=1)[:, :count], axis=1)
    else:
        some = np.tile(np.arange(away.shape[1]), (len(away), 1))
    order = np.argsort(np.take_along_axis(away, some, 1), axis=1, kind="stable")
    least: Longs = np.take_along_axis(some, order, 1)
    return least
