"""Arrivals: who has reached one of their own stops, told by their fixes.

A courier has arrived who stays within reach of a stop for a moment, by the times of the fixes:
riding past is no arrival, and fixes that come late tell the same.
"""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from geo import fences
from geo.cover import Pairs
from geo.fences import Crossing
from tracking.facts import Fact, What
from tracking.fleet import LiveCourier
from tracking.sightings import Sightings

REACH_M = 60.0
STAY_MS = 15_000


def has_stops(courier: LiveCourier) -> bool:
    """Tell whether a courier may arrive anywhere."""
    return bool(courier.stops)


class Arrivals:
    """Who stays at which of their stops."""

    def __init__(self) -> None:
        """Know of nobody."""
        self._stays = fences.nobody()
        self._number_of: dict[UUID, int] = {}
        self._stop_of: dict[int, UUID] = {}
        self._next = 0

    def take(self, seen: Sightings) -> list[Fact]:
        """Return the arrivals that fixes show; of fixes of couriers with stops, newer than any."""
        stops = [
            (place, stop) for place, courier in enumerate(seen.couriers) for stop in courier.stops
        ]
        found = fences.near(
            seen.lat,
            seen.lng,
            seen.owner,
            np.array([place for place, _ in stops], dtype=np.int64),
            np.array([(stop.lat, stop.lng) for _, stop in stops], dtype=np.float64),
            REACH_M,
        )
        numbers = np.array([self._number(stop.stop_id) for _, stop in stops], dtype=np.int64)
        inside = Pairs(found.place, numbers[found.area])
        crossed, self._stays = fences.cross(
            seen.who, seen.owner, seen.t_ms, inside, self._stays, STAY_MS
        )
        arrived = crossed.kind == Crossing.DWELL
        rows = zip(
            crossed.owner[arrived].tolist(),
            crossed.fence[arrived].tolist(),
            crossed.since_ms[arrived].tolist(),
            strict=True,
        )
        told = [
            Fact(What.STOP_REACHED, seen.couriers[owner].id, self._stop_of[stop], since_ms)
            for owner, stop, since_ms in rows
        ]
        self._forget_unused()
        return told

    def forget(self, couriers: Sequence[LiveCourier]) -> None:
        """Forget where couriers stay, who have no stops any more: coming again is news."""
        gone = [courier.ref for courier in couriers]
        self._stays = self._stays.some(~np.isin(self._stays.who, gone))

    def _number(self, stop_id: UUID) -> int:
        number = self._number_of.get(stop_id)
        if number is None:
            number, self._next = self._next, self._next + 1
            self._number_of[stop_id], self._stop_of[number] = number, stop_id
        return number

    def _forget_unused(self) -> None:
        """Keep the numbers of stops where somebody is; others get a new one when they are."""
        used = set(self._stays.fence.tolist())
        self._stop_of = {number: self._stop_of[number] for number in used}
        self._number_of = {stop_id: number for number, stop_id in self._stop_of.items()}
