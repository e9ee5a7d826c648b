"""Times of a given route: windows hold where they can, and break as little as possible."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.errors import ProblemError
from dispatch.fixed_route import Call, FixedTimes, fixed_times
from dispatch.fleet_problem import NO_LIMIT

FREE = (0, NO_LIMIT)


def wrong(calls: list[Call], times: FixedTimes, hours: tuple[int, int]) -> int:
    """Return by how much windows and hours are broken in all."""
    total = max(0, hours[0] - times.start_cs) + max(0, times.end_cs - hours[1])
    for call, begin in zip(calls, times.begin_cs, strict=True):
        gaps = [max(0, a - begin, begin - b) for a, b in call.windows]
        total += min(gaps, default=0)
    return total


def brute_force(calls: list[Call], last_cs: int, hours: tuple[int, int], until: int) -> int:
    """Try every begin up to a time, for routes without breaks; return the least that is broken."""
    best = {start: max(0, hours[0] - start) for start in range(until)}
    stay = 0
    for call in calls:
        gap = stay + (call.travel_cs or 0)
        cheapest, after = None, {}
        for time in range(until):
            if time - gap in best and (cheapest is None or best[time - gap] < cheapest):
                cheapest = best[time - gap]
            if cheapest is not None:
                gaps = [max(0, a - time, time - b) for a, b in call.windows]
                after[time] = cheapest + min(gaps, default=0)
        best, stay = after, call.stay_cs
    return min(so_far + max(0, time + stay + last_cs - hours[1]) for time, so_far in best.items())


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_more_is_broken_than_must_be(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def call() -> Call:
        begins = np.sort(rng.integers(0, 60, 2)) * (1, 1) + (0, 30)
        windows = tuple((int(begin), int(begin) + 12) for begin in begins[: rng.integers(0, 3)])
        return Call(windows, int(rng.integers(0, 8)), int(rng.integers(0, 15)))

    calls = [call() for _ in range(rng.integers(1, 5))]
    hours = 5, int(rng.integers(20, 100))
    times = fixed_times(calls, 4, hours, (FREE, FREE))
    assert wrong(calls, times, hours) == brute_force(calls, 4, hours, 220)
    ends = [(b, c.stay_cs) for b, c in zip(times.begin_cs, calls, strict=True)]
    for ((before, stay), (begin, _)), after in zip(pairwise(ends), calls[1:], strict=False):
        assert begin >= before + stay + (after.travel_cs or 0)


def test_a_break_interrupts_the_way() -> None:
    calls = [Call((), 10, 100), Call(((150, 150),), 50, None), Call((), 10, 100)]
    times = fixed_times(calls, 100, (0, NO_LIMIT), (FREE, FREE))
    assert times.begin_cs == (100, 150, 260)
    assert times.travel_cs == (100, 40, 60)
    assert times.end_cs == 370


def test_forced_times_are_kept_and_may_break_windows() -> None:
    calls = [Call(((50, 60),), 0, 10, earliest_cs=80, latest_cs=80)]
    times = fixed_times(calls, 10, (0, 200), (FREE, FREE))
    assert times.begin_cs == (80,)
    assert wrong(calls, times, (0, 200)) == 20


def test_times_that_cannot_be_are_refused() -> None:
    calls = [Call((), 0, 100, latest_cs=50)]
    with pytest.raises(ProblemError, match="no times fit"):
        fixed_times(calls, 0, FREE, (FREE, FREE))
    with pytest.raises(ProblemError, match="contradict"):
        fixed_times([Call((), 0, 1, 50, 40)], 0, FREE, (FREE, FREE))
