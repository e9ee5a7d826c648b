"""Random couriers and deliveries in the plane for matchings, and their costs worked out slowly."""

import math
from itertools import combinations_with_replacement, pairwise

import numpy as np

from dispatch.tick.corridor import Fleet, Wanted, insertion_ms, make_fleet, sort_by_cell

EVER = 2 * 10**9


def situation(
    seed: int, couriers: int, deliveries: int, *, geometry: bool = False, clustered: bool = False
) -> tuple[Fleet, Wanted]:
    """Return couriers with up to four stops, and deliveries; in one spot or all over."""
    rng = np.random.default_rng(seed)

    def places(many: int, spread: float = 5000.0) -> np.ndarray:
        if not clustered:
            return rng.uniform(-spread, spread, (many, 2))
        middles = rng.uniform(-spread, spread, (3, 2))
        return middles[rng.integers(0, 3, many)] + rng.normal(0, 300, (many, 2))

    size = np.ones(couriers, np.int64) if geometry else rng.integers(1, 6, couriers)
    route = places(couriers * 5).reshape(couriers, 5, 2)
    fleet = make_fleet(
        np.ascontiguousarray(route[:, :, 0]),
        np.ascontiguousarray(route[:, :, 1]),
        size,
        rng.choice([170.0, 250.0], couriers),
    )
    pickup = places(deliveries)
    dropoff = pickup + rng.normal(0, 900, (deliveries, 2))
    wanted = sort_by_cell(pickup[:, 0], pickup[:, 1], dropoff[:, 0], dropoff[:, 1])
    if geometry:
        wanted = wanted._replace(direct_m=np.full(deliveries, -1.0))
    return fleet, wanted


def slow_ms(fleet: Fleet, wanted: Wanted, courier: int, k: int) -> int:
    """Return what a delivery adds to a route, trying every pair of places."""
    size, per_m = int(fleet.size[courier]), float(fleet.ms_per_m[courier])
    route = [(float(fleet.x_m[courier, at]), float(fleet.y_m[courier, at])) for at in range(size)]
    p = (float(wanted.x_m[k]), float(wanted.y_m[k]))
    if wanted.direct_m[k] < 0:
        return math.ceil(math.dist(route[0], p) * per_m)
    q = (float(wanted.to_x_m[k]), float(wanted.to_y_m[k]))

    def length(places: list[tuple[float, float]]) -> float:
        return sum(math.dist(a, b) for a, b in pairwise(places))

    best = min(
        length([*route[: i + 1], p, *route[i + 1 : j + 1], q, *route[j + 1 :]])
        for i, j in combinations_with_replacement(range(size), 2)
    )
    return math.ceil((best - length(route)) * per_m - 1e-6)


def dense(fleet: Fleet, wanted: Wanted) -> np.ndarray:
    costs = np.zeros((len(fleet.size), len(wanted.row)), np.int64)
    for courier in range(len(fleet.size)):
        for k, row in enumerate(wanted.row.tolist()):
            costs[courier, row] = insertion_ms(fleet, wanted, courier, k, EVER)
    return costs
