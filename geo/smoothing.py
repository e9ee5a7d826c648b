"""Smoothed tracks: where many couriers seem to be, from their screened fixes, in one array."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo import kalman
from geo.fix import Fix
from geo.kalman import Floats, Reading, State
from geo.vehicle import Vehicle

STANDING_MPS = 1.0
"""Below this speed nobody is heading anywhere."""

YOUNG_MS = 2500.0

_FIELDS = len(State._fields)
_FIRST_SLOTS = 64

_UNREST = {
    Vehicle.MOTORCYCLE: 1.5,
    Vehicle.CAR: 1.2,
    Vehicle.BICYCLE: 0.4,
    Vehicle.ON_FOOT: 0.1,
}


def unrest_of(vehicle: Vehicle) -> float:
    """Return how a vehicle moves: the spectral density of its acceleration in m²/s³."""
    return _UNREST[vehicle]


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Where somebody seems to be, in degrees; `heading_deg` is None for one who stands."""

    lat: float
    lng: float
    speed_mps: float
    heading_deg: float | None


class Tracks:
    """One track for each slot, a small whole number; all are in one array."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        """Know of nobody."""
        self._state = np.full((_FIELDS, _FIRST_SLOTS), math.nan)

    def forget(self, slot: int) -> None:
        """Know nothing any more of whoever has this slot."""
        if slot < self._state.shape[1]:
            self._state[:, slot] = math.nan

    def begin(self, slot: int, fix: Fix) -> None:
        """Believe this fix, whatever was before."""
        self._hold(slot)
        self._state[:, slot] = kalman.begun(_reading(fix))

    def follow(self, slot: int, fix: Fix, vehicle: Vehicle) -> bool:
        """Take up a fix newer than the last; False, and nothing is, when it is unbelievable."""
        self._hold(slot)
        before = State(*self._state[:, slot].tolist())
        after = kalman.after(before, _reading(fix), _UNREST[vehicle])
        if after is None:
            return False
        self._state[:, slot] = after
        return True

    def follow_many(
        self, slots: NDArray[np.int64], fixes: Reading, owner: NDArray[np.int64], unrest: Floats
    ) -> NDArray[np.bool_]:
        """Take up fixes sorted by `owner` (0 ... m - 1), those of each by time.

        `slots` and `unrest` (length m) are the owners' tracks and vehicles; no two have one slot.
        Return for each owner whether all fixes were believed; the tracks of the others are left as
        they were. The first fixes of all owners go in one pass, then the second ones, and so on.
        """
        believed = np.ones(len(slots), dtype=np.bool_)
        if not len(owner):
            return believed
        self._hold(int(slots.max()))
        state = self._state[:, slots]
        first = np.searchsorted(owner, np.arange(len(slots)))
        count = np.diff(np.append(first, len(owner)))
        for step in range(int(count.max())):
            who = np.flatnonzero(count > step)
            after, far = kalman.after_many(
                State(*state[:, who]), _rows(fixes, first[who] + step), unrest[who]
            )
            state[:, who] = after
            believed[who[far]] = False
        self._state[:, slots[believed]] = state[:, believed]
        return believed

    def of(self, slot: int) -> Smoothed | None:
        """Return where whoever has this slot seems to be; None where nothing is known.

        The track is straight: beyond a pole or the antimeridian it is brought back on to the globe.
        """
        if slot >= self._state.shape[1]:
            return None
        t_ms, _since_ms, lat, lng, north, east, *_ = self._state[:, slot].tolist()
        if math.isnan(t_ms):
            return None
        speed = math.hypot(north, east)
        heading = math.degrees(math.atan2(east, north)) % 360.0 if speed >= STANDING_MPS else None
        return Smoothed(max(-90.0, min(lat, 90.0)), (lng + 180.0) % 360.0 - 180.0, speed, heading)

    def is_young(self, slot: int) -> bool:
        """Tell whether a track rests on one or two fixes: they may be wrong as well as the next."""
        if slot >= self._state.shape[1]:
            return True
        t_ms, since_ms = self._state[:2, slot].tolist()
        return not t_ms - since_ms > YOUNG_MS

    def _hold(self, slot: int) -> None:
        held = self._state.shape[1]
        if slot >= held:
            grown = np.full((_FIELDS, max(slot + 1, 2 * held)), math.nan)
            grown[:, :held] = self._state
            self._state = grown


def _reading(fix: Fix) -> Reading:
    unknown = math.nan
    return Reading(
        float(fix.t_ms),
        fix.lat,
        fix.lng,
        unknown if fix.speed_mps is None else fix.speed_mps,
        unknown if fix.heading_deg is None else fix.heading_deg,
        unknown if fix.accuracy_m is None else fix.accuracy_m,
    )


def _rows(fixes: Reading, rows: NDArray[np.int64]) -> Reading:
    return Reading(
        fixes.t_ms[rows],
        fixes.lat[rows],
        fixes.lng[rows],
        fixes.speed_mps[rows],
        fixes.heading_deg[rows],
        fixes.accuracy_m[rows],
    )
