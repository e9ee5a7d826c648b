"""Which deliveries a courier's route passes near enough: all up to a cost, found with a grid.

A delivery can only cost up to U if its pickup, and its dropoff, lie within a detour of U of some
leg. So what is listed up to U is complete, and prices below U prove that nothing was missed.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import NEVER, Longs

Floats = NDArray[np.float64]

OVERFLOW: Final = -1


class Fleet(NamedTuple):
    """Couriers' routes: place 0 is where the courier is, `size` places in all; metres."""

    x_m: Floats  # [c, places]
    y_m: Floats  # [c, places]
    size: Longs  # [c]
    ms_per_m: Floats  # [c]
    leg_m: Floats  # [c, places]: from a place to the next


def make_fleet(x_m: Floats, y_m: Floats, size: Longs, ms_per_m: Floats) -> Fleet:
    """Return the fleet with its legs worked out; see Fleet for the shapes."""
    leg = np.zeros_like(x_m)
    dx, dy = np.diff(x_m, axis=1), np.diff(y_m, axis=1)
    # As kernels do it: hypot rounds differently.
    leg[:, :-1] = np.sqrt(dx * dx + dy * dy)
    return Fleet(x_m, y_m, size, ms_per_m, leg)


class Wanted(NamedTuple):
    """Deliveries sorted by the grid cell of their pickup; `row` is the caller's number."""

    x_m: Floats  # [d]
    y_m: Floats  # [d]
    to_x_m: Floats  # [d]
    to_y_m: Floats  # [d]
    direct_m: Floats  # [d]
    row: Longs  # [d]
    cell_first: Longs  # [cells + 1]
    origin: Floats  # [3]: west and south edge, width of a cell
    cells: Longs  # [2]: columns and rows of cells


class Pool(NamedTuple):
    """Arcs of all couriers, unordered: those of courier c begin at `first[c]`."""

    first: Longs  # [c]
    length: Longs  # [c]
    up_to_ms: Longs  # [c]: every delivery that costs no more is listed
    column: Longs  # [arcs]
    cost_ms: Longs  # [arcs]
    used: Longs  # [1]
    seen: Longs  # [d]: the last courier that looked at a delivery
    looks: Longs  # [2]: searches made, insertions priced


def make_pool(couriers: int, deliveries: int, arcs: int) -> Pool:
    """Return an empty pool with room for so many arcs."""

    def zeros(length: int) -> Longs:
        return np.zeros(length, np.int64)

    return Pool(
        zeros(couriers),
        zeros(couriers),
        np.full(couriers, -1, np.int64),
        zeros(arcs),
        zeros(arcs),
        zeros(1),
        zeros(deliveries),
        zeros(2),
    )


