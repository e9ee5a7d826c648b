"""What a served delivery and a courier are worth in a matching: prices that prove it best."""

from typing import NamedTuple

import numpy as np

from dispatch.assignment import Arcs
from dispatch.gaps import Longs

_LARGEST_MS = 2**40


class Duals(NamedTuple):
    """Prices per delivery and per courier, in the milliseconds of costs.

    No priced pair costs less than the two prices together. So a pair that was not priced can only
    be part of a best matching if it costs no more than that.
    """

    delivery_ms: Longs
    courier_ms: Longs


def duals(arcs: Arcs, leave_ms: Longs, chosen: Longs, couriers: int) -> Duals:
    """Return the prices of a best matching, `chosen` (courier per delivery, -1 for none).

    The price of a courier is 0 or less: what the others would save if there were one more.
    They are shortest distances in the residual graph (R. E. Bellman 1958); leaving a delivery
    costs more than all pairs together, as in `assign`, those that were not priced among them.
    """
    cost = np.clip(arcs.cost_ms, -_LARGEST_MS, _LARGEST_MS)
    leave = np.clip(leave_ms, -_LARGEST_MS, _LARGEST_MS)
    leave = leave + 4 * (len(leave) + 1) * _LARGEST_MS
    is_chosen = chosen[arcs.delivery] == arcs.courier
    mine = leave.copy()  # what a delivery pays as it is: its pair, or being left
    mine[arcs.delivery[is_chosen]] = cost[is_chosen]
    step = cost - mine[arcs.delivery]
    courier = np.zeros(couriers + 1, np.int64)  # the last is for "none", row -1: always 0
    # As many rounds as the longest chain of displacements; no chain visits a delivery twice.
    for _ in range(len(leave) + 1):
        best = courier.copy()
        np.minimum.at(best, arcs.courier, step + courier[chosen][arcs.delivery])
        if np.array_equal(best, courier):
            break
        courier = best
    return Duals(mine - courier[chosen], courier[:-1])
