"""Why a fix is not believed: one predicate per named reason; when a jump is believed after all."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from geo.fix import Fix, FixLimits
from geo.point import Point, distance_m


class Refusal(StrEnum):
    """The reasons, named as in the realtime protocol (docs/api/realtime.md, section 3)."""

    INVALID = "invalid"
    FUTURE = "future"
    OUTDATED = "outdated"
    INACCURATE = "inaccurate"
    SUPERSEDED = "superseded"
    JUMP = "jump"


def screen(fix: Fix, last: Fix | None, now_ms: int, limits: FixLimits) -> Refusal | None:
    """Return the first reason not to believe a fix, or None when it may move the courier.

    `last` is the last fix that did move this courier, `now_ms` the business clock.
    """
    for reason, applies in _ALONE:
        if applies(fix, now_ms, limits):
            return reason
    if last is not None:
        for reason, applies_after in _AFTER:
            if applies_after(fix, last, limits):
                return reason
    return None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a phone insists to be: `count` jumps in a row that agree, of which `last` is one."""

    last: Fix
    count: int


def insist(before: Elsewhere | None, jump: Fix, limits: FixLimits) -> Elsewhere:
    """Add a fix refused as a jump to those before it; one that contradicts them begins anew."""
    if before is None:
        return Elsewhere(jump, 1)
    if _superseded(jump, before.last, limits):
        return before
    return Elsewhere(jump, 1 if _jump(jump, before.last, limits) else before.count + 1)


def _invalid(fix: Fix, _now_ms: int, _limits: FixLimits) -> bool:
    if not (-90.0 <= fix.lat <= 90.0 and -180.0 <= fix.lng <= 180.0):
        return True  # NaN too: it is not within anything
    if fix.lat == 0.0 and fix.lng == 0.0:
        return True  # what receivers say before they know
    # A NaN accuracy would slip through every comparison below; phones say -1 for "no idea at all".
    return fix.accuracy_m is not None and not 0.0 <= fix.accuracy_m < math.inf


def _future(fix: Fix, now_ms: int, limits: FixLimits) -> bool:
    return fix.t_ms - now_ms > limits.max_ahead_ms


def _outdated(fix: Fix, now_ms: int, limits: FixLimits) -> bool:
    return now_ms - fix.t_ms > limits.max_age_ms


def _inaccurate(fix: Fix, _now_ms: int, limits: FixLimits) -> bool:
    return fix.accuracy_m is not None and fix.accuracy_m > limits.max_accuracy_m


def _superseded(fix: Fix, last: Fix, _limits: FixLimits) -> bool:
    return fix.t_ms <= last.t_ms


def _jump(fix: Fix, last: Fix, limits: FixLimits) -> bool:
    """Tell whether even the two nearest places that both fixes allow are too far apart."""
    moved_m = distance_m(Point(last.lat, last.lng), Point(fix.lat, fix.lng))
    doubt_m = _doubt_m(fix, limits) + _doubt_m(last, limits)
    return moved_m - doubt_m > limits.max_speed_mps * (fix.t_ms - last.t_ms) / 1000


def _doubt_m(fix: Fix, limits: FixLimits) -> float:
    return limits.unknown_accuracy_m if fix.accuracy_m is None else fix.accuracy_m


_ALONE: tuple[tuple[Refusal, Callable[[Fix, int, FixLimits], bool]], ...] = (
    (Refusal.INVALID, _invalid),
    (Refusal.FUTURE, _future),
    (Refusal.OUTDATED, _outdated),
    (Refusal.INACCURATE, _inaccurate),
)
_AFTER: tuple[tuple[Refusal, Callable[[Fix, Fix, FixLimits], bool]], ...] = (
    (Refusal.SUPERSEDED, _superseded),
    (Refusal.JUMP, _jump),
)
