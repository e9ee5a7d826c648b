"""Smoothing: many couriers against one by one, and what it must do."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.fix import Fix
from geo.kalman import Reading
from geo.point import Point
from geo.smoothing import Tracks, unrest_of
from geo.vehicle import Vehicle
from tests.support.ways import PLANE, START_MS, STEPS, fix, way


@settings(max_examples=100, deadline=None)
@given(
    ways=st.lists(st.lists(STEPS, max_size=6), min_size=1, max_size=5),
    before=st.lists(STEPS, max_size=3),
)
def test_many_in_one_call_are_each_by_themselves(
    ways: list[list[tuple[int, float, float, float | None, float | None, float | None]]],
    before: list[tuple[int, float, float, float | None, float | None, float | None]],
) -> None:
    """Whoever has an unbelievable fix among theirs is left as they were."""
    many, single, slots = Tracks(), Tracks(), [7 * place + 60 for place in range(len(ways))]
    vehicles = [list(Vehicle)[place % 4] for place in range(len(ways))]
    ridden = [way(before + steps) for steps in ways]
    for slot, fixes, vehicle in zip(slots, ridden, vehicles, strict=True):
        for one in fixes[: len(before)]:
            assert many.follow(slot, one, vehicle) == single.follow(slot, one, vehicle)
    left = [fixes[len(before) :] for fixes in ridden]
    flat = [one for fixes in left for one in fixes]
    columns = (
        np
        .array(
            [
                [
                    np.nan if value is None else value
                    for value in (
                        one.t_ms,
                        one.lat,
                        one.lng,
                        one.speed_mps,
                        one.heading_deg,
                        one.accuracy_m,
                    )
                ]
                for one in flat
            ],
            dtype=np.float64,
        )
        .reshape(-1, 6)
        .T
    )
    believed = many.follow_many(
        np.array(slots),
        Reading(*columns),
        np.repeat(np.arange(len(left)), [len(fixes) for fixes in left]),
        np.array([unrest_of(one) for one in vehicles]),
    )
    for place, (slot, fixes, vehicle) in enumerate(zip(slots, left, vehicles, strict=True)):
        was = single.of(slot)
        assert bool(believed[place]) == all([single.follow(slot, one, vehicle) for one in fixes])
        wanted, found = single.of(slot) if believed[place] else was, many.of(slot)
        assert (wanted is None) == (found is None)
        if wanted is not None and found is not None:
            assert (found.lat, found.lng, found.speed_mps) == pytest.approx(
                (wanted.lat, wanted.lng, wanted.speed_mps), rel=1e-9, abs=1e-9
            )


def test_a_jump_moves_nobody_and_the_way_goes_on() -> None:
    """A fix 300 m off among those of a steady ride."""
    tracks = Tracks()
    for t_s in range(20):
        assert tracks.follow(3, fix(t_s, 10.0 * t_s, 0.0, 10.0, 90.0), Vehicle.CAR)
    assert not tracks.follow(3, fix(20, 200.0, 300.0, 10.0, 90.0), Vehicle.CAR)
    assert tracks.follow(3, fix(21, 210.0, 0.0, 10.0, 90.0), Vehicle.CAR)
    found = tracks.of(3)
    assert found is not None
    assert PLANE.xy_of(Point(found.lat, found.lng)) == pytest.approx((210.0, 0.0), abs=1.0)
    assert (found.speed_mps, found.heading_deg) == pytest.approx((10.0, 90.0), abs=0.5)


def test_who_comes_out_of_a_tunnel_is_believed_at_once() -> None:
    """Half a minute without a fix, a bend under ground."""
    tracks = Tracks()
    for t_s in range(10):
        tracks.follow(0, fix(t_s, 15.0 * t_s, 0.0, 15.0, 90.0), Vehicle.CAR)
    assert tracks.follow(0, fix(40, 250.0, 300.0, 15.0, 0.0), Vehicle.CAR)


def test_after_a_long_silence_the_way_begins_anew() -> None:
    """However far away; where somebody who insists is, too."""
    tracks = Tracks()
    tracks.follow(0, fix(0, 0.0, 0.0), Vehicle.ON_FOOT)
    assert tracks.follow(0, fix(61, 5000.0, 0.0), Vehicle.ON_FOOT)
    tracks.begin(0, fix(62, -3000.0, 0.0))
    found = tracks.of(0)
    assert found is not None
    assert PLANE.xy_of(Point(found.lat, found.lng)) == pytest.approx((-3000.0, 0.0), abs=0.01)


def test_nobody_is_anywhere_before_a_fix_or_when_forgotten() -> None:
    """A slot is another's afterwards."""
    tracks = Tracks()
    assert tracks.of(5000) is None
    tracks.follow(5000, fix(0, 0.0, 0.0), Vehicle.CAR)
    tracks.forget(5000)
    assert tracks.of(5000) is None
    assert tracks.of(1) is None


def test_a_way_across_the_antimeridian_is_a_way_like_others() -> None:
    """No jump of a turn round the globe, no longitude beyond 180."""
    tracks = Tracks()
    for t_s in range(10):
        east = math.remainder(179.9996 + t_s * 0.0001, 360.0)
        one = Fix(1, START_MS + t_s * 1000, 0.0, east, 11.1, 90.0, 5.0)
        assert tracks.follow(0, one, Vehicle.CAR)
    found = tracks.of(0)
    assert found is not None
    assert -180.0 <= found.lng < -179.99
