"""What others do in a tick: dense NumPy and SciPy, and cells of h3-py with SciPy."""

import math
import time
from collections import defaultdict

import h3
import numpy as np
from scipy.optimize import linear_sum_assignment

from dispatch.tick.corridor import Fleet, Wanted, insertion_ms

_EVER_MS = 2 * 10**9
_RESOLUTION, _RINGS = 9, 4
_METRES_PER_DEGREE = 111_195.0
_LAT, _LNG = 41.15, -8.61
_FAR_MS = 1e12


def straight(fleet: Fleet, wanted: Wanted) -> np.ndarray:
    """Return all costs of the ways to pickups, whole milliseconds, by NumPy."""
    dx = np.subtract.outer(fleet.x_m[:, 0], wanted.x_m)
    dy = np.subtract.outer(fleet.y_m[:, 0], wanted.y_m)
    costs: np.ndarray = np.ceil(np.sqrt(dx * dx + dy * dy) * fleet.ms_per_m[:, None])
    return costs


def inserted(fleet: Fleet, wanted: Wanted) -> np.ndarray:
    """Return all costs of insertions into routes; with our kernel, for NumPy takes minutes."""
    costs = np.empty((len(fleet.size), len(wanted.row)))
    for courier in range(len(fleet.size)):
        for k in range(len(wanted.row)):
            costs[courier, k] = insertion_ms(fleet, wanted, courier, k, _EVER_MS)
    return costs


def dense_ms(fleet: Fleet, wanted: Wanted, costs: np.ndarray | None) -> tuple[float, int]:
    """Return how long the dense way takes, and the least sum of costs.

    Without `costs` those of straight ways are worked out, which counts; given ones do not.
    """
    began = time.perf_counter()
    matrix = straight(fleet, wanted) if costs is None else costs
    rows, columns = linear_sum_assignment(matrix)
    took_ms = (time.perf_counter() - began) * 1000
    return took_ms, int(matrix[rows, columns].sum())


def h3_ms(fleet: Fleet, wanted: Wanted) -> float:
    """Return how long it takes with cells: couriers in buckets, rings around pickups, SciPy."""
    couriers = [_place(x, y) for x, y in zip(fleet.x_m[:, 0], fleet.y_m[:, 0], strict=True)]
    pickups = [_place(x, y) for x, y in zip(wanted.x_m, wanted.y_m, strict=True)]
    began = time.perf_counter()
    buckets: dict[str, list[int]] = defaultdict(list)
    for row, place in enumerate(couriers):
        buckets[h3.latlng_to_cell(*place, _RESOLUTION)].append(row)
    matrix = np.full((len(couriers), len(pickups)), _FAR_MS)
    for column, place in enumerate(pickups):
        cell = h3.latlng_to_cell(*place, _RESOLUTION)
        near = [row for one in h3.grid_disk(cell, _RINGS) for row in buckets.get(one, ())]
        dx, dy = fleet.x_m[near, 0] - wanted.x_m[column], fleet.y_m[near, 0] - wanted.y_m[column]
        matrix[near, column] = np.sqrt(dx * dx + dy * dy) * fleet.ms_per_m[near]
    linear_sum_assignment(matrix)
    return (time.perf_counter() - began) * 1000


def _place(x_m: float, y_m: float) -> tuple[float, float]:
    lng_m = _METRES_PER_DEGREE * math.cos(math.radians(_LAT))
    return _LAT + y_m / _METRES_PER_DEGREE, _LNG + x_m / lng_m
