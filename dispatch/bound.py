"""The least an insertion can cost, for one delivery and many couriers at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.gaps import Gaps, Longs
from dispatch.legs import legs_ms
from dispatch.open_delivery import OpenDelivery
from dispatch.policy import DispatchPolicy
from dispatch.reasons import WhyNot

_NEVER = np.iinfo(np.int64).max // 4


class Bounds(NamedTuple):
    """Per courier asked for: a lower bound of the cost, and why there is none (0 = there is)."""

    least_ms: Longs
    why_not: NDArray[np.uint8]


class _Ends(NamedTuple):
    """Per gap: legs from its node and from the next to a place of the new delivery."""

    here: Longs
    onward: Longs


class _Pickup(NamedTuple):
    """Per gap: the new pickup put there; `push` is how much later the next node is reached."""

    wait: Longs
    begin: Longs
    done: Longs
    push: Longs


def bounds(gaps: Gaps, rows: Longs, new: OpenDelivery, policy: DispatchPolicy) -> Bounds:
    """Return bounds for the routes in `rows` (ascending): never above the true cheapest cost.

    A reason given is one that `cheapest` would give; it may still find one where there is none
    here. A route that is full has that reason and no other.
    """
    at, starts = gaps.of(rows)
    to_pickup = _legs(gaps, at, new.pickup_x_m, new.pickup_y_m)
    arrive = gaps.depart_ms[at] + to_pickup.here
    begin = np.maximum(arrive, new.pickup_open_ms)
    done = begin + new.pickup_service_ms
    push = np.maximum(0, done + to_pickup.onward - gaps.depart_ms[at] - gaps.leg_ms[at])
    pickup = _Pickup(begin - arrive, begin, done, push)

    fits = np.all(gaps.load[at] + np.array(new.demand, np.int64) <= gaps.capacity[at], axis=1)
    in_shift = fits & (begin <= gaps.shift_end_ms[at])
    in_time = in_shift & (begin <= new.from_ms + policy.lookahead_s * 1000)
    why_not = np.select(
        [
            gaps.full[rows],
            ~np.logical_or.reduceat(fits, starts),
            ~np.logical_or.reduceat(in_shift, starts),
            ~np.logical_or.reduceat(in_time, starts),
        ],
        [WhyNot.ROUTE_FULL, WhyNot.NO_CAPACITY, WhyNot.SHIFT_ENDS, WhyNot.TOO_LATE],
        WhyNot.NOTHING,
    ).astype(np.uint8)

    first, last, pair_starts = gaps.pairs_of(rows, starts)
    least = _pairs_ms(gaps, at, first, last, to_pickup, pickup, new, policy)
    least = np.where(in_time[first], least, _NEVER)
    return Bounds(np.minimum.reduceat(least, pair_starts) + gaps.fixed_ms[rows], why_not)


def _pairs_ms(
    gaps: Gaps,
    at: Longs,
    first: Longs,
    last: Longs,
    to_pickup: _Ends,
    pickup: _Pickup,
    new: OpenDelivery,
    policy: DispatchPolicy,
) -> Longs:
    """Bound each pair: the pickup in gap `first`, the dropoff in gap `last`, as places in `at`.

    Travel is exact. Later stops move at least by the delay less all waiting that can swallow it,
    so that times at and behind the dropoff are lower bounds.
    """
    to_dropoff = _legs(gaps, at, new.dropoff_x_m, new.dropoff_y_m)
    ride_x, ride_y = new.dropoff_x_m - new.pickup_x_m, new.dropoff_y_m - new.pickup_y_m
    direct = legs_ms(np.array(ride_x), np.array(ride_y), gaps.speed_mm_s[at])
    leg, wait, depart = gaps.leg_ms[at], gaps.wait_ms[at], gaps.depart_ms[at]
    same, at_end = first == last, gaps.is_last[at][last]

    moved = np.maximum(0, pickup.push[first] - wait[first] + wait[last])
    reach_door = np.where(
        same, pickup.done[first] + direct[first], depart[last] + moved + to_dropoff.here[last]
    )
    at_door = np.maximum(reach_door, new.dropoff_open_ms)
    rejoin = at_door + new.dropoff_service_ms + to_dropoff.onward[last]
    moved_behind = np.maximum(0, rejoin - depart[last] - leg[last] - wait[last])
    travel = to_pickup.here[first] + np.where(
        same,
        direct[first],
        to_pickup.onward[first] - leg[first] + to_dropoff.here[last],
    )
    travel += np.where(at_end, 0, to_dropoff.onward[last] - leg[last])
    late = np.maximum(0, pickup.begin[first] - new.pickup_due_ms)
    late += np.maximum(0, at_door - new.dropoff_due_ms)

    def moved_by(behind: Longs) -> Longs:
        count = behind[at]
        by: Longs = moved * (count[first] - count[last]) + moved_behind * count[last]
        return by

    moved_pickups, moved_dropoffs = moved_by(gaps.pickups), moved_by(gaps.dropoffs)
    cost: Longs = (
        travel * policy.travel_weight
        + (pickup.wait[first] - wait[first]) * policy.waiting_weight
        + (pickup.begin[first] - new.from_ms + moved_pickups) * policy.pickup_delay_weight
        + (at_door - pickup.begin[first]) * policy.ride_weight
        + (moved_dropoffs - moved_pickups) * policy.detour_weight
        + (late + moved_by(gaps.late)) * policy.lateness_weight
    ) // 1000
    return cost


def _legs(gaps: Gaps, at: Longs, x_m: int, y_m: int) -> _Ends:
    speed = gaps.speed_mm_s[at]
    here = legs_ms(gaps.x_m[at] - x_m, gaps.y_m[at] - y_m, speed)
    return _Ends(here, legs_ms(gaps.next_x_m[at] - x_m, gaps.next_y_m[at] - y_m, speed))
