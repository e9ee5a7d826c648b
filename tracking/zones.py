"""Zones in live tracking: their outlines in Redis, and who comes into one, stays, and leaves."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from redis.asyncio import Redis

from geo import fences
from geo.cover import Cover, Pairs
from geo.fences import Crossing
from tracking import keys, news
from tracking.facts import Fact, What
from tracking.fleet import LiveCourier
from tracking.news import Control
from tracking.sightings import Sightings

STAY_MS = 10 * 60_000
_WHAT = {
    Crossing.EXIT: What.ZONE_LEFT,
    Crossing.ENTER: What.ZONE_ENTERED,
    Crossing.DWELL: What.ZONE_STAYED,
}


class ZoneWatch:
    """Who is in which zone."""

    def __init__(self) -> None:
        """Know of no zone."""
        self._cover = Cover([])
        self._numbers = np.zeros(0, dtype=np.int64)
        self._ids: list[UUID] = []
        self._stays = fences.nobody()

    def draw(self, outlines: Mapping[UUID, bytes]) -> None:
        """Watch these zones from now on (WKB, x = lng); who is in one that stays, stays in it."""
        self._ids += [one for one in outlines if one not in self._ids]
        self._numbers = np.array([self._ids.index(one) for one in outlines], dtype=np.int64)
        self._cover = Cover(list(shapely.from_wkb(list(outlines.values()))))
        self._stays = self._stays.some(np.isin(self._stays.fence, self._numbers))

    def take(self, seen: Sightings) -> list[Fact]:
        """Return what fixes show, newer than any before."""
        found = self._cover.find(seen.lat, seen.lng)
        inside = Pairs(found.place, self._numbers[found.area])
        crossed, self._stays = fences.cross(
            seen.who, seen.owner, seen.t_ms, inside, self._stays, STAY_MS
        )
        rows = zip(
            crossed.kind.tolist(),
            crossed.owner.tolist(),
            crossed.fence.tolist(),
            seen.t_ms[crossed.fix].tolist(),
            strict=True,
        )
        return [
            Fact(_WHAT[Crossing(kind)], seen.couriers[owner].id, self._ids[zone], at_ms)
            for kind, owner, zone, at_ms in rows
        ]

    def forget(self, courier: LiveCourier) -> None:
        """Forget where a courier is, who goes off shift."""
        self._stays = self._stays.without(courier.ref)


async def load(redis: Redis) -> dict[UUID, bytes]:
    """Return the outlines of all zones."""
    found: Any = await redis.hgetall(keys.ZONES)
    return {UUID(bytes=zone_id): outline for zone_id, outline in sorted(found.items())}


async def publish(redis: Redis, outlines: Mapping[UUID, bytes]) -> None:
    """Save the outlines of all zones and tell the gateways, where they are others than before."""
    if await load(redis) == dict(outlines):
        return
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.delete(keys.ZONES)
        for zone_id, outline in outlines.items():
            pipeline.hset(keys.ZONES, zone_id.bytes, outline)
        news.add(pipeline, Control.ZONES, b"{}")
        await pipeline.execute()
