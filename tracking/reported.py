"""Reports of phones that speak HTTP: told by the API, taken up by the realtime programs.

Their fixes were judged and made durable before they come here, so that this stream may be lost: the
next report heals the map. It ends a minute after the last one: nobody's way is kept in Redis.
"""

import struct
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from tracking import keys, positions
from tracking.positions import Position

LIFE_S = 60
_HEARD = struct.Struct("<16sq")
_HEARD_FIELD, _PLACES_FIELD = b"h", b"p"


@dataclass(frozen=True, slots=True)
class Report:
    """A phone was heard at `received_ms` (real time); the positions it brought, oldest first."""

    courier_id: UUID
    received_ms: int
    positions: list[Position]


def add(pipeline: Pipeline, report: Report) -> None:
    """Add the telling of a report to a pipeline."""
    fields: dict[Any, Any] = {
        _HEARD_FIELD: _HEARD.pack(report.courier_id.bytes, report.received_ms),
        _PLACES_FIELD: b"".join(positions.pack(one) for one in report.positions),
    }
    oldest_ms = time.time_ns() // 1_000_000 - LIFE_S * 1000
    pipeline.xadd(keys.REPORTED, fields, minid=f"{oldest_ms}-0", approximate=True)
    pipeline.expire(keys.REPORTED, LIFE_S)


async def read(redis: Redis, after: str, wait_ms: int) -> tuple[str, list[Report]]:
    """Return where to read on, and the reports that came after `after`."""
    found: Any = await redis.xread({keys.REPORTED: after}, count=500, block=wait_ms)
    if not found:
        return after, []
    entries = found[0][1] if isinstance(found, list) else next(iter(found.values()))[0]
    return entries[-1][0].decode(), [_unpacked(fields) for _id, fields in entries]


def _unpacked(fields: dict[bytes, bytes]) -> Report:
    raw_id, received_ms = _HEARD.unpack(fields[_HEARD_FIELD])
    courier_id, blob, size = UUID(bytes=raw_id), fields[_PLACES_FIELD], positions.PACKED_BYTES
    parts = [blob[at : at + size] for at in range(0, len(blob), size)]
    return Report(courier_id, received_ms, [positions.unpack(courier_id, one) for one in parts])
