"""Statement 46: hours of the wall clock on the days on which it is put forward or back."""

import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.slots.wall_clock import (
    Hours,
    first_overlap,
    instant_of,
    is_skipped,
    passed_at,
    reading_at,
    span_of,
)
from api.zones.time_zones import names, time_zone

BERLIN, ALMATY = time_zone("Europe/Berlin"), time_zone("Asia/Almaty")
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = [
    "Europe/Berlin",
    "Europe/Lisbon",
    "Asia/Almaty",
    "Asia/Riyadh",
    "Asia/Baghdad",
    "Australia/Lord_Howe",  # half an hour
    "America/Santiago",  # at midnight
    "Africa/Casablanca",  # twice around Ramadan
]
READINGS = st.integers(0, 4 * 365 * 1440).map(
    lambda minutes: datetime.combine(date(2024, 1, 1), time(0)) + minutes * MINUTE
)


def hours(day: date, start: int, end: int, minute: int = 0) -> Hours:
    """Return hours of a day that begin and end at so many minutes past."""
    return Hours(day, time(start, minute), time(end % 24, minute))


def slow_instant(reading: datetime, zone: ZoneInfo) -> datetime:
    """Return the first minute at which the clock shows `reading` or has just jumped over it."""
    at = reading.replace(tzinfo=UTC) - timedelta(hours=15)
    while reading_at(at, zone) < reading:
        at += MINUTE
    return at


@pytest.mark.parametrize(
    ("day", "start", "end", "begins", "ends"),
    [
        (FORWARD, 1, 2, "00:00", "01:00"),
        (FORWARD, 1, 3, "00:00", "01:00"),  # 3:00 is the moment of the jump
        (FORWARD, 2, 4, "01:00", "02:00"),  # begins with the jump
        (FORWARD, 3, 4, "01:00", "02:00"),
        (FORWARD, 10, 12, "08:00", "10:00"),
        (BACK, 1, 2, "23:00", "00:00"),
        (BACK, 2, 3, "00:00", "02:00"),  # the hour that comes twice is one slot, two hours long
        (BACK, 3, 4, "02:00", "03:00"),
        (BACK, 10, 12, "09:00", "11:00"),
    ],
)
def test_a_slot_in_berlin_is_where_it_is_on_the_days_of_change(
    day: date, start: int, end: int, begins: str, ends: str
) -> None:
    """Statement 46: a reading that comes twice is the first, one that is skipped is the jump."""
    span = span_of(hours(day, start, end), BERLIN)
    assert [f"{at:%H:%M}" for at in (span.starts_at, span.ends_at)] == [begins, ends]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("minute", [0, 30])
def test_hours_that_touch_cover_each_day_once_whatever_the_clock_does(
    name: str, minute: int
) -> None:
    """Statement 46: nothing vanishes and nothing doubles, in a whole year of any zone."""
    zone = time_zone(name)
    edges = [
        instant_of(datetime.combine(date(2026, 1, 1) + n * DAY, time(hour, minute)), zone)
        for n in range(366)
        for hour in range(24)
    ]
    assert edges == sorted(edges)
    first, last = (
        reading_at(edge, zone).replace(tzinfo=UTC) - edge for edge in edges[:: 366 * 24 - 1]
    )
    assert edges[-1] - edges[0] == timedelta(hours=366 * 24 - 1) + first - last
    lengths = [(other - one) / timedelta(hours=1) for one, other in pairwise(edges)]
    assert {length for length in lengths if length != 1} <= {0, 0.5, 1.5, 2}


@given(READINGS, st.sampled_from(ZONES))
def test_a_reading_means_the_instant_that_a_slow_walk_finds(reading: datetime, name: str) -> None:
    zone = time_zone(name)
    assert instant_of(reading, zone) == slow_instant(reading, zone)


@given(st.integers(-90, 240), st.sampled_from([FORWARD, BACK]))
def test_around_a_change_readings_mean_what_a_slow_walk_finds(minutes: int, day: date) -> None:
    reading = datetime.combine(day, time(1)) + minutes * MINUTE
    assert instant_of(reading, BERLIN) == slow_instant(reading, BERLIN)


