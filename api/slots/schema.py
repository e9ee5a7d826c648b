"""What clients send to delivery slots and get from them."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from api.kit.ids import SlotId, ZoneId
from api.kit.schema import AfterQuery, Draft, Moment, View, wrong
from api.slots.model import Slot
from api.slots.wall_clock import Hours, first_overlap

LONGEST_RANGE_DAYS = 92
MOST_AT_ONCE = 1_000
LARGEST_SLOT = 10_000

WallTime = Annotated[
    str,
    Field(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="the zone's wall clock, HH:MM",
        examples=["09:30"],
    ),
]
"""A time of day in requests and replies; whole minutes only."""


def _in_our_time(day: date) -> date:
    if not 2000 <= day.year < 2100:
        message = "must lie between the years 2000 and 2100"
        raise ValueError(message)
    return day


Day = Annotated[
    date,
    AfterValidator(_in_our_time),
    Field(description="a day of the zone's calendar, for example 2026-11-21"),
]
Weekday = Annotated[int, Field(ge=1, le=7, description="1 is Monday, 7 is Sunday")]
Places = Annotated[int, Field(ge=1, le=LARGEST_SLOT)]


class HoursDraft(Draft):
    """From when to when; 00:00 as end is the end of the day."""

    start_time: WallTime
    end_time: WallTime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.start_time >= self.end_time != "00:00":
            message = "must lie after startTime on the same day; 00:00 is the end of the day"
            raise wrong("endTime", "too_early", message)
        return self

    def on(self, day: date) -> Hours:
        """Return the hours on a day."""
        start, end = time.fromisoformat(self.start_time), time.fromisoformat(self.end_time)
        return Hours(day, start, end)


class SlotsDraft(Draft):
    """Slots of one day, or of a weekly pattern: `date` to `lastDate` on `daysOfWeek`.

    Each has `maxOrders` places.
    """

    zone_id: ZoneId
    date: Day
    last_date: Day | None = None
    days_of_week: Annotated[list[Weekday], Field(min_length=1, max_length=7)] | None = None
    times: Annotated[list[HoursDraft], Field(min_length=1, max_length=96)]
    max_orders: Places
    is_available: bool = True

    @model_validator(mode="after")
    def _a_range_of_some_weeks(self) -> Self:
        if self.last_date is None:
            if self.days_of_week is not None:
                raise wrong("lastDate", "required", "send lastDate with daysOfWeek, or neither")
            return self
        if self.last_date < self.date:
            raise wrong("lastDate", "too_early", "must not lie before date")
        if self.last_date - self.date >= timedelta(days=LONGEST_RANGE_DAYS):
            message = f"at most {LONGEST_RANGE_DAYS} days at once: send the rest after these"
            raise wrong("lastDate", "too_far", message)
        return self

    @model_validator(mode="after")
    def _times_that_keep_apart(self) -> Self:
        clash = first_overlap(one.on(self.date) for one in self.times)
        if clash:
            one, other = (f"{hours.start:%H:%M}-{hours.end:%H:%M}" for hours in clash)
            raise wrong("times", "overlap", f"{other} overlaps {one}: let them touch at most")
        return self

    def wanted(self) -> Iterator[Hours]:
        """Yield the hours of every slot that is asked for, in order."""
        last = self.last_date or self.date
        for ahead in range((last - self.date).days + 1):
            day = self.date + timedelta(days=ahead)
            if self.days_of_week is None or day.isoweekday() in self.days_of_week:
                yield from sorted(one.on(day) for one in self.times)


class SlotDraft(HoursDraft):
    """What staff may change of a slot; times only while no order is booked into it."""

    max_orders: Places
    is_available: bool = True


class SlotPath(Draft):
    """Which slot."""

    slot_id: SlotId


class RangeQuery(AfterQuery):
    """Which days, both included."""

    date_from: Day | None = None
    date_until: Day | None = None

    @model_validator(mode="after")
    def _some_days_in_order(self) -> Self:
        if self.date_from is None or self.date_until is None:
            return self
        if self.date_until < self.date_from:
            raise wrong("dateUntil", "too_early", "must not lie before dateFrom")
        if self.date_until - self.date_from >= timedelta(days=LONGEST_RANGE_DAYS):
            message = f"at most {LONGEST_RANGE_DAYS} days at once"
            raise wrong("dateUntil", "too_far", message)
        return self


class FreeSlotQuery(RangeQuery):
    """Which slots that take orders: a week from today, or from `dateFrom`, unless told otherwise.

    `zoneId` is that of `GET /api/v1/delivery-fees` for the same two places.
    """

    zone_id: ZoneId


class SlotQuery(RangeQuery):
    """Which slots, as staff see them."""

    zone_id: ZoneId | None = None


class FreeSlotView(View):
    """A slot that takes orders."""

    id: SlotId
    zone_id: ZoneId
    date: date
    start_time: WallTime
    end_time: WallTime
    starts_at: Moment
    ends_at: Moment
    free_places: int

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """Return the view of `slot`."""
        return cls(**_common(slot))


class SlotView(FreeSlotView):
    """A slot with its load."""

    max_orders: int
    current_orders: int
    is_available: bool
    version: int
    updated_at: Moment

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """Return the view of `slot`."""
        return cls(
            **_common(slot),
            current_orders=slot.current_orders,
            **{name: getattr(slot, name) for name in _PLANNED},
        )


class PlannedSlotView(View):
    """A slot as staff set it; bookings, which leave its version as it is, change nothing here."""

    id: SlotId
    zone_id: ZoneId
    date: date
    start_time: WallTime
    end_time: WallTime
    max_orders: int
    is_available: bool
    version: int
    updated_at: Moment

    @classmethod
    def of(cls, slot: Slot) -> Self:
        """Return the view of `slot`."""
        values = _common(slot) | {name: getattr(slot, name) for name in _PLANNED}
        return cls(**{name: values[name] for name in cls.model_fields})


class SkippedView(View):
    """Hours of a weekly pattern that do not exist on that day: the clock is put forward."""

    date: date
    start_time: WallTime
    end_time: WallTime

    @classmethod
    def of(cls, hours: Hours) -> Self:
        """Return the view of `hours`."""
        start, end = (f"{at:%H:%M}" for at in (hours.start, hours.end))
        return cls(date=hours.date, start_time=start, end_time=end)


class OpenedView(View):
    """The slots that were made, and what the clock jumps over."""

    slots: list[SlotView]
    skipped: list[SkippedView]


_PLANNED = ("max_orders", "is_available", "version", "updated_at")


def _common(slot: Slot) -> dict[str, object]:
    span = slot.span
    return {
        "id": slot.id,
        "zone_id": slot.zone_id,
        "date": slot.date,
        "start_time": f"{slot.start_time:%H:%M}",
        "end_time": f"{slot.end_time:%H:%M}",
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "free_places": slot.free_places,
    }
