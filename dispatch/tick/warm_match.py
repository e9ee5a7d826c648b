"""The matching of the next tick: lists of the last one, renewed only where something changed."""

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import Longs
from dispatch.tick.corridor import (
    OVERFLOW,
    Fleet,
    Pool,
    Wanted,
    list_up_to,
    make_pool,
)
from dispatch.tick.nearest_match import Matched, match_nearest

Marks = np.ndarray


def match_again(
    fleet: Fleet, wanted: Wanted, fresh: Wanted, last: Matched, moved: Marks, gone: Marks
) -> Matched:
    """Return the best matching after a few changes; it is that of a cold start.

    `moved[courier]` marks couriers whose routes changed, `gone[row]` deliveries that took the
    place of others: `fresh` are these alone, `row` numbered as in `wanted`. Lists of the other
    couriers lose what is gone and get what is fresh up to the cost to which they were complete.
    """
    old = last.pool
    room = int(old.length.sum()) + 8 * len(fleet.size) + 1000
    while True:
        pool = make_pool(len(fleet.size), len(wanted.row), room)
        if _renew(fleet, fresh, old, pool, moved, gone) != OVERFLOW:
            break
        room *= 2
    return match_nearest(fleet, wanted, pool, first_ms=int(np.median(old.up_to_ms)))


@kernel
def _renew(fleet: Fleet, fresh: Wanted, old: Pool, pool: Pool, moved: Longs, gone: Longs) -> int:
    """Carry lists over; return OVERFLOW when the room does not do."""
    for courier in range(len(fleet.size)):
        if moved[courier] == 1:
            continue
        if list_up_to(fleet, fresh, pool, courier, old.up_to_ms[courier]) == OVERFLOW:
            return OVERFLOW
        at = pool.used[0]
        if at + old.length[courier] > len(pool.column):
            return OVERFLOW
        for k in range(old.first[courier], old.first[courier] + old.length[courier]):
            if gone[old.column[k]] == 0:
                pool.column[at], pool.cost_ms[at] = old.column[k], old.cost_ms[k]
                at += 1
        pool.used[0] = at
        pool.length[courier] = at - pool.first[courier]
    return 0
