"""Fences: many couriers in one pass are what each is by itself, fix by fix, however late."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cover import Pairs
from geo.fences import Crossing, Crossings, Stays, cross, near, nobody
from geo.point import Point, distance_m

DWELL_MS = np.array([10_000, 30_000, 0])
Fix = tuple[int, frozenset[int]]
"""A fix: its time, and the fences it lies in."""
Event = tuple[int, int, int, int, int]
"""Who, which fence, what, when, since when."""


class OneByOne:
    """The same, obviously: what each courier is in, and since when."""

    def __init__(self) -> None:
        self.stays: dict[tuple[int, int], tuple[int, bool]] = {}

    def take(self, who: int, fix: Fix) -> list[Event]:
        """Take up a fix of a courier."""
        t_ms, inside = fix
        events = []
        for fence in range(len(DWELL_MS)):
            if (who, fence) in self.stays and fence not in inside:
                since, _ = self.stays.pop((who, fence))
                events.append((who, fence, int(Crossing.EXIT), t_ms, since))
        for fence in sorted(inside):
            if (who, fence) not in self.stays:
                self.stays[who, fence] = (t_ms, False)
                events.append((who, fence, int(Crossing.ENTER), t_ms, t_ms))
        for fence in sorted(inside):
            since, told = self.stays[who, fence]
            if not told and t_ms - since >= DWELL_MS[fence]:
                self.stays[who, fence] = (since, True)
                events.append((who, fence, int(Crossing.DWELL), t_ms, since))
        return events


INSIDE = st.frozensets(st.integers(0, len(DWELL_MS) - 1))
WAYS = st.lists(st.tuples(st.integers(1, 20_000), INSIDE), max_size=5)
TICKS = st.lists(
    st.dictionaries(st.sampled_from([40, 7, 3, 1000]), WAYS.filter(bool), max_size=4), max_size=5
)


def taken(fixes: Sequence[tuple[int, Fix]], stays: Stays) -> tuple[list[Event], Stays]:
    """Take up fixes of couriers, sorted by whose they are in the sequence of their coming."""
    who = list(dict.fromkeys(courier for courier, _ in fixes))
    owner = np.array([who.index(courier) for courier, _ in fixes], dtype=np.int64)
    t_ms = np.array([fix[0] for _, fix in fixes], dtype=np.int64)
    pairs = [(place, one) for place, (_, fix) in enumerate(fixes) for one in sorted(fix[1])]
    place, fence = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    found, after = cross(
        np.array(who, dtype=np.int64), owner, t_ms, Pairs(place, fence), stays, DWELL_MS
    )
    return _told(found, who, t_ms.tolist()), after


def _told(found: Crossings, who: list[int], t_ms: list[int]) -> list[Event]:
    rows = zip(
        found.owner.tolist(),
        found.fence.tolist(),
        found.kind.tolist(),
        found.fix.tolist(),
        found.since_ms.tolist(),
        strict=True,
    )
    return [(who[own], fence, kind, t_ms[fix], since) for own, fence, kind, fix, since in rows]


def in_time(
    tick: dict[int, list[tuple[int, frozenset[int]]]], now: dict[int, int]
) -> list[tuple[int, Fix]]:
    """Return the fixes of a tick with their times, which go on from `now`."""
    fixes = []
    for who, way in tick.items():
        for after_ms, inside in way:
            now[who] = now.get(who, 0) + after_ms
            fixes.append((who, (now[who], inside)))
    return fixes


@settings(max_examples=300, deadline=None)
@given(ticks=TICKS)
def test_a_tick_in_one_pass_is_the_tick_fix_by_fix(
    ticks: list[dict[int, list[tuple[int, frozenset[int]]]]],
) -> None:
    """Events and their sequence, stays and since when; tick after tick."""
    twin, stays, now = OneByOne(), nobody(), dict[int, int]()
    for tick in ticks:
        fixes = in_time(tick, now)
        events, stays = taken(fixes, stays)
        assert events == [event for who, fix in fixes for event in twin.take(who, fix)]
        held = zip(
            stays.who.tolist(),
            stays.fence.tolist(),
            stays.since_ms.tolist(),
            stays.told.tolist(),
            strict=True,
        )
        assert {(who, fence): (since, told) for who, fence, since, told in held} == twin.stays


@settings(max_examples=100, deadline=None)
@given(
    way=st.lists(st.tuples(st.integers(1, 20_000), INSIDE), min_size=1, max_size=12),
    cut=st.integers(0, 12),
)
def test_fixes_that_come_late_and_in_heaps_give_the_same_events(
    way: list[tuple[int, frozenset[int]]], cut: int
) -> None:
    """All at once, or some now and the others an hour later."""
    fixes = in_time({5: way}, {})
    at_once, stays = taken(fixes, nobody())
    early, left = fixes[:cut], fixes[cut:]
    events, after = taken(early, nobody()) if early else ([], nobody())
    if left:
        more, after = taken(left, after)
        events += more
    assert events == at_once
    assert sorted(after.fence.tolist()) == sorted(stays.fence.tolist())


def test_who_is_gone_is_in_no_fence() -> None:
    """Others are where they were."""
    _, stays = taken([(5, (0, frozenset({1}))), (6, (0, frozenset({1, 2})))], nobody())
    left = stays.without(5)
    assert left.who.tolist() == [6, 6]


@settings(max_examples=100, deadline=None)
@given(
    fixes=st.lists(
        st.tuples(st.integers(0, 3), st.integers(-9, 9), st.integers(-9, 9)), max_size=12
    ),
    stops=st.lists(
        st.tuples(st.integers(0, 3), st.integers(-9, 9), st.integers(-9, 9)), max_size=8
    ),
)
def test_only_ones_own_stops_are_near(
    fixes: list[tuple[int, int, int]], stops: list[tuple[int, int, int]]
) -> None:
    """Each fix against each stop of the same courier."""
    fixes, stops = sorted(fixes), sorted(stops)

    def place(north: int, east: int) -> Point:
        return Point(41.0 + north / 4000, 69.0 + east / 4000)

    at = [place(north, east) for _, north, east in fixes]
    to = [place(north, east) for _, north, east in stops]
    found = near(
        np.array([one.lat for one in at]),
        np.array([one.lng for one in at]),
        np.array([owner for owner, *_ in fixes], dtype=np.int64),
        np.array([owner for owner, *_ in stops], dtype=np.int64),
        np.array(to, dtype=np.float64).reshape(-1, 2),
        100.0,
    )
    wanted = [
        (one, other)
        for one in range(len(fixes))
        for other in range(len(stops))
        if fixes[one][0] == stops[other][0] and distance_m(at[one], to[other]) <= 100.0
    ]
    assert list(zip(found.place.tolist(), found.area.tolist(), strict=True)) == wanted
