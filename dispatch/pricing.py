"""Pricing: true insertion costs for the pairs worth it, and a reason for every other pair."""

from bisect import insort

import numpy as np
from numpy.typing import NDArray

from dispatch.bound import bounds
from dispatch.candidates import Neighbours, Reach
from dispatch.gaps import Longs, gaps_of
from dispatch.insertion import Inserted, cheapest
from dispatch.open_delivery import OpenDelivery
from dispatch.open_route import OpenRoute
from dispatch.policy import DispatchPolicy
from dispatch.reasons import WhyNot

_UNLIMITED = np.iinfo(np.int64).max
_NO_BOUNDS = (np.empty(0, np.int64), np.empty(0, np.int64))


class Pricing:
    """The priced pairs of one tick; deliveries and couriers are named by row, in id order.

    `found[delivery]` maps couriers to their cheapest insertion; `why_not[delivery]` has one code
    per courier, 0 for those found.
    """

    def __init__(
        self,
        routes: tuple[OpenRoute, ...],
        deliveries: tuple[OpenDelivery, ...],
        policy: DispatchPolicy,
    ) -> None:
        """Index the routes; nothing is priced yet."""
        self.routes, self.policy, self._deliveries = routes, policy, deliveries
        self.gaps = gaps_of(routes, policy)
        self.neighbours = Neighbours(routes, policy)
        self.found: list[dict[int, Inserted]] = [{} for _ in deliveries]
        self.why_not: list[NDArray[np.uint8]] = [np.empty(0, np.uint8) for _ in deliveries]
        self._bounds: list[tuple[Longs, Longs]] = [_NO_BOUNDS for _ in deliveries]
        self.reached = self.bounded = self.priced = self.positions = 0

    def look(self, delivery: int) -> None:
        """Price the couriers that can be among the `keep` cheapest of those in reach.

        Couriers are taken by their lower bound; once that exceeds the costs kept, nobody who
        follows can be cheaper. If nobody can take the delivery, everyone within the radius is
        tried.
        """
        self._bound(delivery, self.neighbours.reach(self._deliveries[delivery]))
        rows, least_ms = self._bounds[delivery]
        keep, kept = self.policy.keep, list[int]()
        order = np.lexsort((rows, least_ms))
        for row, least in zip(rows[order].tolist(), least_ms[order].tolist(), strict=True):
            if len(kept) >= keep and least > kept[keep - 1]:
                break
            inserted = self._price(delivery, row)
            if inserted is not None:
                insort(kept, inserted.total_ms)
        if not kept:
            self.look_further(delivery)
            self.price_up_to(delivery, np.full(len(self.routes), _UNLIMITED, np.int64))

    def look_further(self, delivery: int) -> None:
        """Bring everyone within the radius into reach."""
        self._bound(delivery, self.neighbours.reach(self._deliveries[delivery], everyone=True))

    def price_up_to(self, delivery: int, limits_ms: Longs) -> bool:
        """Price those in reach whose bound is within their limit (one per courier).

        Tell whether there was anybody who could take the delivery among them.
        """
        rows, least_ms = self._bounds[delivery]
        open_rows = rows[least_ms <= limits_ms[rows]]
        open_rows = open_rows[self.why_not[delivery][open_rows] == WhyNot.COSTLIER]
        return any([self._price(delivery, row) is not None for row in open_rows.tolist()])

    def _bound(self, delivery: int, reach: Reach) -> None:
        """Bound who is new in reach; those not ruled out are COSTLIER until they are priced."""
        known, rows = self.why_not[delivery], reach.rows
        fresh = rows
        if len(known):
            fresh = rows[np.isin(known[rows], (WhyNot.NOT_NEAR, WhyNot.TOO_FAR))]
            reach.why_not[rows] = known[rows]
        self.why_not[delivery] = reach.why_not
        self.reached += len(fresh)
        if not len(fresh):
            return
        least_ms, why_not = bounds(self.gaps, fresh, self._deliveries[delivery], self.policy)
        may = why_not == WhyNot.NOTHING
        self.bounded += int(may.sum())
        reach.why_not[fresh] = np.where(may, WhyNot.COSTLIER, why_not)
        old_rows, old_ms = self._bounds[delivery]
        self._bounds[delivery] = (
            np.concatenate([old_rows, fresh[may]]),
            np.concatenate([old_ms, least_ms[may]]),
        )

    def _price(self, delivery: int, row: int) -> Inserted | None:
        result, pairs = cheapest(self.routes[row], self._deliveries[delivery], self.policy)
        self.priced += 1
        self.positions += pairs
        if isinstance(result, WhyNot):
            self.why_not[delivery][row] = result
            return None
        self.found[delivery][row] = result
        self.why_not[delivery][row] = WhyNot.NOTHING
        return result
