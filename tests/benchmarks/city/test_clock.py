"""The business clock as robots read it."""

import pytest

from benchmarks.city.clock import BusinessClock, clock_of, rfc3339, unix_ms


def test_business_time_runs_from_the_start_at_its_speed() -> None:
    clock = BusinessClock(epoch_ms=1_000_000, start_ms=5_000_000, speed=60.0)
    assert clock.at(1_000_000) == 5_000_000
    assert clock.at(1_001_000) == 5_060_000
    assert clock.at(999_000) == 4_940_000


def test_real_seconds_are_business_seconds_over_the_speed() -> None:
    assert BusinessClock(0, 0, 4.0).real_s(60.0) == 15.0


def test_no_time_is_left_until_an_instant_that_is_past() -> None:
    clock = BusinessClock(0, 0, 1.0)
    assert clock.real_s_until(clock.now_ms() - 5000) == 0.0


def test_the_clock_is_read_from_the_configuration_of_the_pages() -> None:
    told = {"realtimeUrl": "", "clock": {"epochMs": 1, "startMs": 2, "speed": 3}}
    assert clock_of(told) == BusinessClock(1, 2, 3.0)


@pytest.mark.parametrize("instant", [0, 1_528_070_400_000, 1_528_070_400_123])
def test_an_instant_survives_being_written_and_read(instant: int) -> None:
    assert unix_ms(rfc3339(instant)) == instant


def test_instants_are_written_in_utc_with_milliseconds() -> None:
    assert rfc3339(1_528_070_400_005) == "2018-06-04T00:00:00.005Z"
