"""Looking at trails: every look is noted, with who, whose, and which part."""

import asyncio
import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from api.couriers import service as couriers
from api.couriers.model import TrailFix
from api.kit.ids import CourierId
from api.kit.page import offset_of
from api.kit.schema import PageQuery
from api.kit.work import Work
from api.trails import chunks, files, repository
from api.trails.model import Look
from api.trails.schema import (
    ExportQuery,
    InstantQuery,
    InstantView,
    PausedView,
    Period,
    ReplayQuery,
    ReplayView,
    ReportQuery,
    ReportView,
    SeenCourierView,
    TrailFile,
    TrailFormat,
    TrailQuery,
)
from geo.box import Box
from geo.chunk import FixColumns
from geo.journey import StopPolicy, Track, journey

_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


async def fixes(work: Work, courier_id: CourierId, query: TrailQuery) -> tuple[list[TrailFix], int]:
    """Return a page of a courier's fixes, refused ones too."""
    await _look(work, courier_id, "fixes", query.since, query.until)
    period = (query.since or _FIRST, query.until or _LAST)
    return await repository.fixes(work, courier_id, period, query.page_size, offset_of(query))


async def replay(work: Work, courier_id: CourierId, query: ReplayQuery) -> ReplayView:
    """Return a courier's way as columns."""
    await _look(work, courier_id, "replay", query.since, query.until)
    track = (await _track(work, courier_id, query)).thinned(query.every_s * 1000)
    since_ms = round(query.since.timestamp() * 1000)
    return ReplayView(
        since=query.since,
        until=query.until,
        count=len(track),
        offsets_ms=(track.t_ms - since_ms).tolist(),
        latitudes=track.lats.round(6).tolist(),
        longitudes=track.lngs.round(6).tolist(),
        speeds_mps=[None if math.isnan(v) else round(v, 1) for v in track.speeds_mps.tolist()],
    )


async def export(work: Work, courier_id: CourierId, query: ExportQuery) -> TrailFile:
    """Return a courier's way as a file."""
    await _look(work, courier_id, query.format, query.since, query.until)
    track = (await _track(work, courier_id, query)).thinned(query.every_s * 1000)
    name = f"courier {courier_id}, {_day(query.since)} to {_day(query.until)}"
    written, media_type = {
        TrailFormat.GPX: (files.gpx, "application/gpx+xml"),
        TrailFormat.GEOJSON: (files.geojson, "application/geo+json"),
    }[query.format]
    return TrailFile(
        file_name=f"trail-{courier_id}-{query.since:%Y%m%d%H%M}.{query.format}",
        media_type=media_type,
        text=await asyncio.to_thread(written, track, name),
    )


async def report(work: Work, courier_id: CourierId, query: ReportQuery) -> ReportView:
    """Return how far a courier went and where they stopped."""
    await _look(work, courier_id, "report", query.since, query.until)
    found = await chunks.fixes_between(work.db, courier_id, query.since, query.until)
    refused = Counter(found.refusals[found.refusals != ""].tolist())
    track = _believed(found)
    policy = StopPolicy(radius_m=query.radius_m, least_s=query.stop_s)
    way = await asyncio.to_thread(journey, track, policy)
    return ReportView(
        since=query.since,
        until=query.until,
        fixes=len(track),
        refused_fixes=dict(sorted(refused.items())),
        first_fix_at=_moment(int(track.t_ms[0])) if len(track) else None,
        last_fix_at=_moment(int(track.t_ms[-1])) if len(track) else None,
        **ReportView.times_of(way),
        stops=[PausedView.of(p, _moment(p.from_ms), _moment(p.until_ms)) for p in way.pauses],
    )


async def instant(work: Work, query: InstantQuery) -> InstantView:
    """Return where the couriers were at a moment."""
    looked: dict[str, Any] = {"at": query.at.isoformat()}
    if query.zone_id is not None:
        looked["zoneId"] = str(query.zone_id)
    work.record("courier.trail.read_all", "platform", "couriers", new=looked)
    box = Box(query.min_latitude, query.min_longitude, query.max_latitude, query.max_longitude)
    within = timedelta(seconds=query.within_s)
    found = await repository.seen(work, query.at, within, box, query.zone_id)
    views = [
        SeenCourierView(
            id=one.id,
            name=f"{one.first_name} {one.last_name}",
            status_now=one.status,
            vehicle_type=one.vehicle_type,
            latitude=one.location.lat,
            longitude=one.location.lng,
            heading_deg=one.heading_deg,
            speed_mps=one.speed_mps,
            fixed_at=one.ts,
        )
        for one in found
    ]
    return InstantView(at=query.at, couriers=views)


async def looks(work: Work, query: PageQuery) -> tuple[list[Look], int]:
    """Return who looked at the acting courier's trail."""
    courier = await couriers.own(work)
    return await repository.looks(work, courier.id, query.page_size, offset_of(query))


async def _look(
    work: Work,
    courier_id: CourierId,
    how: str,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Note that somebody looks; raise `NotFound` for a courier who is not their business."""
    await couriers.named(work, courier_id)
    part = {"since": since, "until": until}
    looked = {name: None if when is None else when.isoformat() for name, when in part.items()}
    work.record("courier.trail.read", "courier", courier_id, new={"as": how} | looked)


async def _track(work: Work, courier_id: CourierId, period: Period) -> Track:
    found = await chunks.fixes_between(work.db, courier_id, period.since, period.until)
    return _believed(found)


def _believed(fixes: FixColumns) -> Track:
    kept = fixes.part((fixes.refusals == "") & ~np.isnan(fixes.lats))
    return Track(kept.t_ms, kept.lats, kept.lngs, kept.accuracies_m, kept.speeds_mps)


def _moment(t_ms: int) -> datetime:
    return datetime.fromtimestamp(t_ms / 1000, UTC)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
