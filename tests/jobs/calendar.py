"""The job worker at another business time, with other settings."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from api.kit.clock import Clock
from api.kit.resources import Resources
from api.settings import SETTINGS
from jobs.station import Station

NOON = datetime(2031, 3, 5, 12, tzinfo=UTC)


def at(station: Station, now: datetime = NOON, **settings: Any) -> Station:
    """Return the station at a business time that stands still."""
    resources = Resources(dict(station.resources._held))
    resources.put(SETTINGS, station.settings.model_copy(update=settings))
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC), now, 1e-9)
    return replace(station, clock=clock, resources=resources)