@given(st.integers(-180, 360), st.integers(-180, 360), st.sampled_from([FORWARD, BACK]))
def test_what_has_passed_is_what_no_longer_lies_ahead(at: int, slot: int, day: date) -> None:
    midnight = datetime.combine(day, time(0))
    now = midnight.replace(tzinfo=UTC) + at * MINUTE
    reading = midnight + slot * MINUTE
    assert (reading > passed_at(now, BERLIN)) == (instant_of(reading, BERLIN) > now)


def test_only_hours_without_a_minute_are_skipped() -> None:
    """Statement 46: 2 to 3 o'clock has no minute on 29 March, and two hours on 25 October."""
    every = [[hours(day, n, n + 1) for n in range(24)] for day in (FORWARD, BACK)]
    skipped = [one for one in every[0] + every[1] if is_skipped(one, BERLIN)]
    assert skipped == [hours(FORWARD, 2, 3)]
    assert not is_skipped(hours(FORWARD, 2, 3, minute=30), BERLIN)


@pytest.mark.parametrize("name", ["Asia/Riyadh", "Asia/Baghdad"])
def test_without_summer_time_a_day_has_24_hours_all_year(name: str) -> None:
    """Statement 46: Riyadh and Baghdad are not affected."""
    for number in range(366):
        day = date(2026, 1, 1) + number * DAY
        span = span_of(Hours(day, time(0), time(0)), time_zone(name))
        assert span.starts_at == datetime.combine(day, time(0), UTC) - timedelta(hours=3)
        assert span.ends_at - span.starts_at == DAY


def test_kazakhstan_changed_its_zone_once() -> None:
    """Statement 46: fails with a tzdata from before 2024, in which Almaty keeps UTC+6."""
    before = span_of(hours(date(2024, 2, 28), 9, 11), ALMATY).starts_at
    after = span_of(hours(date(2024, 3, 1), 9, 11), ALMATY).starts_at
    assert (before.hour, after.hour) == (3, 4)
    last = span_of(hours(date(2024, 2, 29), 22, 24), ALMATY)
    assert last.ends_at - last.starts_at == timedelta(hours=3)


def test_the_names_are_those_of_zones() -> None:
    """A machine may also know `localtime`, which means something else on each."""
    assert {"Europe/Berlin", "Asia/Almaty", "UTC"} <= names()
    with pytest.raises(LookupError):
        time_zone("localtime")


@pytest.fixture
def old_machine(tmp_path: Path) -> Iterator[None]:
    """Give this machine time zones of its own in which Almaty still has UTC+6."""
    (tmp_path / "Asia").mkdir()
    with resources.as_file(resources.files("tzdata.zoneinfo.Etc") / "GMT-6") as six_ahead:
        shutil.copy(six_ahead, tmp_path / "Asia" / "Almaty")
    known = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    time_zone.cache_clear()
    yield
    zoneinfo.reset_tzpath(to=known)
    time_zone.cache_clear()


@pytest.mark.usefixtures("old_machine")
def test_the_time_zones_of_an_old_machine_are_not_asked() -> None:
    """Statement 46: slots follow the locked tzdata, whatever the machine has."""
    noon = datetime.combine(date(2026, 11, 21), time(12))
    assert ZoneInfo.no_cache("Asia/Almaty").utcoffset(noon) == timedelta(hours=6)
    assert time_zone("Asia/Almaty").utcoffset(noon) == timedelta(hours=5)


@pytest.mark.parametrize("name", sorted(names()))
def test_every_zone_that_a_market_may_have_is_known(name: str) -> None:
    assert time_zone(name).key == name


TIMES = st.integers(0, 24 * 12 - 1).map(lambda n: time(n // 12, n % 12 * 5))
SOME_HOURS = st.builds(Hours, st.sampled_from([FORWARD, FORWARD + DAY, BACK]), TIMES, TIMES).filter(
    lambda one: one.begin < one.close
)


@given(st.lists(SOME_HOURS, max_size=6))
def test_an_overlap_is_found_where_two_share_a_minute(many: list[Hours]) -> None:
    clash = first_overlap(many)
    shared = any(
        one.begin < other.close and other.begin < one.close
        for place, one in enumerate(many)
        for other in many[place + 1 :]
    )
    assert (clash is not None) == shared
    if clash:
        one, other = clash
        assert one.begin <= other.begin < one.close
