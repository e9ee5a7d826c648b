"""Whether a courier gets on towards the next stop: not moving, or moving away from it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from geo.point import Point, distance_m


class Trouble(StrEnum):
    """What is wrong with a courier's way."""

    STUCK = "stuck"
    OFF_ROUTE = "off_route"


@dataclass(frozen=True, slots=True)
class ProgressLimits:
    """When to worry. A detour of some streets is none: a share of the way as well as metres."""

    stuck_s: float = 420.0
    moved_m: float = 80.0
    near_m: float = 150.0
    detour_m: float = 600.0
    detour_share: float = 0.6
    away_s: float = 90.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How a courier has got on towards one stop, by straight lines.

    `moved_s` is when the courier was last seen to have left the place `anchor`, `away_since_s`
    since when too far away for what the way had been, `seen_s` when last looked at; seconds of one
    clock.
    """

    stop: object
    anchor: Point
    moved_s: float
    left_m: float
    least_m: float
    begun_m: float
    seen_s: float
    away_since_s: float | None = None


def go_on(
    before: Progress | None,
    stop: object,
    to: Point,
    at: Point,
    now_s: float,
    limits: ProgressLimits,
) -> Progress:
    """Return the progress with one more look; it begins anew with another stop."""
    left_m = distance_m(at, to)
    if before is None or before.stop != stop:
        return Progress(stop, at, now_s, left_m, left_m, left_m, now_s)
    if distance_m(before.anchor, at) >= limits.moved_m:
        before = replace(before, anchor=at, moved_s=now_s)
    least_m = min(before.least_m, left_m)
    allowed_m = max(limits.detour_m, limits.detour_share * before.begun_m)
    since_s = None
    if left_m - least_m > allowed_m:
        since_s = now_s if before.away_since_s is None else before.away_since_s
    return replace(before, left_m=left_m, least_m=least_m, seen_s=now_s, away_since_s=since_s)


def trouble_of(progress: Progress, limits: ProgressLimits) -> Trouble | None:
    """Return what was wrong at the last look; nothing near the stop, where one waits."""
    if progress.left_m <= limits.near_m:
        return None
    if progress.seen_s - progress.moved_s >= limits.stuck_s:
        return Trouble.STUCK
    since_s = progress.away_since_s
    if since_s is not None and progress.seen_s - since_s >= limits.away_s:
        return Trouble.OFF_ROUTE
    return None
