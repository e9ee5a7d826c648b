"""Last positions in Redis: packed hash entries for the values, a geo set for places.

Written once per tick for all couriers that moved, in one pipeline; read by dispatch and the API.
Beside them: when each phone was last heard, because a phone whose fixes are refused is not silent.
"""

import math
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from geo.box import Box
from geo.point import EARTH_RADIUS_M
from tracking import keys

_PACKED = struct.Struct("<IIqqiifff")
PACKED_BYTES = _PACKED.size
_UNKNOWN = math.nan
_GEO_LAT = 85.05
"""Redis' geo sets end here: who is nearer to a pole is kept at the edge, the hash knows better."""
_ROUNDED_M = 4.0
"""Redis rounds places in a geo set by up to 0.6 m: boxes are asked for with so much to spare."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last accepted fix of a courier. `t_ms` is business time, `received_ms` real time."""

    courier_id: UUID
    epoch: int
    seq: int
    t_ms: int
    received_ms: int
    lat: float
    lng: float
    speed_mps: float | None
    heading_deg: float | None
    accuracy_m: float | None

    def silent_s(self, real_now_ms: int) -> float:
        """Return for how many real seconds the phone has said nothing that moved the courier."""
        return max(0.0, (real_now_ms - self.received_ms) / 1000)


def pack(position: Position) -> bytes:
    """Return a position as the 44 bytes kept in Redis."""
    return _PACKED.pack(
        position.epoch,
        position.seq,
        position.t_ms,
        position.received_ms,
        round(position.lat * 1e7),
        round(position.lng * 1e7),
        _UNKNOWN if position.speed_mps is None else position.speed_mps,
        _UNKNOWN if position.heading_deg is None else position.heading_deg,
        _UNKNOWN if position.accuracy_m is None else position.accuracy_m,
    )


def unpack(courier_id: UUID, raw: bytes) -> Position:
    """Return the position that `pack` packed."""
    epoch, seq, t_ms, received_ms, lat, lng, speed, heading, accuracy = _PACKED.unpack(raw)
    return Position(
        courier_id=courier_id,
        epoch=epoch,
        seq=seq,
        t_ms=t_ms,
        received_ms=received_ms,
        lat=lat / 1e7,
        lng=lng / 1e7,
        speed_mps=None if math.isnan(speed) else speed,
        heading_deg=None if math.isnan(heading) else heading,
        accuracy_m=None if math.isnan(accuracy) else accuracy,
    )


def save(pipeline: Pipeline, positions: Sequence[Position]) -> None:
    """Add the writes of one tick to a pipeline: one hash write and one geo write for all."""
    if not positions:
        return
    pipeline.hset(keys.LAST, mapping={p.courier_id.bytes: pack(p) for p in positions})
    places = [value for p in positions for value in (p.lng, _geo_lat(p.lat), p.courier_id.bytes)]
    pipeline.geoadd(keys.GEO, places)


def save_heard(pipeline: Pipeline, heard_ms: Mapping[UUID, int]) -> None:
    """Add to a pipeline when phones were last heard, in real Unix milliseconds."""
    if heard_ms:
        mapping: Any = {courier_id.bytes: at_ms for courier_id, at_ms in heard_ms.items()}
        pipeline.hset(keys.HEARD, mapping=mapping)


def _geo_lat(lat: float) -> float:
    return max(-_GEO_LAT, min(_GEO_LAT, lat))


def forget(pipeline: Pipeline, courier_ids: Iterable[UUID]) -> None:
    """Add the removal of couriers that went off shift: their place is nobody's business now."""
    members = [courier_id.bytes for courier_id in courier_ids]
    if members:
        pipeline.hdel(keys.LAST, *members)
        pipeline.hdel(keys.HEARD, *members)
        pipeline.zrem(keys.GEO, *members)


class Positions:
    """Reads last positions; the API's and dispatch's view of the fleet."""

    def __init__(self, redis: Redis, stale_s: float) -> None:
        self._redis = redis
        self._stale_s = stale_s

    def is_stale(self, position: Position) -> bool:
        """Tell whether the phone has been silent for too long."""
        return position.silent_s(time.time_ns() // 1_000_000) > self._stale_s

    async def of(self, courier_ids: Sequence[UUID]) -> dict[UUID, Position]:
        """Return the last positions of these couriers; those without one are left out."""
        if not courier_ids:
            return {}
        raw: Any = await self._redis.hmget(keys.LAST, [one.bytes for one in courier_ids])
        found = zip(courier_ids, raw, strict=True)
        return {one: unpack(one, packed) for one, packed in found if packed is not None}

    async def heard_ms(self, courier_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Return when these couriers' phones were last heard; those never heard are left out."""
        if not courier_ids:
            return {}
        raw: Any = await self._redis.hmget(keys.HEARD, [one.bytes for one in courier_ids])
        found = zip(courier_ids, raw, strict=True)
        return {one: int(at_ms) for one, at_ms in found if at_ms is not None}

    async def in_box(self, box: Box) -> list[Position]:
        """Return the last positions inside a box, in no particular order."""
        middle_lat = (box.min_lat + box.max_lat) / 2
        per_degree = math.radians(1) * EARTH_RADIUS_M
        # GEOSEARCH measures its box along the middle parallel: take the widest one and sift.
        widest = math.cos(math.radians(min(abs(box.min_lat), abs(box.max_lat), _GEO_LAT)))
        if box.min_lat < 0 < box.max_lat:
            widest = 1.0
        members: Any = await self._redis.geosearch(
            keys.GEO,
            longitude=(box.min_lng + box.max_lng) / 2,
            latitude=_geo_lat(middle_lat),
            width=_ROUNDED_M + max(0.0, box.max_lng - box.min_lng) * per_degree * widest * 1.01,
            height=_ROUNDED_M + max(0.0, box.max_lat - box.min_lat) * per_degree * 1.01,
            unit="m",
        )
        found = await self.of([UUID(bytes=member) for member in members])
        return [
            position
            for position in found.values()
            if box.min_lat <= position.lat <= box.max_lat
            and box.min_lng <= position.lng <= box.max_lng
        ]
