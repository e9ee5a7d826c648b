"""Journeys: distance without the noise, pauses where one stayed, silence told as such."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.journey import StopPolicy, Track, journey
from geo.point import Plane, Point, distance_m

HOME = Point(41.15, -8.61)
POLICY = StopPolicy()


def track(
    xy: list[tuple[float, float]],
    t_s: list[float] | None = None,
    accuracy_m: float = np.nan,
    speed_mps: float = np.nan,
) -> Track:
    """Return a track through planar metres, a fix each second unless told otherwise."""
    places = Plane(HOME).to_points(xy) if xy else np.empty((0, 2))
    times = np.asarray(range(len(xy)) if t_s is None else t_s, dtype=np.float64)
    return Track(
        (times * 1000).astype(np.int64),
        places[:, 0],
        places[:, 1],
        np.full(len(xy), accuracy_m),
        np.full(len(xy), speed_mps),
    )


def ride(seconds: int, mps: float = 8.0, start_m: float = 0.0) -> list[tuple[float, float]]:
    """Return a straight way east."""
    return [(start_m + mps * s, 0.0) for s in range(seconds)]


def test_nothing_is_a_journey_of_nothing() -> None:
    """No fix, one fix: no distance, no pause, no error."""
    for xy in ([], [(0.0, 0.0)]):
        found = journey(track(xy), POLICY)
        assert (found.distance_m, found.moving_s, found.pauses) == (0.0, 0.0, [])


def test_a_straight_way_is_as_long_as_it_is() -> None:
    """And all of its time is moving."""
    found = journey(track(ride(301)), POLICY)
    assert found.distance_m == pytest.approx(2400, rel=0.002)
    assert (found.moving_s, found.paused_s, found.silent_s) == (300.0, 0.0, 0.0)


def test_a_pause_is_found_where_and_when_it_was() -> None:
    """Ride, five minutes at a door, ride."""
    way = [*ride(101), *[(800.0, 0.0)] * 300, *ride(101, start_m=800.0)]
    found = journey(track(way), POLICY)
    (pause,) = found.pauses
    assert distance_m(pause.place, Plane(HOME).point_at(800.0, 0.0)) < 15
    assert pause.seconds == pytest.approx(300, abs=14)
    assert found.distance_m == pytest.approx(1600, rel=0.07)
    assert found.moving_s + found.paused_s == pytest.approx(len(way) - 1)


def test_a_red_light_is_no_pause() -> None:
    """Shorter than three minutes."""
    way = [*ride(60), *[(480.0, 0.0)] * 120, *ride(60, start_m=480.0)]
    assert journey(track(way), POLICY).pauses == []


def test_the_noise_of_a_receiver_at_rest_is_no_distance() -> None:
    """An hour at one place, 5 m of noise: the sum of all legs would be 25 km."""
    noise = np.random.default_rng(1).normal(0.0, 5.0, (3600, 2))
    found = journey(track([(x, y) for x, y in noise.tolist()]), POLICY)
    assert found.distance_m < 25
    assert found.paused_s > 3500


def test_the_noise_of_a_receiver_on_the_way_adds_little() -> None:
    """Ten minutes straight on with 5 m of noise: within five percent."""
    noise = np.random.default_rng(2).normal(0.0, 5.0, (601, 2))
    way = (np.asarray(ride(601)) + noise).tolist()
    assert journey(track([(x, y) for x, y in way]), POLICY).distance_m == pytest.approx(
        4800, rel=0.05
    )


def test_a_phone_that_sleeps_where_it_stands_made_a_pause() -> None:
    """Phone apps send nothing while nothing moves."""
    t_s = [*range(61), *range(661, 722)]
    found = journey(track([*ride(61), *ride(61, start_m=480.0)], [float(t) for t in t_s]), POLICY)
    (pause,) = found.pauses
    assert pause.seconds == pytest.approx(600, abs=14)
    assert found.silent_s == 0.0


def test_a_long_silence_is_neither_movement_nor_a_pause() -> None:
    """Nobody knows what happened."""
    t_s = [*range(61), *range(10_000, 10_061)]
    found = journey(track([*ride(61), *ride(61, start_m=900.0)], [float(t) for t in t_s]), POLICY)
    assert found.silent_s == 9940.0
    assert (found.moving_s, found.pauses) == (120.0, [])
    assert found.distance_m == pytest.approx(960, rel=0.002)


def test_an_inaccurate_fix_does_not_end_a_pause() -> None:
    """What may still be the same place counts as the same place."""
    way = [(0.0, 0.0)] * 100 + [(90.0, 0.0)] + [(0.0, 0.0)] * 200
    rough = track(way)
    rough.accuracies_m[100] = 60.0
    assert len(journey(rough, POLICY).pauses) == 1
    assert journey(rough, POLICY).pauses[0].seconds == 300.0


def test_the_top_speed_is_what_the_phone_said() -> None:
    """Unknown where it never said."""
    assert journey(track(ride(10), speed_mps=7.5), POLICY).top_speed_mps == 7.5
    assert journey(track(ride(10)), POLICY).top_speed_mps is None


def test_thinning_keeps_the_first_fix_of_each_span() -> None:
    """Every ten seconds, or all."""
    whole = track(ride(35))
    assert whole.thinned(10_000).t_ms.tolist() == [0, 10_000, 20_000, 30_000]
    assert whole.thinned(0) is whole


@given(
    st.lists(
        st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.integers(0, 1200)), max_size=40
    )
)
def test_every_second_is_moving_paused_or_silent(steps: list[tuple[float, float, int]]) -> None:
    """Times add up, pauses follow one another, distance is never longer than all legs."""
    t_s = np.cumsum([wait for _x, _y, wait in steps]).astype(float).tolist()
    whole = track([(x, y) for x, y, _wait in steps], t_s)
    found = journey(whole, POLICY)
    total = (t_s[-1] - t_s[0]) if t_s else 0.0
    assert found.moving_s + found.paused_s + found.silent_s == pytest.approx(total, abs=1e-6)
    assert all(
        a.until_ms <= b.from_ms for a, b in zip(found.pauses, found.pauses[1:], strict=False)
    )
    legs = (
        np.hypot(*np.diff([(x, y) for x, y, _wait in steps], axis=0).T) if len(steps) > 1 else [0]
    )
    assert found.distance_m <= float(np.sum(legs)) * 1.01 + 1e-6


@given(st.lists(st.tuples(st.floats(-80, 80), st.floats(-80, 80), st.integers(1, 90)), max_size=30))
def test_pauses_are_those_of_the_obvious_way(steps: list[tuple[float, float, int]]) -> None:
    """The fast search against a slow one, fix by fix."""
    t_s = np.cumsum([wait for _x, _y, wait in steps]).astype(float).tolist()
    xy = [(x, y) for x, y, _wait in steps]
    expected, at = [], 0
    while at < len(xy):
        last = at
        while last + 1 < len(xy) and np.hypot(
            xy[last + 1][0] - xy[at][0], xy[last + 1][1] - xy[at][1]
        ) <= (POLICY.radius_m):
            last += 1
        if t_s[last] - t_s[at] >= POLICY.least_s:
            expected.append((round(t_s[at] * 1000), round(t_s[last] * 1000)))
            at = last + 1
        else:
            at += 1
    found = journey(track(xy, t_s), POLICY).pauses
    assert [(one.from_ms, one.until_ms) for one in found] == expected
