"""A journey: what a trail says about distance, movement and stops, as arrays in time order."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.point import Plane, Point

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Track:
    """Believed fixes in time order: Unix milliseconds (int64), degrees and metres (float64).

    All arrays have shape (n,); an unknown accuracy or speed is NaN.
    """

    t_ms: NDArray[np.int64]
    lats: _Floats
    lngs: _Floats
    accuracies_m: _Floats
    speeds_mps: _Floats

    def __len__(self) -> int:
        """Return the number of fixes."""
        return len(self.t_ms)

    def part(self, chosen: slice | NDArray[np.intp]) -> "Track":
        """Return some of the fixes."""
        return Track(
            self.t_ms[chosen],
            self.lats[chosen],
            self.lngs[chosen],
            self.accuracies_m[chosen],
            self.speeds_mps[chosen],
        )

    def thinned(self, every_ms: int) -> "Track":
        """Return the first fix of each span of so many milliseconds; 0 leaves all of them."""
        if every_ms <= 0:
            return self
        _spans, first = np.unique(self.t_ms // every_ms, return_index=True)
        return self.part(first)

    def pieces(self, silence_ms: int) -> Iterator["Track"]:
        """Yield the parts between silences longer than `silence_ms`."""
        breaks = np.flatnonzero(np.diff(self.t_ms) > silence_ms) + 1
        for start, end in pairwise([0, *breaks.tolist(), len(self)]):
            if end > start:
                yield self.part(slice(start, end))


@dataclass(frozen=True, slots=True)
class StopPolicy:
    """What counts as a stop and what as a step; a longer silence says nothing of either."""

    radius_m: float = 50.0
    least_s: float = 180.0
    step_m: float = 30.0
    silence_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Pause:
    """A stay at one place, as the fixes tell it: where, and from when until when (Unix ms)."""

    place: Point
    from_ms: int
    until_ms: int

    @property
    def seconds(self) -> float:
        """How long it was."""
        return (self.until_ms - self.from_ms) / 1000


@dataclass(slots=True)
class Journey:
    """What became of the time of a track, and how far it went."""

    distance_m: float = 0.0
    moving_s: float = 0.0
    paused_s: float = 0.0
    silent_s: float = 0.0
    top_speed_mps: float | None = None
    pauses: list[Pause] = field(default_factory=list)


def journey(track: Track, policy: StopPolicy) -> Journey:
    """Return distance, pauses and times of a track.

    Pauses are stay points (Li, Zheng et al., Mining user similarity based on location history,
    2008): all fixes for at least `least_s` within `radius_m` of the first, accuracies allowed for.
    Distance grows in steps of `step_m`, so that the noise of a receiver at rest adds nothing.
    """
    found = Journey()
    if not len(track):
        return found
    spoken_s = 0.0
    for piece in track.pieces(round(policy.silence_s * 1000)):
        spoken_s += float(piece.t_ms[-1] - piece.t_ms[0]) / 1000
        _add_piece(found, piece, policy)
    found.silent_s = float(track.t_ms[-1] - track.t_ms[0]) / 1000 - spoken_s
    known = track.speeds_mps[~np.isnan(track.speeds_mps)]
    found.top_speed_mps = float(known.max()) if len(known) else None
    return found


def _add_piece(found: Journey, piece: Track, policy: StopPolicy) -> None:
    plane = Plane(Point(float(piece.lats[0]), float(piece.lngs[0])))
    xy = plane.to_xy(piece.lats, piece.lngs)
    moving_from = 0
    for first, last in _stays(piece, xy, policy):
        x, y = xy[first : last + 1].mean(axis=0)
        times = piece.t_ms
        pause = Pause(plane.point_at(float(x), float(y)), int(times[first]), int(times[last]))
        found.pauses.append(pause)
        found.paused_s += pause.seconds
        found.distance_m += _odometer_m(xy[moving_from : first + 1], policy.step_m)
        found.moving_s += float(times[first] - times[moving_from]) / 1000
        moving_from = last
    found.distance_m += _odometer_m(xy[moving_from:], policy.step_m)
    found.moving_s += float(piece.t_ms[-1] - piece.t_ms[moving_from]) / 1000


def _stays(piece: Track, xy: _Floats, policy: StopPolicy) -> Iterator[tuple[int, int]]:
    """Yield the first and last fix of each pause, in time order, none overlapping."""
    reach = policy.radius_m + np.nan_to_num(piece.accuracies_m, nan=0.0)
    begins = _stay_begins(piece.t_ms, xy, reach, round(policy.least_s * 1000))
    at = 0
    while True:
        ahead = np.flatnonzero(begins[at:])
        if not len(ahead):
            return
        first = at + int(ahead[0])
        far_m = np.hypot(*(xy[first:] - xy[first]).T)
        beyond = np.flatnonzero(far_m > reach[first:])
        last = first + (int(beyond[0]) if len(beyond) else len(far_m)) - 1
        yield first, last
        at = last + 1


def _stay_begins(
    t_ms: NDArray[np.int64], xy: _Floats, reach_m: _Floats, least_ms: int
) -> NDArray[np.bool_]:
    """Tell for each fix whether all those of the next `least_ms` are within reach of it."""
    places = np.arange(len(t_ms))
    end = np.searchsorted(t_ms, t_ms + least_ms)  # the first fix that is late enough
    begins = end < len(t_ms)
    for ahead in range(1, int((end - places).max(initial=0)) + 1):
        asked = np.flatnonzero(begins & (ahead <= end - places))
        far_m = np.hypot(*(xy[asked + ahead] - xy[asked]).T)
        begins[asked[far_m > reach_m[asked + ahead]]] = False
    return begins


def _odometer_m(xy: _Floats, step_m: float) -> float:
    """Return the length of a way in steps of at least `step_m`, the last one as it is."""
    if len(xy) < 2:
        return 0.0
    total = 0.0
    (x, y), *rest = xy.tolist()
    for other_x, other_y in rest:
        moved = math.hypot(other_x - x, other_y - y)
        if moved >= step_m:
            total += moved
            x, y = other_x, other_y
    end_x, end_y = rest[-1]
    return total + math.hypot(end_x - x, end_y - y)
