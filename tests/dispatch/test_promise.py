"""Promises: made from ready time, distance and policy; kept, at risk, or late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.policy import DispatchPolicy
from dispatch.promise import PromiseWindow, Risk, expected_s, promised, risk

POLICY = DispatchPolicy(
    promise_speed_mm_s=4000,
    promise_approach_s=480,
    promise_stop_s=240,
    promise_early_s=300,
    promise_late_s=900,
    promise_round_s=300,
    risk_margin_s=180,
)
ready = st.integers(-7200, 86_400)
distance = st.integers(0, 30_000)


def test_it_takes_preparation_service_and_the_ride() -> None:
    assert expected_s(1200, 2000, POLICY) == 1200 + 240 + 500


def test_goods_ready_at_once_wait_for_a_courier() -> None:
    assert expected_s(0, 2000, POLICY) == expected_s(-900, 2000, POLICY) == 480 + 240 + 500


def test_the_window_is_rounded_outwards() -> None:
    # Expected in 1940 s: from 1640 to 2840.
    assert promised(1200, 2000, POLICY) == PromiseWindow(1500, 3000)


def test_the_ends_are_round_on_the_clock() -> None:
    window = promised(1200, 2000, POLICY, clock_s=50_461)
    assert ((50_461 + window.start_s) % 300, (50_461 + window.end_s) % 300) == (0, 0)
    assert (window.start_s, window.end_s) == (1439, 2939)


@given(ready, distance, st.integers(0, 10**9))
def test_the_expected_time_is_inside_with_room(ready_s: int, metres: int, clock_s: int) -> None:
    window, door_s = (
        promised(ready_s, metres, POLICY, clock_s=clock_s),
        expected_s(ready_s, metres, POLICY),
    )
    assert window.start_s <= door_s - POLICY.promise_early_s
    assert window.end_s >= door_s + POLICY.promise_late_s
    assert risk(window.end_s, door_s, POLICY) is Risk.ON_TIME


@given(ready, distance, distance)
def test_farther_is_never_promised_earlier(ready_s: int, a: int, b: int) -> None:
    near, far = (promised(ready_s, metres, POLICY) for metres in sorted((a, b)))
    assert (near.start_s, near.end_s) <= (far.start_s, far.end_s)


def test_a_promise_is_at_risk_within_the_margin_and_late_behind_its_end() -> None:
    assert risk(1000, 820, POLICY) is Risk.ON_TIME
    assert risk(1000, 821, POLICY) is Risk.AT_RISK
    assert risk(1000, 1000, POLICY) is Risk.AT_RISK
    assert risk(1000, 1001, POLICY) is Risk.LATE
    assert risk(-1, 0, POLICY) is Risk.LATE


def test_a_negative_distance_is_refused() -> None:
    with pytest.raises(ValueError, match="direct_m must be 0 or more metres, not -1"):
        expected_s(0, -1, POLICY)
