"""Why a delivery got nobody, and the smallest change that would have helped."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dispatch.gaps import Gaps, Longs
from dispatch.insertion import Inserted, cheapest
from dispatch.legs import legs_ms, up_to_s
from dispatch.model import Kind, Load
from dispatch.open_delivery import OpenDelivery
from dispatch.plan import NOBODY, Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.pricing import Pricing
from dispatch.problem import Problem
from dispatch.reasons import BARRING, EXCLUDING, Unserved, WhyNot
from dispatch.schedule import schedule

_TRIED = 3
_EVER_S = 864_000
_SOONEST = {
    "travel_weight": 0,
    "waiting_weight": 0,
    "ride_weight": 0,
    "detour_weight": 0,
    "lateness_weight": 0,
    "fairness_weight": 0,
    "pickup_delay_weight": 1000,
}
"""Weights with which the cheapest insertion is the one that picks up soonest."""


def not_yet(new: OpenDelivery, policy: DispatchPolicy) -> Unassigned | None:
    """Return why a delivery is left for later: it is ready too far ahead. None if it is not."""
    ahead_s = up_to_s(new.pickup_open_ms) - policy.horizon_s
    return Unassigned(new.id, Unserved.NOT_YET, amount=ahead_s) if ahead_s > 0 else None


def unserved(new: OpenDelivery, delivery: int, pricing: Pricing, problem: Problem) -> Unassigned:
    """Return why nobody takes a delivery that was priced.

    Of several reasons the one counts that is nearest to success: somebody who could but is taken,
    then who is only too late, and so on down to who is too far or not there at all.
    """
    routes, why_not = pricing.routes, pricing.why_not[delivery]
    if not routes:
        return Unassigned(new.id, Unserved.NO_COURIERS)
    if pricing.found[delivery]:
        return Unassigned(new.id, Unserved.TAKEN, couriers=len(pricing.found[delivery]))
    too_late = np.flatnonzero(why_not == WhyNot.TOO_LATE)
    if len(too_late):
        about = _look_ahead_needed(pricing, too_late, new)
        return Unassigned(new.id, Unserved.TOO_LATE, len(too_late), *about)
    shift_ends = np.flatnonzero(why_not == WhyNot.SHIFT_ENDS)
    if len(shift_ends):
        about = _overtime_needed(pricing, shift_ends, new, problem)
        return Unassigned(new.id, Unserved.SHIFT_ENDS, len(shift_ends), *about)
    no_capacity = np.flatnonzero(why_not == WhyNot.NO_CAPACITY)
    if len(no_capacity):
        row, room = _room_needed(pricing.gaps, no_capacity, new)
        nearest = routes[row].id
        return Unassigned(new.id, Unserved.NO_CAPACITY, len(no_capacity), nearest, room=room)
    full = int(np.sum(why_not == WhyNot.ROUTE_FULL))
    if full:
        return Unassigned(new.id, Unserved.ROUTE_FULL, couriers=full)
    return _nobody_near(new, why_not, pricing)


def _nobody_near(new: OpenDelivery, why_not: NDArray[np.uint8], pricing: Pricing) -> Unassigned:
    too_far = int(np.sum(why_not == WhyNot.TOO_FAR))
    nearest = pricing.neighbours.nearest(new)
    if nearest is not None:
        away_m, row = nearest
        return Unassigned(new.id, Unserved.TOO_FAR, too_far, pricing.routes[row].id, away_m)
    barred = int(np.sum(np.isin(why_not, [int(code) for code in BARRING])))
    if barred:
        return Unassigned(new.id, Unserved.BARRED, couriers=barred)
    excluded = int(np.sum(np.isin(why_not, [int(code) for code in EXCLUDING])))
    return Unassigned(new.id, Unserved.EXCLUDED, couriers=excluded)


def _look_ahead_needed(pricing: Pricing, rows: Longs, new: OpenDelivery) -> tuple[bytes, int]:
    """Return who could pick up soonest and the look-ahead that it takes: tried, not guessed.

    Nobody and 0 if even that would not do, for a pickup planned later would miss its shift.
    """
    policy = replace(pricing.policy, lookahead_s=_EVER_S, **_SOONEST)
    needed = []
    for row in _soonest(pricing.gaps, rows, new):
        result, _ = cheapest(pricing.routes[row], new, policy)
        if isinstance(result, Inserted):
            needed.append((up_to_s(result.pickup_begin_ms - new.from_ms), row))
    return _least(needed, pricing)


def _overtime_needed(
    pricing: Pricing, rows: Longs, new: OpenDelivery, problem: Problem
) -> tuple[bytes, int]:
    """Return whose shift would have to be longer by the least, and by how much; or nobody and 0."""
    policy = replace(pricing.policy, **_SOONEST)
    needed = []
    for row in _soonest(pricing.gaps, rows, new):
        route = pricing.routes[row]
        result, _ = cheapest(route._replace(shift_end_ms=_EVER_S * 1000), new, policy)
        if isinstance(result, Inserted):
            view, delivery = problem.courier(route.row), problem.delivery(new.row)
            stops = list(view.stops)
            stops.insert(result.pickup_at, delivery.pickup)
            stops.insert(result.dropoff_at, delivery.dropoff)
            # All pickups: one that is behind the end today must not be pushed there again.
            last_ms = max(
                visit.begin_ms
                for stop, visit in zip(stops, schedule(view, stops), strict=True)
                if stop.kind == Kind.PICKUP
            )
            needed.append((up_to_s(last_ms - route.shift_end_ms), row))
    return _least(needed, pricing)


def _least(needed: list[tuple[int, int]], pricing: Pricing) -> tuple[bytes, int]:
    if not needed:
        return NOBODY, 0
    amount, row = min(needed)
    return pricing.routes[row].id, amount


def _soonest(gaps: Gaps, rows: Longs, new: OpenDelivery) -> list[int]:
    """Return the few routes with room that could be at the pickup first, soonest first."""
    at, starts = gaps.of(rows)
    dx, dy = gaps.x_m[at] - new.pickup_x_m, gaps.y_m[at] - new.pickup_y_m
    arrive = gaps.depart_ms[at] + legs_ms(dx, dy, gaps.speed_mm_s[at])
    fits = _missing(gaps, at, new).sum(axis=1) == 0
    first = np.minimum.reduceat(np.where(fits, arrive, np.iinfo(np.int64).max), starts)
    soonest: list[int] = rows[np.argsort(first, kind="stable")[:_TRIED]].tolist()
    return soonest


def _room_needed(gaps: Gaps, rows: Longs, new: OpenDelivery) -> tuple[int, Load]:
    at, starts = gaps.of(rows)
    owner = np.repeat(rows, np.diff(np.append(starts, len(at))))
    missing = _missing(gaps, at, new)
    best = int(np.lexsort((missing[:, 2], missing[:, 1], missing[:, 0]))[0])
    return int(owner[best]), Load(*missing[best].tolist())


def _missing(gaps: Gaps, at: Longs, new: OpenDelivery) -> Longs:
    demand = np.array(new.demand, np.int64)
    missing: Longs = np.maximum(0, gaps.load[at] + demand - gaps.capacity[at])
    return missing
