"""Smoothing on the published noise model: how much nearer to the truth, which jumps are found.

The fixes of each ride go through the realtime program's own judging, tick by tick: screening, then
the filter. Nothing is tuned on the seeds measured here.
"""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from benchmarks.tracking import noise
from benchmarks.tracking.noise import PLANE, Receiver, Seen, Segment
from geo.point import Point
from geo.vehicle import Vehicle
from tracking.fleet import Fleet, LiveCourier
from tracking.phones import judge
from tracking.plans import CourierPlan, CourierState

SEED = 2026
SEGMENTS = 16
RECEIVERS = {
    "as published": Receiver(),
    "a fix each 3 s": Receiver(interval_s=3),
    "no speed, no heading": Receiver(tells_velocity=False),
    "error kept for 20 s": Receiver(correlation_s=20.0),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How one kind of phone fared; ratios are RMSE smoothed over raw, in segments without jumps.

    `true_moves_dropped` counts honest fixes after a gap that were refused.
    """

    receiver: str
    fixes: int
    raw_rmse_m: float
    ratio: float
    worst_ratio: float
    worst_segment: str
    jumps: int
    jump_recall: float
    jump_precision: float
    true_moves: int
    true_moves_dropped: int


@dataclass(slots=True)
class _Sums:
    raw_m2: float = 0.0
    smoothed_m2: float = 0.0
    fixes: int = 0

    def ratio(self) -> float:
        return math.sqrt(self.smoothed_m2 / self.raw_m2)


@dataclass(frozen=True, slots=True)
class _Outcome:
    seen: Seen
    is_refused: bool
    shown: Point


def measure(rides: int, seed: int = SEED) -> list[Figures]:
    """Return the figures of each kind of phone, over so many rides of each vehicle."""
    return [figures(name, one, rides, seed) for name, one in RECEIVERS.items()]


def figures(name: str, receiver: Receiver, rides: int, seed: int) -> Figures:
    """Ride with each vehicle, and compare what is shown with the truth."""
    rng = random.Random(seed)
    outcomes = [
        outcome
        for vehicle in Vehicle
        for _ in range(rides)
        for outcome in _ridden(vehicle, list(noise.ride(rng, vehicle, SEGMENTS, receiver)))
    ]
    by_kind = _by_kind(outcomes)
    worst = max(by_kind, key=lambda kind: by_kind[kind].ratio())
    every = _Sums()
    for sums in by_kind.values():
        every.raw_m2 += sums.raw_m2
        every.smoothed_m2 += sums.smoothed_m2
        every.fixes += sums.fixes
    refused = [one for one in outcomes if one.is_refused]
    jumps = sum(one.seen.is_jump for one in outcomes)
    found = sum(one.seen.is_jump for one in refused)
    moves = [one for one in outcomes if one.seen.follows_gap and not one.seen.is_jump]
    return Figures(
        name,
        len(outcomes),
        math.sqrt(every.raw_m2 / every.fixes),
        every.ratio(),
        by_kind[worst].ratio(),
        worst.value,
        jumps,
        found / jumps,
        found / len(refused),
        len(moves),
        sum(one.is_refused for one in moves),
    )


def _ridden(vehicle: Vehicle, seen: Sequence[Seen]) -> list[_Outcome]:
    """Judge a ride; a segment's number is made unique to jumps: -1 for one that has any."""
    fleet, found = Fleet(), list[_Outcome]()
    plan = CourierPlan(UUID(int=1), "Anna", vehicle, CourierState.CARRYING, ())
    courier: LiveCourier = fleet.apply(plan)
    jumpy = {one.segment for one in seen if one.is_jump}
    for one in seen:
        t_ms = one.fix.t_ms
        refusal = judge(courier, fleet, one.fix, noise.START_MS // 1000, t_ms, t_ms)
        at = courier.position
        shown = noise.MIDDLE if at is None else Point(at.lat, at.lng)
        told = replace(one, segment=-1) if one.segment in jumpy else one
        found.append(_Outcome(told, refusal is not None, shown))
    return found


def _by_kind(outcomes: Sequence[_Outcome]) -> dict[Segment, _Sums]:
    found: dict[Segment, _Sums] = defaultdict(_Sums)
    for one in outcomes:
        if one.seen.segment >= 0:
            sums, seen = found[one.seen.kind], one.seen
            sums.raw_m2 += _off_m2(seen, Point(seen.fix.lat, seen.fix.lng))
            sums.smoothed_m2 += _off_m2(seen, one.shown)
            sums.fixes += 1
    return found


def _off_m2(seen: Seen, place: Point) -> float:
    east_m, north_m = PLANE.xy_of(place)
    return (east_m - seen.east_m) ** 2 + (north_m - seen.north_m) ** 2
