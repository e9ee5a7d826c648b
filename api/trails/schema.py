"""What staff ask of trails, and get."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from api.couriers.lifecycle import CourierStatus
from api.couriers.model import TrailFix
from api.kit.actor import Role
from api.kit.ids import CourierId, ZoneId
from api.kit.schema import (
    Draft,
    Latitude,
    Longitude,
    Moment,
    PageQuery,
    TextFile,
    View,
    WhenGiven,
    wrong,
)
from api.trails.model import Look
from geo.journey import Journey, Pause
from geo.vehicle import Vehicle

LONGEST = timedelta(hours=48)


class TrailQuery(PageQuery):
    """Which part of a trail; times are on the business clock."""

    since: WhenGiven | None = None
    until: WhenGiven | None = None


class Period(Draft):
    """From when until when (exclusive) on the business clock, at most 48 hours."""

    since: WhenGiven
    until: WhenGiven

    @model_validator(mode="after")
    def _in_order_and_not_too_long(self) -> Self:
        if self.until <= self.since:
            raise wrong("until", "out_of_range", "must lie after since")
        if self.until - self.since > LONGEST:
            raise wrong("until", "out_of_range", "at most 48 hours after since: ask for less")
        return self


class ReplayQuery(Period):
    """A period, and perhaps only one fix of every so many seconds."""

    every_s: Annotated[int, Field(ge=0, le=3600, description="0: every fix")] = 0


class TrailFormat(StrEnum):
    """As what a trail is exported."""

    GPX = "gpx"
    GEOJSON = "geojson"


class ExportQuery(ReplayQuery):
    """A period, and the format of the file."""

    format: TrailFormat


class ReportQuery(Period):
    """A period, and what counts as a stop."""

    stop_s: Annotated[int, Field(ge=30, le=7200, description="shortest stop")] = 180
    radius_m: Annotated[int, Field(ge=10, le=500, description="how far fixes of a stop lie")] = 50


class InstantQuery(Draft):
    """A moment on the business clock, a box of the map, and perhaps a zone.

    Shown is where each courier was last seen, at most `withinS` before the moment.
    """

    at: WhenGiven
    min_latitude: Latitude = -90.0
    min_longitude: Longitude = -180.0
    max_latitude: Latitude = 90.0
    max_longitude: Longitude = 180.0
    within_s: Annotated[int, Field(ge=1, le=3600)] = 120
    zone_id: ZoneId | None = None


class FixView(View):
    """A fix of a trail; `refusal` says why it did not move the courier."""

    epoch: int
    seq: int
    at: Moment
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: int | None
    refusal: str | None

    @classmethod
    def of(cls, fix: TrailFix) -> Self:
        """Return the view of `fix`."""
        return cls(
            epoch=fix.epoch,
            seq=fix.seq,
            at=fix.ts,
            latitude=fix.location.lat if fix.location else None,
            longitude=fix.location.lng if fix.location else None,
            accuracy_m=fix.accuracy_m,
            speed_mps=fix.speed_mps,
            heading_deg=fix.heading_deg,
            refusal=fix.refusal,
        )


class ReplayView(View):
    """A courier's believed fixes as columns: fix i was made `offsetsMs[i]` after `since`."""

    since: Moment
    until: Moment
    count: int
    offsets_ms: list[int]
    latitudes: list[float]
    longitudes: list[float]
    speeds_mps: list[float | None]


class PausedView(View):
    """A stop: where, from when until when."""

    latitude: float
    longitude: float
    since: Moment
    until: Moment
    duration_s: int

    @classmethod
    def of(cls, pause: Pause, since: datetime, until: datetime) -> Self:
        """Return the view of `pause`."""
        return cls(
            latitude=round(pause.place.lat, 6),
            longitude=round(pause.place.lng, 6),
            since=since,
            until=until,
            duration_s=round(pause.seconds),
        )


class ReportView(View):
    """How far a courier went, and where the time went: moving, stopped, or not known.

    Refused fixes count for nothing here but in `refusedFixes`.
    """

    since: Moment
    until: Moment
    fixes: int
    refused_fixes: dict[str, int]
    first_fix_at: Moment | None
    last_fix_at: Moment | None
    distance_m: int
    moving_s: int
    stopped_s: int
    silent_s: int
    top_speed_mps: float | None
    stops: list[PausedView]

    @classmethod
    def times_of(cls, journey: Journey) -> dict[str, Any]:
        """Return what a journey says of distance and time."""
        top = journey.top_speed_mps
        return {
            "distance_m": round(journey.distance_m),
            "moving_s": round(journey.moving_s),
            "stopped_s": round(journey.paused_s),
            "silent_s": round(journey.silent_s),
            "top_speed_mps": None if top is None else round(top, 1),
        }


class SeenCourierView(View):
    """Where a courier was last seen before a moment."""

    id: CourierId
    name: str
    status_now: CourierStatus
    vehicle_type: Vehicle
    latitude: float
    longitude: float
    heading_deg: int | None
    speed_mps: float | None
    fixed_at: Moment


class InstantView(View):
    """The couriers of a moment."""

    at: Moment
    couriers: list[SeenCourierView]


class LookView(View):
    """Somebody of the staff looked at the courier's trail; `how` says in which form."""

    at: Moment
    role: Role | None
    how: str | None
    since: str | None
    until: str | None

    @classmethod
    def of(cls, look: Look) -> Self:
        """Return the view of `look`."""
        part = look.new_values or {}
        named = {"how": part.get("as"), "since": part.get("since"), "until": part.get("until")}
        return cls(at=look.created_at, role=look.role, **named)


class TrailFile(TextFile):
    """A trail as a file."""

    media_types: ClassVar = ("application/gpx+xml", "application/geo+json")
