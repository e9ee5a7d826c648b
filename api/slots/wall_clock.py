"""Hours of the wall clock as instants, on days too when the clock is put forward or back.

Every reading of the wall clock means one instant. A reading that comes twice means the first; one
that is skipped means the instant of the jump. So what is later on the wall clock is never earlier
in truth, hours that touch still touch, and a day's hours cover the whole day, of 23 hours or 25.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """From when to when on a day of the wall clock; an end at 00:00 is the end of that day."""

    date: date
    start: time
    end: time

    @property
    def begin(self) -> datetime:
        """Return the reading of the wall clock with which they begin."""
        return datetime.combine(self.date, self.start)

    @property
    def close(self) -> datetime:
        """Return the reading of the wall clock with which they end."""
        day = self.date + _DAY if self.end == MIDNIGHT else self.date
        return datetime.combine(day, self.end)

    def __str__(self) -> str:
        """Return them as people write them."""
        return f"{self.date} {self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Span:
    """From which instant to which, in UTC."""

    starts_at: datetime
    ends_at: datetime


def span_of(hours: Hours, zone: ZoneInfo) -> Span:
    """Return from which instant to which `hours` are; the same one twice if all are skipped."""
    return Span(instant_of(hours.begin, zone), instant_of(hours.close, zone))


def is_skipped(hours: Hours, zone: ZoneInfo) -> bool:
    """Tell whether the clock jumps over all of `hours`: there is no minute to deliver in."""
    span = span_of(hours, zone)
    return span.starts_at == span.ends_at


def instant_of(reading: datetime, zone: ZoneInfo) -> datetime:
    """Return the one instant, in UTC, that a naive `reading` of the wall clock means."""
    at = reading.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if reading_at(at, zone) == reading:
        return at
    before = reading.replace(tzinfo=zone, fold=1).astimezone(UTC)  # the jump lies between the two
    old = before.astimezone(zone).utcoffset()
    seconds = range(int((at - before).total_seconds()) + 1)
    jump = bisect_left(
        seconds,
        True,
        key=lambda s: (before + timedelta(seconds=s)).astimezone(zone).utcoffset() != old,
    )
    return before + timedelta(seconds=jump)


def reading_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what the wall clock shows at an instant, naive."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def passed_at(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the latest reading, to the minute, that has passed at an instant: what begins after it
    begins after the instant. While an hour comes for the second time, all of it has passed."""
    if moment.astimezone(zone).fold == 0:
        return reading_at(moment, zone)
    return max(reading_at(moment - minutes * _MINUTE, zone) for minutes in range(24 * 60))


def first_overlap(many: Iterable[Hours]) -> tuple[Hours, Hours] | None:
    """Return two of `many` that have a minute of the wall clock in common, the later one second."""
    for one, other in pairwise(sorted(many)):
        if other.begin < one.close:
            return one, other
    return None
