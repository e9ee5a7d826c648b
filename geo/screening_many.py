"""Screening of many fixes of many couriers in one pass: the ordinary ones, told from the others.

Fixes judged alone need no sequence. Those that depend on the fix before (superseded, jump) are
compared with it as if every fix in between were believed: where none is refused, that was right.
A courier with any such doubt is left to `geo.screening`, which goes fix by fix.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.fix import FixLimits
from geo.point import EARTH_RADIUS_M
from geo.screening import Refusal

REASONS = (None, *Refusal)
"""What the codes mean: 0 is believed."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ALONE = (Refusal.INVALID, Refusal.FUTURE, Refusal.OUTDATED, Refusal.INACCURATE)


@dataclass(frozen=True, slots=True)
class Fixes:
    """Fixes as arrays of one length n: Unix milliseconds, degrees, metres (NaN for unknown)."""

    t_ms: Integers
    lat: Floats
    lng: Floats
    accuracy_m: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """`reasons` is a code for each fix (uint8, shape n), right where its owner is ordinary.

    `ordinary` tells for each owner whether it is; `newest` is the place of the owner's last
    believed fix, -1 where none of these was.
    """

    reasons: NDArray[np.uint8]
    ordinary: Flags
    newest: Integers


def screen_many(
    fixes: Fixes,
    owner: Integers,
    last: Fixes,
    max_speed_mps: Floats,
    now_ms: Integers,
    limits: FixLimits,
) -> Judged:
    """Judge fixes sorted by `owner` (0 ... m - 1) and in the sequence sent.

    `last` (length m) is where each owner was, with a NaN latitude for one without a position, and
    `max_speed_mps` (length m) its limit; `now_ms` (length n) the business clock for each fix, and
    of `limits` everything else is used.
    """
    reasons = _alone(fixes, now_ms, limits)
    chain = np.flatnonzero(reasons == 0)
    whose = owner[chain]
    begins = np.ones(len(chain), dtype=np.bool_)
    begins[1:] = whose[1:] != whose[:-1]
    before = np.empty(len(chain), dtype=np.int64)
    before[1:] = chain[:-1]

    def previous(own: NDArray[np.generic], known: NDArray[np.generic]) -> NDArray[np.generic]:
        found = own[before]
        found[begins] = known[whose[begins]]
        return found

    if len(chain):
        before[0] = 0
    former = Fixes(
        *(
            previous(getattr(fixes, name), getattr(last, name))
            for name in ("t_ms", "lat", "lng", "accuracy_m")
        )  # type: ignore[arg-type]  # each keeps the type of its column
    )
    own = Fixes(fixes.t_ms[chain], fixes.lat[chain], fixes.lng[chain], fixes.accuracy_m[chain])
    has_former = ~np.isnan(former.lat)
    doubtful = has_former & (
        (own.t_ms <= former.t_ms) | _jumps(own, former, max_speed_mps[whose], limits)
    )
    ordinary = np.ones(len(last.lat), dtype=np.bool_)
    ordinary[whose[doubtful]] = False
    newest = np.full(len(last.lat), -1, dtype=np.int64)
    newest[whose] = chain  # the last one of each owner stays
    return Judged(reasons, ordinary, newest)


def _alone(fixes: Fixes, now_ms: Integers, limits: FixLimits) -> NDArray[np.uint8]:
    lat, lng, accuracy = fixes.lat, fixes.lng, fixes.accuracy_m
    ahead_ms = fixes.t_ms - now_ms
    on_globe = (np.abs(lat) <= 90.0) & (np.abs(lng) <= 180.0)
    wrong = {
        Refusal.INVALID: ~on_globe | ((lat == 0.0) & (lng == 0.0)) | (accuracy < 0.0),
        Refusal.FUTURE: ahead_ms > limits.max_ahead_ms,
        Refusal.OUTDATED: ahead_ms < -limits.max_age_ms,
        Refusal.INACCURATE: accuracy > limits.max_accuracy_m,
    }
    reasons = np.zeros(len(lat), dtype=np.uint8)
    for reason in reversed(_ALONE):
        reasons[wrong[reason]] = REASONS.index(reason)
    return reasons


def _jumps(own: Fixes, former: Fixes, max_speed_mps: Floats, limits: FixLimits) -> Flags:
    """Tell where even the two nearest places that both fixes allow are too far apart."""
    lat, former_lat = np.radians(own.lat), np.radians(former.lat)
    half_north = np.sin((lat - former_lat) / 2)
    half_east = np.sin(np.radians(own.lng - former.lng) / 2)
    chord = half_north**2 + np.cos(former_lat) * np.cos(lat) * half_east**2
    moved_m = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    doubt_m = _doubts_m(own, limits) + _doubts_m(former, limits)
    within_s = (own.t_ms - former.t_ms) / 1000
    jumps: Flags = moved_m - doubt_m > max_speed_mps * within_s
    return jumps


def _doubts_m(fixes: Fixes, limits: FixLimits) -> Floats:
    unknown = np.isnan(fixes.accuracy_m)
    return np.where(unknown, limits.unknown_accuracy_m, fixes.accuracy_m)
