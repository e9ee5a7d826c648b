"""Why fixes are refused, reason by reason."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.fix import Fix, FixLimits, limits_for
from geo.point import Point, distance_m, offset
from geo.screening import Elsewhere, Refusal, insist, screen
from geo.vehicle import Vehicle

NOW_MS = 1_790_000_000_000
HERE = Point(41.15, -8.61)
LAST = Fix(7, NOW_MS - 10_000, HERE.lat, HERE.lng, 5.0, 90.0, 10.0)
CAR = limits_for(Vehicle.CAR)


def fix_at(east_m: float, t_ms: int = NOW_MS, accuracy_m: float | None = 10.0) -> Fix:
    there = offset(HERE, 0, east_m)
    return Fix(8, t_ms, there.lat, there.lng, None, None, accuracy_m)


def test_a_fix_from_the_same_street_is_believed() -> None:
    assert screen(fix_at(80), LAST, NOW_MS, CAR) is None


def test_the_first_fix_needs_no_last_one() -> None:
    assert screen(fix_at(10_000), None, NOW_MS, CAR) is None


@pytest.mark.parametrize(
    ("lat", "lng"),
    [(90.1, 0), (-90.1, 0), (5, 180.1), (5, -180.1), (math.nan, 1), (1, math.inf), (0.0, 0.0)],
)
def test_a_place_that_is_none_is_invalid(lat: float, lng: float) -> None:
    fix = replace(fix_at(0), lat=lat, lng=lng)
    assert screen(fix, LAST, NOW_MS, CAR) is Refusal.INVALID


@pytest.mark.parametrize("accuracy_m", [-1.0, math.nan, math.inf])
def test_an_accuracy_that_is_none_is_invalid(accuracy_m: float) -> None:
    assert screen(fix_at(0, accuracy_m=accuracy_m), LAST, NOW_MS, CAR) is Refusal.INVALID


def test_the_equator_and_the_meridian_are_places_apart_from_their_crossing() -> None:
    assert screen(replace(fix_at(0), lat=0.0, lng=9.0), None, NOW_MS, CAR) is None
    assert screen(replace(fix_at(0), lat=9.0, lng=0.0), None, NOW_MS, CAR) is None


def test_a_clock_may_be_a_minute_ahead_and_no_more() -> None:
    assert screen(fix_at(0, NOW_MS + 60_000), LAST, NOW_MS, CAR) is None
    assert screen(fix_at(0, NOW_MS + 60_001), LAST, NOW_MS, CAR) is Refusal.FUTURE


def test_a_fix_may_be_a_day_old_and_no_more() -> None:
    day_ms = 24 * 3_600_000
    assert screen(fix_at(0, NOW_MS - day_ms), None, NOW_MS, CAR) is None
    assert screen(fix_at(0, NOW_MS - day_ms - 1), None, NOW_MS, CAR) is Refusal.OUTDATED


def test_a_fix_may_be_half_a_kilometre_off_and_no_more() -> None:
    assert screen(fix_at(0, accuracy_m=500.0), LAST, NOW_MS, CAR) is None
    assert screen(fix_at(0, accuracy_m=500.1), LAST, NOW_MS, CAR) is Refusal.INACCURATE


@pytest.mark.parametrize("t_ms", [LAST.t_ms, LAST.t_ms - 1, LAST.t_ms - 3_600_000])
def test_a_fix_that_is_not_newer_is_superseded(t_ms: int) -> None:
    assert screen(fix_at(0, t_ms), LAST, NOW_MS, CAR) is Refusal.SUPERSEDED


def test_nobody_moves_faster_than_the_vehicle_can_go() -> None:
    reach_m = CAR.max_speed_mps * 10 + 10 + 10
    assert screen(fix_at(reach_m - 1), LAST, NOW_MS, CAR) is None
    assert screen(fix_at(reach_m + 1), LAST, NOW_MS, CAR) is Refusal.JUMP


def test_both_accuracies_are_allowed_for() -> None:
    far = fix_at(CAR.max_speed_mps * 10 + 300, accuracy_m=200.0)
    assert screen(far, LAST, NOW_MS, CAR) is Refusal.JUMP
    assert screen(far, replace(LAST, accuracy_m=150.0), NOW_MS, CAR) is None


def test_an_unknown_accuracy_is_taken_as_usual() -> None:
    limits = FixLimits(max_speed_mps=10, unknown_accuracy_m=50)
    last = replace(LAST, accuracy_m=None)
    assert screen(fix_at(100 + 99, accuracy_m=None), last, NOW_MS, limits) is None
    assert screen(fix_at(100 + 101, accuracy_m=None), last, NOW_MS, limits) is Refusal.JUMP


def test_who_drives_may_go_where_who_walks_may_not() -> None:
    fix = fix_at(300)
    assert screen(fix, LAST, NOW_MS, limits_for(Vehicle.MOTORCYCLE)) is None
    assert screen(fix, LAST, NOW_MS, limits_for(Vehicle.ON_FOOT)) is Refusal.JUMP


def test_the_first_reason_in_the_protocols_order_is_given() -> None:
    fix = replace(fix_at(90_000, NOW_MS + 90_000, accuracy_m=900.0), lat=99.0)
    reasons = []
    for mended in (
        {},
        {"lat": HERE.lat},
        {"t_ms": NOW_MS - 25 * 3_600_000},
        {"t_ms": LAST.t_ms - 1},
        {"accuracy_m": 10.0},
        {"t_ms": NOW_MS},
        {"lng": HERE.lng},
    ):
        fix = replace(fix, **mended)
        reasons.append(screen(fix, LAST, NOW_MS, CAR))
    order = [*Refusal]
    assert reasons == [*order, None]


def test_jumps_that_agree_are_counted() -> None:
    elsewhere = None
    for second in range(3):
        elsewhere = insist(elsewhere, fix_at(90_000 + 20 * second, NOW_MS + 1000 * second), CAR)
    assert elsewhere == Elsewhere(fix_at(90_040, NOW_MS + 2000), 3)


def test_a_jump_that_contradicts_those_before_it_begins_anew() -> None:
    before = Elsewhere(fix_at(90_000), 4)
    other = fix_at(-90_000, NOW_MS + 1000)
    assert insist(before, other, CAR) == Elsewhere(other, 1)


@pytest.mark.parametrize("late_ms", [0, 1000])
def test_a_jump_that_is_not_newer_than_the_one_before_counts_for_nothing(late_ms: int) -> None:
    before = Elsewhere(fix_at(90_000), 4)
    assert insist(before, fix_at(90_000, NOW_MS - late_ms), CAR) == before


NUMBER = st.floats() | st.floats(-200, 200)
FIXES = st.builds(
    Fix,
    seq=st.integers(1, 9),
    t_ms=st.integers(NOW_MS - 90_000_000, NOW_MS + 90_000),
    lat=NUMBER,
    lng=NUMBER,
    speed_mps=st.none() | NUMBER,
    heading_deg=st.none() | NUMBER,
    accuracy_m=st.none() | NUMBER,
)


@given(FIXES)
def test_a_believed_fix_is_on_the_globe_and_in_time(fix: Fix) -> None:
    if screen(fix, None, NOW_MS, CAR) is None:
        assert -90 <= fix.lat <= 90
        assert -180 <= fix.lng <= 180
        assert NOW_MS - CAR.max_age_ms <= fix.t_ms <= NOW_MS + CAR.max_ahead_ms
        assert fix.accuracy_m is None or 0 <= fix.accuracy_m <= CAR.max_accuracy_m


@given(FIXES)
def test_a_believed_move_is_possible(fix: Fix) -> None:
    if screen(fix, LAST, NOW_MS, CAR) is None:
        seconds = (fix.t_ms - LAST.t_ms) / 1000
        doubt_m = 10 + (30 if fix.accuracy_m is None else fix.accuracy_m)
        moved_m = distance_m(HERE, Point(fix.lat, fix.lng))
        assert seconds > 0
        assert moved_m <= CAR.max_speed_mps * seconds + doubt_m + 1e-6