def sort_by_cell(x_m: Floats, y_m: Floats, to_x_m: Floats, to_y_m: Floats) -> Wanted:
    """Return deliveries in the order of cells, about two in a cell."""
    many = len(x_m)
    west, south = (float(v.min()) if many else 0.0 for v in (x_m, y_m))
    wide, high = (float(np.ptp(v)) + 1.0 if many else 1.0 for v in (x_m, y_m))
    cell = max(1.0, math.sqrt(2 * wide * high / max(1, many)))
    columns, rows = int(wide // cell) + 1, int(high // cell) + 1
    of = ((y_m - south) // cell).astype(np.int64) * columns + ((x_m - west) // cell).astype(
        np.int64
    )
    order = np.argsort(of, kind="stable")
    first = np.searchsorted(of[order], np.arange(columns * rows + 1))
    return Wanted(
        x_m=x_m[order],
        y_m=y_m[order],
        to_x_m=to_x_m[order],
        to_y_m=to_y_m[order],
        direct_m=np.hypot(x_m - to_x_m, y_m - to_y_m)[order],
        row=order,
        cell_first=first.astype(np.int64),
        origin=np.array([west, south, cell]),
        cells=np.array([columns, rows], np.int64),
    )


@kernel
def list_up_to(fleet: Fleet, wanted: Wanted, pool: Pool, courier: int, up_to_ms: int) -> int:
    """List every delivery that costs a courier up to `up_to_ms`; return how many, or OVERFLOW."""
    pool.looks[0] += 1
    stamp = pool.looks[0]
    start: int = pool.used[0]
    at = start
    limit_m = (up_to_ms + 1) / fleet.ms_per_m[courier]
    west, south, cell = wanted.origin[0], wanted.origin[1], wanted.origin[2]
    columns, rows = wanted.cells[0], wanted.cells[1]
    last = fleet.size[courier] - 1
    for place in range(last + 1):
        ax, ay = fleet.x_m[courier, place], fleet.y_m[courier, place]
        bx, by, leg = ax, ay, 0.0
        if place < last:
            bx, by = fleet.x_m[courier, place + 1], fleet.y_m[courier, place + 1]
            leg = fleet.leg_m[courier, place]
        # Behind the last place there is no way back: a circle, where a leg has an ellipse.
        flat = limit_m * limit_m if place == last else limit_m * (limit_m + 2 * leg) / 4
        wide, high = math.sqrt(flat + (ax - bx) ** 2 / 4), math.sqrt(flat + (ay - by) ** 2 / 4)
        x, y = (ax + bx) / 2 - west, (ay + by) / 2 - south
        left, right = max(0, int((x - wide) // cell)), min(columns - 1, int((x + wide) // cell))
        low, top = max(0, int((y - high) // cell)), min(rows - 1, int((y + high) // cell))
        for line in range(low, top + 1):
            first, behind = line * columns + left, line * columns + right + 1
            for k in range(wanted.cell_first[first], wanted.cell_first[max(first, behind)]):
                if pool.seen[k] == stamp:
                    continue
                detour = _away(wanted.x_m[k], wanted.y_m[k], ax, ay) - leg
                if place < last:
                    detour += _away(wanted.x_m[k], wanted.y_m[k], bx, by)
                if detour > limit_m:
                    continue
                pool.seen[k] = stamp
                cost = insertion_ms(fleet, wanted, courier, k, up_to_ms)
                pool.looks[1] += 1
                if cost > up_to_ms:
                    continue
                if at == len(pool.column):
                    return OVERFLOW
                pool.column[at], pool.cost_ms[at] = wanted.row[k], cost
                at += 1
    pool.first[courier], pool.length[courier] = start, at - start
    pool.up_to_ms[courier], pool.used[0] = up_to_ms, at
    return at - start


@kernel
def _away(ax: float, ay: float, bx: float, by: float) -> float:
    return math.sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by))


@kernel
def insertion_ms(fleet: Fleet, wanted: Wanted, courier: int, k: int, limit_ms: int) -> int:
    """Return the least time that a delivery adds to a route; NEVER if more than `limit_ms`.

    Where deliveries have no dropoff of their own (direct_m < 0), only the way to the pickup counts.
    """
    px, py, per_m = wanted.x_m[k], wanted.y_m[k], fleet.ms_per_m[courier]
    if wanted.direct_m[k] < 0:
        only_m = _away(fleet.x_m[courier, 0], fleet.y_m[courier, 0], px, py)
        only: int = math.ceil(only_m * per_m)
        return only
    qx, qy, direct = wanted.to_x_m[k], wanted.to_y_m[k], wanted.direct_m[k]
    last = fleet.size[courier] - 1
    best = limit_ms / per_m + 1.0
    # The cheapest pickup so far whose dropoff comes later, carried along the route.
    open_m = np.inf
    ax, ay = fleet.x_m[courier, 0], fleet.y_m[courier, 0]
    to_p, to_q = _away(ax, ay, px, py), _away(ax, ay, qx, qy)
    for place in range(last + 1):
        if place == last:
            best = min(best, to_p + direct, open_m + to_q)
            break
        bx, by = fleet.x_m[courier, place + 1], fleet.y_m[courier, place + 1]
        leg = fleet.leg_m[courier, place]
        p_on, q_on = _away(bx, by, px, py), _away(bx, by, qx, qy)
        best = min(best, to_p + direct + q_on - leg, open_m + to_q + q_on - leg)
        open_m = min(open_m, to_p + p_on - leg)
        ax, ay, to_p, to_q = bx, by, p_on, q_on
    cost: int = math.ceil(best * per_m)
    return cost if cost <= limit_ms else NEVER


@kernel
def cheapest_courier(fleet: Fleet, wanted: Wanted, k: int) -> tuple[int, int]:
    """Return who can take delivery k into the route for the least, and that cost: all are asked."""
    best, best_at = NEVER, -1
    for courier in range(len(fleet.size)):
        per_m = fleet.ms_per_m[courier]
        limit_m = best / per_m
        near = np.inf
        here = _away(fleet.x_m[courier, 0], fleet.y_m[courier, 0], wanted.x_m[k], wanted.y_m[k])
        for place in range(1, fleet.size[courier]):
            bx, by = fleet.x_m[courier, place], fleet.y_m[courier, place]
            on = _away(bx, by, wanted.x_m[k], wanted.y_m[k])
            near = min(near, here + on - fleet.leg_m[courier, place - 1])
            here = on
        if min(near, here) >= limit_m:
            continue
        cost = insertion_ms(fleet, wanted, courier, k, best - 1)
        if cost < best:
            best, best_at = cost, courier
    return best_at, best
