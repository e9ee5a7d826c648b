"""Trails as tests lay them: records on the stream, written by the real trail writer."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from geo.fix import Fix
from geo.point import Plane, Point
from tests.support.programs import Stack
from tracking import trail
from tracking.trail import Batch, TrailRecord

HOME = Point(41.15, -8.61)


def fix(seq: int, at: datetime, east_m: float = 0.0, speed_mps: float | None = 5.0) -> Fix:
    """Return a fix so many metres east of home."""
    place = Plane(HOME).point_at(east_m, 0.0)
    return Fix(seq, round(at.timestamp() * 1000), place.lat, place.lng, speed_mps, 90.0, 8.0)


async def lay(
    stack: Stack,
    courier_id: str,
    fixes: Iterable[Fix],
    *,
    epoch: int = 7,
    refusal: str | None = None,
) -> None:
    """Make fixes part of a courier's history."""
    received_ms = round(datetime.now(UTC).timestamp() * 1000)  # noqa: TID251  # as a gateway does
    records = [TrailRecord(UUID(courier_id), epoch, received_ms, one, refusal) for one in fixes]
    redis = stack.station.redis
    async with redis.pipeline(transaction=True) as pipeline:
        trail.append(pipeline, Batch.of(records), {}, 1000)
        await pipeline.execute()
    await stack.write_trails()
