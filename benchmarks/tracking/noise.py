"""The published noise model: rides whose truth is known, and what a phone's receiver makes of them.

A ride is a sequence of segments: open streets, street canyons, tunnels, stop-and-go, stops. The
error of a fix is a white part and a correlated one, a first-order Gauss-Markov process as in J.
Rankin, "GPS and differential GPS: an error model for sensor simulation" (PLANS 1994); in a canyon
both are larger. Now and then a few fixes in a row are somewhere else altogether, and say that they
are accurate. The figures are in docs/benchmarks/tracking.md.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from geo.fix import Fix
from geo.point import Plane, Point
from geo.vehicle import Vehicle

START_MS = 1_790_000_000_000
MIDDLE = Point(41.31, 69.28)


class Segment(StrEnum):
    """What a courier rides through."""

    OPEN = "open street"
    CANYON = "street canyon"
    TUNNEL = "tunnel"
    CRAWL = "stop and go"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Receiver:
    """The errors of a phone: standard deviations per axis, metres unless the name says otherwise.

    `correlation_s` is the time after which the correlated error has forgotten 63 % of itself.
    """

    white_m: float = 1.5
    correlated_m: float = 3.0
    correlation_s: float = 6.0
    canyon_times: float = 3.0
    velocity_mps: float = 0.3
    tells_velocity: bool = True
    interval_s: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """A fix beside the truth: metres east and north, and where it came about.

    `segment` counts the segments of the ride; `follows_gap` says that there was none for a while.
    """

    fix: Fix
    east_m: float
    north_m: float
    kind: Segment
    segment: int
    is_jump: bool
    follows_gap: bool


_CRUISE_MPS = {
    Vehicle.MOTORCYCLE: (8.0, 16.0),
    Vehicle.CAR: (8.0, 17.0),
    Vehicle.BICYCLE: (4.0, 7.0),
    Vehicle.ON_FOOT: (1.1, 1.8),
}
_ACCELERATION_MPS2 = {
    Vehicle.MOTORCYCLE: 2.5,
    Vehicle.CAR: 2.0,
    Vehicle.BICYCLE: 1.0,
    Vehicle.ON_FOOT: 0.8,
}
_LASTS_S = {
    Segment.OPEN: (60, 150),
    Segment.CANYON: (40, 100),
    Segment.TUNNEL: (75, 105),
    Segment.CRAWL: (60, 120),
    Segment.STOP: (60, 180),
}
_HIDDEN_SHARE = 0.4
"""So much of a tunnel segment is under ground, the rest the street after it."""
_JUMPY_SHARE = 0.25
"""So many segments have jumps, about one in thirty fixes."""
_JUMP_CHANCE = 0.015
_JUMP_M = (100.0, 3000.0)
_SLOW_MPS = 0.7
"""Below this speed a receiver does not tell where it is heading."""
PLANE = Plane(MIDDLE)


def ride(rng: random.Random, vehicle: Vehicle, segments: int, receiver: Receiver) -> Iterator[Seen]:
    """Yield the fixes of a ride through so many segments, and the truth of each."""
    body, error, seq = _Body(rng, vehicle), _Error(rng, receiver), 0
    now_s, last_s = 0, 0
    for number in range(segments):
        kind = rng.choice(list(Segment))
        lasts_s = rng.randint(*_LASTS_S[kind])
        hidden_s = round(lasts_s * _HIDDEN_SHARE) if kind is Segment.TUNNEL else 0
        jumps = _Jumps(rng) if rng.random() < _JUMPY_SHARE else None
        for second in range(lasts_s):
            now_s += 1
            body.go_on(kind)
            error.go_on(kind)
            if second < hidden_s or now_s % receiver.interval_s:
                continue
            seq += 1
            away = None if jumps is None else jumps.away_m()
            fix = error.fix(seq, START_MS + now_s * 1000, body, away)
            gap = now_s - last_s > 2 * receiver.interval_s
            last_s = now_s
            yield Seen(fix, body.east_m, body.north_m, kind, number, away is not None, gap)


class _Body:
    """A courier who rides along streets: straight on, slower into turns, at times not at all."""

    def __init__(self, rng: random.Random, vehicle: Vehicle) -> None:
        self._rng, self._vehicle = rng, vehicle
        self._most_mps2 = _ACCELERATION_MPS2[vehicle]
        self.east_m, self.north_m, self.speed_mps = 0.0, 0.0, 0.0
        self.heading_rad = rng.uniform(-math.pi, math.pi)
        self._cruise_mps = rng.uniform(*_CRUISE_MPS[vehicle])
        self._straight_m, self._turn_rad, self._halt_s = 100.0, 0.0, 0

    def go_on(self, kind: Segment) -> None:
        """Ride for a second."""
        wanted = self._wanted_mps(kind)
        change = max(-1.3 * self._most_mps2, min(self._most_mps2, wanted - self.speed_mps))
        before, self.speed_mps = self.speed_mps, max(0.0, self.speed_mps + change)
        way_m = (before + self.speed_mps) / 2
        turned = max(-0.6, min(0.6, self._turn_rad)) if way_m > 0.3 else 0.0
        self._turn_rad -= turned
        middle = self.heading_rad + turned / 2
        self.heading_rad += turned
        self.east_m += way_m * math.sin(middle)
        self.north_m += way_m * math.cos(middle)
        self._straight_m -= way_m
        if self._straight_m < 0.0:
            self._straight_m = self._rng.uniform(80.0, 400.0)
            self._turn_rad = self._rng.choice((-1, 1)) * self._rng.uniform(0.3, math.pi / 2)
            self._cruise_mps = self._rng.uniform(*_CRUISE_MPS[self._vehicle])

    def _wanted_mps(self, kind: Segment) -> float:
        if kind is Segment.STOP:
            return 0.0
        if self._halt_s > 0:
            self._halt_s -= 1
            return 0.0
        if kind is Segment.CRAWL:
            if self._rng.random() < 0.06:
                self._halt_s = self._rng.randint(5, 20)
            return self._cruise_mps / 2
        brakes_m = self.speed_mps**2 / (2 * self._most_mps2)
        is_turning = self._straight_m < brakes_m or abs(self._turn_rad) > 0.1
        return min(self._cruise_mps, 4.0) if is_turning else self._cruise_mps


class _Error:
    """A receiver's errors, second by second."""

    def __init__(self, rng: random.Random, receiver: Receiver) -> None:
        self._rng, self._receiver = rng, receiver
        self._keeps = math.exp(-1 / receiver.correlation_s)
        self._north, self._east, self._times = rng.gauss(), rng.gauss(), 1.0

    def go_on(self, kind: Segment) -> None:
        """Let a second pass."""
        fresh = math.sqrt(1 - self._keeps**2)
        self._north = self._north * self._keeps + self._rng.gauss(0.0, fresh)
        self._east = self._east * self._keeps + self._rng.gauss(0.0, fresh)
        self._times = self._receiver.canyon_times if kind is Segment.CANYON else 1.0

    def fix(self, seq: int, t_ms: int, body: _Body, away: tuple[float, float] | None) -> Fix:
        """Return what the phone says now."""
        one, rng = self._receiver, self._rng
        north = self._times * (one.correlated_m * self._north + rng.gauss(0.0, one.white_m))
        east = self._times * (one.correlated_m * self._east + rng.gauss(0.0, one.white_m))
        usual_m = self._times * math.hypot(one.white_m, one.correlated_m)
        accuracy_m = 1.5 * usual_m * math.exp(rng.gauss(0.0, 0.25))
        if away is not None:
            east, north, accuracy_m = away[0], away[1], rng.uniform(5.0, 20.0)
        lat, lng = PLANE.point_at(body.east_m + east, body.north_m + north)
        if not one.tells_velocity:
            return Fix(seq, t_ms, lat, lng, None, None, accuracy_m)
        speed, heading = self._velocity(body)
        return Fix(seq, t_ms, lat, lng, speed, heading, accuracy_m)

    def _velocity(self, body: _Body) -> tuple[float, float | None]:
        """Return speed and heading: measured by Doppler shift, an error of its own, no memory."""
        spread = self._receiver.velocity_mps * math.sqrt(self._times)
        north = body.speed_mps * math.cos(body.heading_rad) + self._rng.gauss(0.0, spread)
        east = body.speed_mps * math.sin(body.heading_rad) + self._rng.gauss(0.0, spread)
        speed = math.hypot(north, east)
        if speed < _SLOW_MPS:
            return speed, None
        return speed, math.degrees(math.atan2(east, north)) % 360.0


class _Jumps:
    """Places a phone is not at: one to three fixes in a row, near each other."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._left, self._away = rng, 0, (0.0, 0.0)

    def away_m(self) -> tuple[float, float] | None:
        """Return how far off to the east and north the next fix is; None for an honest one."""
        rng = self._rng
        if self._left == 0:
            if rng.random() >= _JUMP_CHANCE:
                return None
            self._left = rng.randint(1, 3)
            far = math.exp(rng.uniform(*(math.log(one) for one in _JUMP_M)))
            way = rng.uniform(-math.pi, math.pi)
            self._away = far * math.sin(way), far * math.cos(way)
        self._left -= 1
        return self._away[0] + rng.gauss(0.0, 3.0), self._away[1] + rng.gauss(0.0, 3.0)
