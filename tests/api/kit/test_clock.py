"""The two clocks: real time, and business time that an installation may play faster."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.kit.clock import Clock, real_now

DAYS = st.floats(-30, 30)


@given(ago=DAYS, shifted=DAYS, speed=st.floats(0.01, 1000))
def test_business_time_runs_at_its_speed_from_its_start(
    ago: float, shifted: float, speed: float
) -> None:
    epoch = real_now() - timedelta(days=ago)
    start = epoch + timedelta(days=shifted)
    clock = Clock(epoch, start, speed)
    before = real_now()
    shown = clock.now()
    after = real_now()
    grain = timedelta(microseconds=2)
    assert start + (before - epoch) * speed - grain <= shown
    assert shown <= start + (after - epoch) * speed + grain


def test_two_programs_with_the_same_three_values_show_the_same_time() -> None:
    epoch = real_now() - timedelta(hours=3)
    here, there = (Clock(epoch, epoch - timedelta(days=400), 60.0) for _ in range(2))
    first, second, third = here.now(), there.now(), here.now()
    assert first <= second <= third


def test_the_real_clock_shows_real_time_in_utc() -> None:
    before, shown, after = real_now(), Clock.real().now(), real_now()
    assert before <= shown <= after
    assert shown.utcoffset() == timedelta(0)


@given(speed=st.floats(0.01, 1000), business_s=st.integers(0, 10_000))
def test_a_span_of_business_time_takes_less_real_time_when_played_faster(
    speed: float, business_s: int
) -> None:
    epoch = datetime(2026, 1, 1, tzinfo=UTC)
    real_s = Clock(epoch, epoch, speed).real_seconds(timedelta(seconds=business_s))
    assert abs(real_s * speed - business_s) < 1e-6 * max(1, business_s)


def test_a_real_instant_is_told_as_the_business_clock_shows_it() -> None:
    epoch, start = datetime(2026, 11, 21, tzinfo=UTC), datetime(2031, 5, 5, 12, tzinfo=UTC)
    clock = Clock(epoch, start, speed=10.0)
    real_ms = round((epoch + timedelta(seconds=60)).timestamp() * 1000)
    assert clock.shown_ms(real_ms) == round((start + timedelta(seconds=600)).timestamp() * 1000)
    assert Clock.real().shown_ms(5) == 5
