"""The numbered statements on identity, privacy and time: each has a test that names it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

TESTS = Path(__file__).resolve().parents[1]
NUMBERED = re.compile(r'"""Statement (\d+)\b')


def shown() -> set[int]:
    """Return the statements that some test names by its number."""
    files = [path.read_text() for path in TESTS.rglob("test_*.py")]
    return {int(number) for text in files for number in NUMBERED.findall(text)}


def test_every_statement_from_35_to_50_has_a_test_that_names_it() -> None:
    assert set(range(35, 51)) <= shown()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Almaty", datetime(2024, 2, 29, tzinfo=UTC), 6),
        ("Asia/Almaty", datetime(2024, 3, 1, tzinfo=UTC), 5),
        ("Asia/Riyadh", datetime(2026, 7, 1, tzinfo=UTC), 3),
        ("Asia/Baghdad", datetime(2026, 7, 1, tzinfo=UTC), 3),
        ("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC), 1),
        ("Europe/Berlin", datetime(2026, 3, 30, tzinfo=UTC), 2),
    ],
)
def test_the_time_zones_are_of_today(zone: str, day: datetime, hours: int) -> None:
    """Statement 46: Kazakhstan has one zone since March 2024 (rentals: not built yet)."""
    noon = day + timedelta(hours=12)
    assert noon.astimezone(ZoneInfo(zone)).utcoffset() == timedelta(hours=hours)
