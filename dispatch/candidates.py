"""Which couriers are worth trying for a delivery, and a named reason for everyone else."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.open_delivery import OpenDelivery
from dispatch.open_route import OpenRoute
from dispatch.policy import DispatchPolicy
from dispatch.reasons import WhyNot
from geo.grid import Grid

_SMALLEST_BUCKET_M = 50.0


@dataclass(frozen=True, slots=True)
class Reach:
    """Couriers to look at (`rows`, ascending), and one code per courier (0 = looked at)."""

    rows: NDArray[np.int64]
    why_not: NDArray[np.uint8]


class Neighbours:
    """The open routes in a planar grid, by every place from which a pickup could be next.

    A courier is near when the position, or a stop still ahead, is near: who has a route is not
    found by the position alone.
    """

    def __init__(self, routes: tuple[OpenRoute, ...], policy: DispatchPolicy) -> None:
        """Index the routes; couriers excluded from the start keep their reason."""
        self._policy = policy
        self._row_of_id = {route.id: row for row, route in enumerate(routes)}
        self._excluded = np.array([route.excluded for route in routes], np.uint8)
        places = [
            (row, route.x_m[node], route.y_m[node])
            for row, route in enumerate(routes)
            if not route.excluded
            for node in range(route.pinned, route.nodes)
        ]
        self._places = np.array(places, np.int64).reshape(-1, 3)
        self._row_of_node = [row for row, _, _ in places]
        self._grid = Grid(_bucket_m(places))
        for node, (_, x_m, y_m) in enumerate(places):
            self._grid.put(node, x_m, y_m)
        soon = [
            (row, route.x_m[-1], route.y_m[-1])
            for row, route in enumerate(routes)
            if not route.excluded and route.free_ms <= policy.soon_free_s * 1000
        ]
        self._soon = np.array(soon, np.int64).reshape(-1, 3)

    def reach(self, new: OpenDelivery, *, everyone: bool = False) -> Reach:
        """Return the nearest couriers and those soon free, or everyone within the radius."""
        barred = self._barred_rows(new)
        if everyone or np.count_nonzero(self._excluded == 0) <= self._policy.nearest:
            found, complete = self._inside(self._places, new) - barred.keys(), True
        else:
            found, complete = self._near(new, barred)
        unseen = WhyNot.TOO_FAR if complete else WhyNot.NOT_NEAR
        why_not = np.where(self._excluded == 0, np.uint8(unseen), self._excluded)
        for row, reason in barred.items():
            why_not[row] = self._excluded[row] or reason
        rows = np.array(sorted(found), np.int64)
        why_not[rows] = WhyNot.NOTHING
        return Reach(rows, why_not)

    def nearest(self, new: OpenDelivery) -> tuple[int, int] | None:
        """Return (metres, rounded up, row) of the nearest courier not barred, however far."""
        barred = self._barred_rows(new)
        k = 1
        while True:
            near = self._grid.nearest(new.pickup_x_m, new.pickup_y_m, k, math.inf)
            for away_m, node in near:
                if self._row_of_node[node] not in barred:
                    return math.ceil(away_m), self._row_of_node[node]
            if len(near) < k:
                return None
            k *= 4

    def _barred_rows(self, new: OpenDelivery) -> dict[int, WhyNot]:
        known = self._row_of_id
        return {known[id_]: why for id_, why in new.barred.items() if id_ in known}

    def _near(self, new: OpenDelivery, barred: dict[int, WhyNot]) -> tuple[set[int], bool]:
        """Return the nearest few and the soon free, and whether nobody else is in the radius."""
        wanted, most = self._policy.nearest, len(self._row_of_node)
        k = min(most, 2 * (wanted + len(barred)))
        while True:
            found = self._grid.nearest(new.pickup_x_m, new.pickup_y_m, k, self._policy.radius_m)
            rows = dict.fromkeys(self._row_of_node[node] for _, node in found)
            near = [row for row in rows if row not in barred]
            complete = len(found) < k or k >= most
            if complete and len(near) <= wanted:
                return set(near), True
            if len(near) >= wanted:
                soon = self._inside(self._soon, new) - barred.keys()
                return {*near[:wanted], *soon}, False
            k = min(most, 2 * k)

    def _inside(self, places: NDArray[np.int64], new: OpenDelivery) -> set[int]:
        dx, dy = places[:, 1] - new.pickup_x_m, places[:, 2] - new.pickup_y_m
        inside = dx * dx + dy * dy <= self._policy.radius_m**2
        return set(places[inside, 0].tolist())


def _bucket_m(places: list[tuple[int, int, int]]) -> float:
    """Return about the distance between neighbours, as if they were spread evenly."""
    if not places:
        return _SMALLEST_BUCKET_M
    wide_m = max(x for _, x, _ in places) - min(x for _, x, _ in places)
    high_m = max(y for _, _, y in places) - min(y for _, _, y in places)
    return max(_SMALLEST_BUCKET_M, math.sqrt(wide_m * high_m / len(places)))
