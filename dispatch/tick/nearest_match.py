"""The best matching of couriers to deliveries by added time, certified, without a dense matrix."""

from typing import Final, NamedTuple

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import Longs
from dispatch.tick.corridor import OVERFLOW, Fleet, Pool, Wanted, list_up_to, make_pool
from dispatch.tick.matching import Arcs, Matching, make_matching, match

_FEW: Final = 4
_SERVE_MS: Final = 10**9
"""What a courier without a delivery costs: more than any way, so that as many as can are served."""
_EVER_MS: Final = 2 * 10**9
_ROUNDS: Final = 60


class Matched(NamedTuple):
    """`column_of[courier]` is a delivery or -1, `cost_ms` the sum of what the matched ones add.

    `proven`: no pair outside the lists can improve it, by the prices. `rounds` is how often it was
    solved, `priced` how many insertions were worked out.
    """

    column_of: Longs
    cost_ms: int
    proven: bool
    rounds: int
    priced: int
    pool: Pool


def match_nearest(
    fleet: Fleet, wanted: Wanted, pool: Pool | None = None, first_ms: int = 20_000
) -> Matched:
    """Match every courier to at most one delivery: most deliveries first, then least added time.

    For no more couriers than deliveries. Lists grow until each courier's price is within what is
    listed completely: then no pair left out can be part of a better matching. `pool` may hold
    lists that are still true (see `Warm`).
    """
    couriers, deliveries = len(fleet.size), len(wanted.row)
    pool = make_pool(couriers, deliveries, 24 * couriers + 1000) if pool is None else pool
    few = min(_FEW, deliveries)
    leave = np.full(couriers, _SERVE_MS, np.int64)
    rounds = 0
    limit = np.full(couriers, first_ms, np.int64)
    while True:
        while _widen(fleet, wanted, pool, limit, few) == OVERFLOW:
            pool = _roomier(pool)
        arcs = Arcs(pool.first, pool.length, pool.column, pool.cost_ms, leave)
        found = make_matching(couriers, deliveries, int(pool.length.sum()) + 1)
        total = match(arcs, found)
        rounds += 1
        short = _short(found, pool, limit)
        if not short or rounds == _ROUNDS:
            break
    served = int((found.column_of >= 0).sum())
    cost = total - (couriers - served) * _SERVE_MS
    return Matched(found.column_of, cost, not short, rounds, int(pool.looks[1]), pool)


@kernel
def _widen(fleet: Fleet, wanted: Wanted, pool: Pool, limit: Longs, few: int) -> int:
    """List up to each courier's limit, and further until there are a few; or OVERFLOW.

    A courier without a list begins near what the couriers before needed.
    """
    usual = 0
    for courier in range(len(fleet.size)):
        is_new = pool.up_to_ms[courier] < 0
        if is_new and limit[courier] < usual * 3 // 4:
            limit[courier] = usual * 3 // 4
        while pool.up_to_ms[courier] < limit[courier]:
            count = list_up_to(fleet, wanted, pool, courier, limit[courier])
            if count == OVERFLOW:
                return OVERFLOW
            if count < few and limit[courier] < _EVER_MS:
                limit[courier] = min(_EVER_MS, 2 * limit[courier])
                pool.used[0] -= count
        if is_new:
            usual = limit[courier] if usual == 0 else (3 * usual + limit[courier]) // 4
    return 0


@kernel
def _short(found: Matching, pool: Pool, limit: Longs) -> int:
    """Raise the limits of couriers whose price exceeds what is listed; return how many."""
    short = 0
    for courier in range(len(limit)):
        price = min(_EVER_MS, found.row_price[courier])
        if price > pool.up_to_ms[courier]:
            limit[courier] = min(_EVER_MS, price + price // 8 + 1)
            short += 1
    return short


def _roomier(pool: Pool) -> Pool:
    """Return a pool of twice the room with the lists that are in use, one behind the other."""
    keep = pool.up_to_ms >= 0
    count = np.where(keep, pool.length, 0)
    bigger = make_pool(len(count), len(pool.seen), 2 * len(pool.column))
    first = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)[:-1]])
    source = np.arange(count.sum()) + np.repeat(pool.first - first, count)
    bigger.column[: len(source)] = pool.column[source]
    bigger.cost_ms[: len(source)] = pool.cost_ms[source]
    bigger.first[:], bigger.length[:], bigger.up_to_ms[:] = first, count, pool.up_to_ms
    bigger.used[0] = len(source)
    bigger.looks[:] = pool.looks
    return bigger
