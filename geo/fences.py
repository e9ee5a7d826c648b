"""Fences: who came into an area, stayed, and left, from fixes in the sequence of their time.

What happens to one courier and fence depends on nothing but that courier's fixes and their own
times: fixes that come late give the same events as those that come at once.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from geo.cover import Pairs
from geo.point import EARTH_RADIUS_M

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Crossing(IntEnum):
    """What somebody did to a fence; two of one moment come in this sequence."""

    EXIT = 0
    ENTER = 1
    DWELL = 2


@dataclass(frozen=True, slots=True)
class Crossings:
    """Events, by owner and then by time: whose, which fence, what, at which fix, since when.

    `fix` is the place of the fix that showed it, `since_ms` when the stay began.
    """

    owner: Integers
    fence: Integers
    kind: Integers
    fix: Integers
    since_ms: Integers

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class Stays:
    """Who is in which fence, since when, and whether the stay counted as one already."""

    who: Integers
    fence: Integers
    since_ms: Integers
    told: NDArray[np.bool_]

    def without(self, who: int) -> "Stays":
        """Return the stays of all others."""
        return self.some(self.who != who)

    def some(self, which: NDArray[np.bool_]) -> "Stays":
        """Return those chosen."""
        return Stays(self.who[which], self.fence[which], self.since_ms[which], self.told[which])


def nobody() -> Stays:
    """Return the stays before anything is known."""
    none = np.zeros(0, dtype=np.int64)
    return Stays(none, none, none, np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class _Runs:
    """Moments at which owners were in fences, sorted so that each stay is a run of them.

    A moment is a fix, or what was known before an owner's first: all are counted through, so that
    those of one owner follow on each other. `first` and `last` are the ends of each run.
    """

    owner: Integers
    fence: Integers
    moment: Integers
    t_ms: Integers
    is_known: NDArray[np.bool_]
    run: Integers
    first: Integers
    last: Integers
    since_ms: Integers
    told: NDArray[np.bool_]

    def fix(self, at: Integers) -> Integers:
        """Return the fix of each moment."""
        return self.moment[at] - self.owner[at] - 1


def cross(
    who: Integers,
    owner: Integers,
    t_ms: Integers,
    inside: Pairs,
    before: Stays,
    dwell_ms: Integers | int,
) -> tuple[Crossings, Stays]:
    """Return what fixes changed, and the stays after them.

    Fixes are sorted by `owner` (0 ... m - 1, each has one at least) and time; `who` (length m,
    no two alike) are the numbers by which `before` knows them; stays of others are kept.
    `inside` says which fix lies in which fence, `dwell_ms` (one for all fences, or
    one for each) after how long a stay counts. Somebody who leaves and comes back between two
    fixes has not left.
    """
    counts = np.bincount(owner, minlength=len(who))
    final = np.cumsum(counts + 1) - 1  # the moment of each owner's last fix
    own = np.isin(before.who, who)
    runs = _runs(who, owner, t_ms, inside, before.some(own), final - counts)
    stays_on = runs.moment[runs.last] == final[runs.owner[runs.last]]
    left, came = runs.last[~stays_on], runs.first[~runs.is_known[runs.first]]
    enough_ms = dwell_ms if isinstance(dwell_ms, int) else dwell_ms[runs.fence]
    stayed = ~runs.is_known & ~runs.told & (runs.t_ms - runs.since_ms >= enough_ms)
    long = np.flatnonzero(stayed)
    long = long[np.unique(runs.run[long], return_index=True)[1]]
    crossings = _events(runs, left, came, long)
    on = runs.last[stays_on]
    told = runs.told[on] | np.isin(runs.run[on], runs.run[long])
    others = before.some(~own)
    return crossings, Stays(
        np.concatenate([others.who, who[runs.owner[on]]]),
        np.concatenate([others.fence, runs.fence[on]]),
        np.concatenate([others.since_ms, runs.since_ms[on]]),
        np.concatenate([others.told, told]),
    )


def _runs(
    who: Integers, owner: Integers, t_ms: Integers, inside: Pairs, before: Stays, begin: Integers
) -> _Runs:
    """Join what was known with what fixes show; `begin` is each owner's first moment."""
    sorter = np.argsort(who)
    holder = sorter[np.searchsorted(who, before.who, sorter=sorter)]
    owners = np.concatenate([holder, owner[inside.place]])
    fences = np.concatenate([before.fence, inside.area])
    moments = np.concatenate([begin[holder], inside.place + owner[inside.place] + 1])
    times = np.concatenate([before.since_ms, t_ms[inside.place]])
    told = np.concatenate([before.told, np.zeros(len(inside.place), dtype=np.bool_)])
    order = np.lexsort((moments, fences, owners))
    owners, fences, moments = owners[order], fences[order], moments[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = (np.diff(owners) != 0) | (np.diff(fences) != 0) | (np.diff(moments) != 1)
    run, first = np.cumsum(is_first) - 1, np.flatnonzero(is_first)
    last = np.append(first[1:], len(order))[: len(first)] - 1
    return _Runs(
        owners,
        fences,
        moments,
        times[order],
        order < len(holder),
        run,
        first,
        last,
        times[order][first][run],
        told[order][first][run],
    )


def _events(runs: _Runs, left: Integers, came: Integers, long: Integers) -> Crossings:
    """Return events in sequence; who is not there any more at a fix left with that fix."""
    at = np.concatenate([left, came, long])
    kinds = (Crossing.EXIT, Crossing.ENTER, Crossing.DWELL)
    kind = np.repeat(kinds, [len(left), len(came), len(long)])
    fix = runs.fix(at) + (kind == Crossing.EXIT)
    order = np.lexsort((runs.fence[at], kind, fix))
    at = at[order]
    return Crossings(runs.owner[at], runs.fence[at], kind[order], fix[order], runs.since_ms[at])


def near(
    lat: Floats,
    lng: Floats,
    owner: Integers,
    stop_owner: Integers,
    stop_at: Floats,
    within_m: float,
) -> Pairs:
    """Return which fixes lie within `within_m` of which stops of their own courier.

    Fixes (degrees, length n) and stops (`stop_at`: degrees, shape (k, 2)) are each sorted by owner.
    """
    first = np.searchsorted(stop_owner, owner, side="left")
    count = np.searchsorted(stop_owner, owner, side="right") - first
    place = np.repeat(np.arange(len(owner)), count)
    stop = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count) + first[place]
    away_m = _distances_m(lat[place], lng[place], stop_at[stop, 0], stop_at[stop, 1])
    is_near = away_m <= within_m
    return Pairs(place[is_near], stop[is_near])


def _distances_m(lat: Floats, lng: Floats, to_lat: Floats, to_lng: Floats) -> Floats:
    half_north = np.sin(np.radians(to_lat - lat) / 2)
    half_east = np.sin(np.radians(to_lng - lng) / 2)
    cosines = np.cos(np.radians(lat)) * np.cos(np.radians(to_lat))
    chord = np.minimum(1.0, half_north**2 + cosines * half_east**2)
    metres: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chord))
    return metres
