"""The business clock goes on over stops, starts and changes of speed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kit.clock import Clock
from jobs.machine.business_clock import carried_on, load_clock, save_clock, stopped
from jobs.machine.steps import CannotGoOn

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SPEEDS = st.floats(min_value=0.1, max_value=1000.0)
SPANS_S = st.integers(min_value=0, max_value=10 * 86_400)


def shown(clock: Clock, real: datetime) -> datetime:
    """Return what `clock` shows at the real instant `real`."""
    return clock.start + (real - clock.epoch) * clock.speed


def test_a_first_clock_starts_at_the_real_time() -> None:
    assert carried_on(None, NOON, 60.0) == Clock(NOON, NOON, 60.0)


def test_an_hour_at_sixty_times_is_sixty_hours() -> None:
    later = NOON + timedelta(hours=1)
    assert carried_on(Clock(NOON, NOON, 60.0), later, 1.0) == Clock(
        later, NOON + timedelta(hours=60), 1.0
    )


@given(old_speed=SPEEDS, new_speed=SPEEDS, span_s=SPANS_S)
def test_a_new_start_never_moves_business_time(
    old_speed: float, new_speed: float, span_s: int
) -> None:
    old = Clock(NOON, NOON, old_speed)
    now = NOON + timedelta(seconds=span_s)
    assert shown(carried_on(old, now, new_speed), now) == shown(old, now)


@given(speed=SPEEDS, first_s=SPANS_S, second_s=SPANS_S)
def test_a_start_in_between_at_the_same_speed_changes_nothing(
    speed: float, first_s: int, second_s: int
) -> None:
    old = Clock(NOON, NOON, speed)
    middle = NOON + timedelta(seconds=first_s)
    end = middle + timedelta(seconds=second_s)
    through = shown(carried_on(old, middle, speed), end)
    assert abs(through - shown(old, end)) <= timedelta(microseconds=2)


def test_a_kept_clock_is_read_back(tmp_path: Path) -> None:
    clock = Clock(NOON, NOON - timedelta(days=3), 2.5)
    save_clock(tmp_path / "clock.json", clock)
    assert load_clock(tmp_path / "clock.json") == clock


def test_there_may_be_no_kept_clock(tmp_path: Path) -> None:
    assert load_clock(tmp_path / "clock.json") is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"epoch": "noon"}', '{"epoch": 3}'])
def test_a_damaged_clock_names_the_way_out(tmp_path: Path, content: str) -> None:
    (tmp_path / "clock.json").write_text(content)
    with pytest.raises(CannotGoOn, match="RESET=1"):
        load_clock(tmp_path / "clock.json")


def test_a_stopped_clock_stands_still_until_it_is_started_again() -> None:
    clock = Clock(NOON, NOON, 10.0)
    at_rest = stopped(clock, NOON + timedelta(minutes=6))
    morning = NOON + timedelta(hours=20)
    assert carried_on(at_rest, morning, 1.0) == Clock(morning, NOON + timedelta(hours=1), 1.0)
