"""Generated couriers and deliveries in the plane, evenly spread or in quarters; their changes."""

from typing import NamedTuple

import numpy as np

from dispatch.tick.corridor import Fleet, Wanted, make_fleet, sort_by_cell

STOPS = 4
_MS_PER_M = 200.0
_RIDE_M = 1200.0
_PER_KM2 = 8.0
"""Couriers per square kilometre: the city grows with them."""
_QUARTERS = 12


class Plane(NamedTuple):
    """A city at one instant: `place` [c, 1 + stops, 2], `pickup` and `dropoff` [d, 2], metres."""

    place: np.ndarray
    pickup: np.ndarray
    dropoff: np.ndarray
    half_m: float
    clustered: bool
    geometry: bool


def plane(
    couriers: int, deliveries: int, *, clustered: bool, geometry: bool, rng: np.random.Generator
) -> Plane:
    """Return a city of its size; couriers have four stops unless only geometry counts."""
    half_m = 500 * float(np.sqrt(couriers / _PER_KM2))
    empty = Plane(np.empty(0), np.empty(0), np.empty(0), half_m, clustered, geometry)
    place = _routes(empty, couriers, rng)
    pickup, dropoff = _pairs(empty, deliveries, rng)
    return empty._replace(place=place, pickup=pickup, dropoff=dropoff)


def changed(before: Plane, rng: np.random.Generator) -> tuple[Plane, np.ndarray, np.ndarray]:
    """Return the city a moment later and marks: 5 % of couriers moved, 2 % of orders are new."""
    couriers, deliveries = len(before.place), len(before.pickup)
    moved, gone = np.zeros(couriers, np.int64), np.zeros(deliveries, np.int64)
    moved[rng.choice(couriers, max(1, couriers // 20), replace=False)] = 1
    gone[rng.choice(deliveries, max(1, deliveries // 50), replace=False)] = 1
    place, pickup, dropoff = before.place.copy(), before.pickup.copy(), before.dropoff.copy()
    place[moved == 1, 0] += rng.normal(0, 100, (int(moved.sum()), 2))
    pickup[gone == 1], dropoff[gone == 1] = _pairs(before, int(gone.sum()), rng)
    return before._replace(place=place, pickup=pickup, dropoff=dropoff), moved, gone


def fleet_of(city: Plane) -> Fleet:
    """Return the couriers as kernels read them."""
    couriers, places, _ = city.place.shape
    return make_fleet(
        np.ascontiguousarray(city.place[:, :, 0]),
        np.ascontiguousarray(city.place[:, :, 1]),
        np.full(couriers, places, np.int64),
        np.full(couriers, _MS_PER_M),
    )


def wanted_of(city: Plane, only: np.ndarray | None = None) -> Wanted:
    """Return the deliveries as kernels read them, or those marked only."""
    rows = np.arange(len(city.pickup)) if only is None else np.flatnonzero(only)
    pickup, dropoff = city.pickup[rows], city.dropoff[rows]
    wanted = sort_by_cell(pickup[:, 0], pickup[:, 1], dropoff[:, 0], dropoff[:, 1])
    if city.geometry:
        wanted = wanted._replace(direct_m=np.full(len(rows), -1.0))
    return wanted._replace(row=rows[wanted.row])


def _routes(city: Plane, couriers: int, rng: np.random.Generator) -> np.ndarray:
    start = _spread(city, couriers, rng)
    if city.geometry:
        return start[:, None, :]
    legs = rng.normal(0, _RIDE_M / 2, (couriers, STOPS, 2))
    return np.concatenate([start[:, None, :], start[:, None, :] + legs.cumsum(axis=1)], axis=1)


def _pairs(city: Plane, deliveries: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    pickup = _spread(city, deliveries, rng)
    return pickup, pickup + rng.normal(0, _RIDE_M, (deliveries, 2))


def _spread(city: Plane, many: int, rng: np.random.Generator) -> np.ndarray:
    half = city.half_m
    if not city.clustered:
        return rng.uniform(-half, half, (many, 2))
    # The same quarters for couriers and deliveries, whatever was drawn before.
    middles = np.random.default_rng(_QUARTERS).uniform(-half, half, (_QUARTERS, 2))
    return middles[rng.integers(0, _QUARTERS, many)] + rng.normal(0, half / 10, (many, 2))
