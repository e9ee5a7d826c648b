"""The filter behind smoothing: what a courier's state becomes when a fix comes, in one formula.

Per axis the state is where the courier is, how fast it moves, and by how much its receiver is off
just now. Motion is driven by white acceleration (R. E. Kalman 1960; Bar-Shalom, Li, Kirubarajan,
"Estimation with applications to tracking and navigation", 2001, 6.2.2); the receiver's error is a
first-order Gauss-Markov process beside a white one. Both axes share one covariance.

The arithmetic is written once and runs on floats (one fix) and on arrays (a fix each of many).
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.point import EARTH_RADIUS_M

Floats = NDArray[np.float64]

BEGIN_ANEW_MS = 60_000.0
"""After so long a silence nothing is known of the way between."""
GAP_MS = 10_000.0
"""A silence after which the first fixes have little to be compared with."""
UNBELIEVED = 36.0
"""Squared distance from what was expected, in its own variances, beyond which a fix is a jump."""

_M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M
_LEAST_COSINE = 1e-9
_CORRELATION_S = 6.0
_WHITE_SHARE, _CORRELATED_SHARE = 0.6, 1.2
"""Of a fix's standard deviation per axis: what the two errors make of it."""
_ACCURACY_PER_SIGMA = 1.5
"""Phones tell a radius within which they are in two of three cases: 1.5 deviations per axis."""
_LEAST_ACCURACY_M, _UNKNOWN_ACCURACY_M = 3.0, 20.0
_SPEED_MPS, _HEADING_RAD = 0.35, math.radians(1.0)
_SLOW_MPS, _WILD_MPS = 0.7, 10.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Fixes as the filter takes them: arrays of one length, or plain floats for one fix.

    `t_ms` is Unix milliseconds; what the phone does not know is NaN.
    """

    t_ms: Any
    lat: Any
    lng: Any
    speed_mps: Any
    heading_deg: Any
    accuracy_m: Any


class State(NamedTuple):
    """What is known of one courier, or of many: degrees, metres, seconds; north before east.

    `since_ms` is when it was last seen for the first time after a gap, `off_…` the receiver's
    error. The rest is the covariance of an axis: p place, v speed, b error. All are NaN where
    nothing is known.
    """

    t_ms: Any
    since_ms: Any
    lat: Any
    lng: Any
    north_mps: Any
    east_mps: Any
    off_north_m: Any
    off_east_m: Any
    pp: Any
    pv: Any
    pb: Any
    vv: Any
    vb: Any
    bb: Any


def after(before: State, seen: Reading, unrest: float) -> State | None:
    """Return the state after one fix, None for a fix that cannot be believed.

    `unrest` is the spectral density of the vehicle's acceleration in m²/s³.
    """
    sigma_m = _sigma_m(seen.accuracy_m)
    if not seen.t_ms - before.t_ms <= BEGIN_ANEW_MS:
        return begun(seen)
    cosine = max(_LEAST_COSINE, math.cos(math.radians(before.lat)))
    keeps = math.exp(-(seen.t_ms - before.t_ms) / 1000 / _CORRELATION_S)
    state, distance = _placed(before, seen, unrest, sigma_m, cosine, keeps)
    if seen.t_ms - before.t_ms > GAP_MS:
        state = state._replace(since_ms=seen.t_ms)
    return None if distance > UNBELIEVED else _moving(state, *_velocity(seen))


def after_many(before: State, seen: Reading, unrest: Floats) -> tuple[State, NDArray[np.bool_]]:
    """Return the states after a fix each, and which fixes cannot be believed."""
    sigma_m = _sigmas_m(seen.accuracy_m)
    cosine = np.maximum(_LEAST_COSINE, np.cos(np.radians(before.lat)))
    keeps = np.exp(-(seen.t_ms - before.t_ms) / 1000 / _CORRELATION_S)
    state, distance = _placed(before, seen, unrest, sigma_m, cosine, keeps)
    gap = seen.t_ms - before.t_ms > GAP_MS
    state = state._replace(since_ms=np.where(gap, seen.t_ms, state.since_ms))
    anew = ~(seen.t_ms - before.t_ms <= BEGIN_ANEW_MS)
    if anew.any():
        fresh = _begun(seen, sigma_m)
        state = State(*(np.where(anew, new, old) for new, old in zip(fresh, state, strict=True)))
    far: NDArray[np.bool_] = ~anew & (distance > UNBELIEVED)
    return _moving(state, *_velocities(seen)), far


def begun(seen: Reading) -> State:
    """Return the state of somebody of whom only this fix is known."""
    return _moving(_begun(seen, _sigma_m(seen.accuracy_m)), *_velocity(seen))


def _begun(seen: Reading, sigma_m: Any) -> State:
    bb = (_CORRELATED_SHARE * sigma_m) ** 2
    pp, none = bb + (_WHITE_SHARE * sigma_m) ** 2, 0.0 * bb
    at = (seen.t_ms, seen.t_ms, seen.lat, seen.lng)
    return State(*at, none, none, none, none, pp, none, -bb, none + _WILD_MPS**2, none, bb)


def _placed(
    old: State, seen: Reading, unrest: Any, sigma_m: Any, cosine: Any, keeps: Any
) -> tuple[State, Any]:
    """Return the state after a place was seen, and how far that was from what was expected."""
    dt = (seen.t_ms - old.t_ms) / 1000
    pp = old.pp + dt * (2 * old.pv + dt * old.vv) + unrest * dt**3 / 3
    pv = old.pv + dt * old.vv + unrest * dt * dt / 2
    vv = old.vv + unrest * dt
    pb, vb = keeps * (old.pb + dt * old.vb), keeps * old.vb
    bb = keeps * keeps * old.bb + (1 - keeps * keeps) * (_CORRELATED_SHARE * sigma_m) ** 2
    off_north, off_east = keeps * old.off_north_m, keeps * old.off_east_m
    # What a place tells of each part, before it is divided by how sure the place itself is.
    of_p, of_v, of_b = pp + pb, pv + vb, pb + bb
    spread = of_p + of_b + (_WHITE_SHARE * sigma_m) ** 2
    p, v, b = of_p / spread, of_v / spread, of_b / spread
    east_deg = (seen.lng - old.lng + 180.0) % 360.0 - 180.0
    north = (seen.lat - old.lat) * _M_PER_DEGREE - dt * old.north_mps - off_north
    east = east_deg * _M_PER_DEGREE * cosine - dt * old.east_mps - off_east
    lat = old.lat + (dt * old.north_mps + p * north) / _M_PER_DEGREE
    lng = old.lng + (dt * old.east_mps + p * east) / (_M_PER_DEGREE * cosine)
    place = (seen.t_ms, old.since_ms, lat, (lng + 180.0) % 360.0 - 180.0)
    speed = (old.north_mps + v * north, old.east_mps + v * east)
    off = (off_north + b * north, off_east + b * east)
    covariance = (pp - p * of_p, pv - p * of_v, pb - p * of_b, vv - v * of_v, vb - v * of_b)
    far = (north * north + east * east) / spread
    return State(*place, *speed, *off, *covariance, bb - b * of_b), far


def _moving(old: State, north_mps: Any, east_mps: Any, variance: Any) -> State:
    """Return the state after a velocity was told, of infinite variance where it was not."""
    spread = old.vv + variance
    p, v, b = old.pv / spread, old.vv / spread, old.vb / spread
    north, east = north_mps - old.north_mps, east_mps - old.east_mps
    cosine = _cosine(old.lat)
    lng = old.lng + p * east / (_M_PER_DEGREE * cosine)
    return State(
        old.t_ms,
        old.since_ms,
        old.lat + p * north / _M_PER_DEGREE,
        (lng + 180.0) % 360.0 - 180.0,
        old.north_mps + v * north,
        old.east_mps + v * east,
        old.off_north_m + b * north,
        old.off_east_m + b * east,
        old.pp - p * old.pv,
        old.pv - p * old.vv,
        old.pb - p * old.vb,
        old.vv - v * old.vv,
        old.vb - v * old.vb,
        old.bb - b * old.vb,
    )


def _cosine(lat: Any) -> Any:
    if isinstance(lat, float):
        return max(_LEAST_COSINE, math.cos(math.radians(lat)))
    return np.maximum(_LEAST_COSINE, np.cos(np.radians(lat)))


def _sigma_m(accuracy_m: float) -> float:
    known_m = _UNKNOWN_ACCURACY_M if math.isnan(accuracy_m) else accuracy_m
    return max(known_m, _LEAST_ACCURACY_M) / _ACCURACY_PER_SIGMA


def _sigmas_m(accuracy_m: Floats) -> Floats:
    known_m = np.where(np.isnan(accuracy_m), _UNKNOWN_ACCURACY_M, accuracy_m)
    return np.maximum(known_m, _LEAST_ACCURACY_M) / _ACCURACY_PER_SIGMA


def _velocity(seen: Reading) -> tuple[float, float, float]:
    """Return what a phone tells of its velocity: north, east, variance per axis.

    One that says that it is slow and not where to hardly moves.
    """
    speed, heading = seen.speed_mps, math.radians(seen.heading_deg)
    if not math.isnan(heading) and not math.isnan(speed):
        variance = _SPEED_MPS**2 + (_HEADING_RAD * speed) ** 2
        return speed * math.cos(heading), speed * math.sin(heading), variance
    if speed < _SLOW_MPS:
        return 0.0, 0.0, (_SPEED_MPS + speed) ** 2
    return 0.0, 0.0, math.inf


def _velocities(seen: Reading) -> tuple[Floats, Floats, Floats]:
    speed, heading = seen.speed_mps, np.radians(seen.heading_deg)
    told = ~np.isnan(heading) & ~np.isnan(speed)
    slow = ~told & (speed < _SLOW_MPS)
    variance = np.where(told, _SPEED_MPS**2 + (_HEADING_RAD * speed) ** 2, np.inf)
    variance = np.where(slow, (_SPEED_MPS + speed) ** 2, variance)
    north, east = speed * np.cos(heading), speed * np.sin(heading)
    return np.where(told, north, 0.0), np.where(told, east, 0.0), variance
