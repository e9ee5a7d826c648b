"""Tables and rows of delivery slots: spans of a zone's day, each with a number of places."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    Table,
    Time,
    UniqueConstraint,
    Uuid,
)

from api.kit.ids import SlotId, ZoneId
from api.kit.tables import identity, metadata, stamps
from api.slots.wall_clock import Hours, Span, span_of
from api.zones.time_zones import time_zone

delivery_slots = Table(
    "delivery_slots",
    metadata,
    identity(),
    Column("zone_id", Uuid, ForeignKey("zones.id"), nullable=False),
    Column("date", Date, nullable=False),
    Column("start_time", Time, nullable=False),
    Column("end_time", Time, nullable=False),
    Column("max_orders", Integer, nullable=False),
    Column("current_orders", Integer, nullable=False),
    Column("is_available", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    *stamps(),
    UniqueConstraint("zone_id", "date", "start_time"),
    CheckConstraint("current_orders >= 0 AND current_orders <= max_orders", name="places"),
    CheckConstraint("start_time < end_time OR end_time = '00:00'", name="hours"),
    comment="date and times are the wall clock's in the zone; 00:00 ends the day",
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of a zone's day in which so many orders are delivered.

    `time_zone` is that of the zone now. `version` counts what staff change; orders that take or
    free a place leave it as it is.
    """

    id: SlotId
    zone_id: ZoneId
    time_zone: str
    date: date
    start_time: time
    end_time: time
    max_orders: int
    current_orders: int
    is_available: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def hours(self) -> Hours:
        """Return when it is, by the wall clock."""
        return Hours(self.date, self.start_time, self.end_time)

    @property
    def span(self) -> Span:
        """Return from which instant to which it is."""
        return span_of(self.hours, time_zone(self.time_zone))

    @property
    def free_places(self) -> int:
        """Return how many more orders it takes."""
        return self.max_orders - self.current_orders
