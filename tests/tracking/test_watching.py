"""Watching fences: zones entered, left and stayed in; facts told once Redis can be reached."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import shapely
from redis.asyncio import Redis
from redis.exceptions import RedisError

from geo.fix import Fix
from tests.tracking.gateways import (
    EPOCH,
    HERE,
    NOW_MS,
    Hall,
    courier_grant,
    hello,
    plan_of,
    position_of,
)
from tracking import facts, keys, zones
from tracking.facts import Fact, What
from tracking.fleet import Fleet
from tracking.plans import PlannedStop
from tracking.trail import Batch, TrailRecord
from tracking.watching import Watching

ANNA = UUID(int=1)
WEST, EAST = UUID(int=21), UUID(int=22)
LAT, LNG = HERE
OUTLINES = {
    WEST: shapely.box(LNG - 0.1, LAT - 0.1, LNG, LAT + 0.1).wkb,
    EAST: shapely.box(LNG - 0.001, LAT - 0.1, LNG + 0.1, LAT + 0.1).wkb,
}


def watching(outlines: Mapping[UUID, bytes] = OUTLINES) -> Watching:
    """Return the watching of one courier on shift."""
    fleet = Fleet()
    fleet.apply(plan_of(ANNA))
    found = Watching(fleet)
    found.draw_zones(outlines)
    return found


def batch(*at: tuple[int, float]) -> Batch:
    """Return fixes so many seconds from now, so far east of the border."""
    return Batch.of([
        TrailRecord(
            ANNA, EPOCH, NOW_MS, Fix(n, NOW_MS + t_s * 1000, LAT, LNG + east, 1.0, 90.0, 5.0), None
        )
        for n, (t_s, east) in enumerate(at)
    ])


def told(at: Watching) -> list[tuple[What, UUID, int]]:
    """Return what happened, at which zone, after how many seconds."""
    return [(one.what, one.place_id, (one.at_ms - NOW_MS) // 1000) for one in at.take_facts()]


def test_who_rides_from_zone_to_zone_enters_stays_and_leaves() -> None:
    """In the sequence of the fixes' times, however many come at once; zones may overlap."""
    at = watching()
    at.take(batch((0, -0.05), (300, -0.04), (601, -0.04), (700, -0.0005), (710, 0.05), (720, 0.5)))
    assert told(at) == [
        (What.ZONE_ENTERED, WEST, 0),
        (What.ZONE_STAYED, WEST, 601),
        (What.ZONE_ENTERED, EAST, 700),
        (What.ZONE_LEFT, WEST, 710),
        (What.ZONE_LEFT, EAST, 720),
    ]


def test_a_zone_drawn_anew_keeps_who_is_in_it() -> None:
    """One that is no more is not left; one that comes later has its own name."""
    at = watching({WEST: OUTLINES[WEST]})
    at.take(batch((0, -0.05)))
    assert told(at) == [(What.ZONE_ENTERED, WEST, 0)]
    at.draw_zones(OUTLINES)
    at.take(batch((10, -0.05), (20, 0.05)))
    assert told(at) == [(What.ZONE_LEFT, WEST, 20), (What.ZONE_ENTERED, EAST, 20)]
    at.draw_zones({})
    at.take(batch((30, 0.05)))
    assert told(at) == []


def test_where_somebody_was_at_the_start_is_no_news() -> None:
    """A gateway that starts again does not let everybody enter again."""
    at = watching()
    at.begin_with([replace(position_of(ANNA), lng=LNG - 0.05)])
    at.take(batch((0, -0.05), (10, 0.05)))
    assert told(at) == [(What.ZONE_LEFT, WEST, 10), (What.ZONE_ENTERED, EAST, 10)]


async def test_facts_come_off_the_stream_as_they_were_told(redis: Redis) -> None:
    """In sequence, from where one has read to."""
    given = [Fact(What(number), uuid4(), uuid4(), NOW_MS + number) for number in range(3)]
    async with redis.pipeline() as pipeline:
        facts.tell(pipeline, [])
        facts.tell(pipeline, given[:2])
        facts.tell(pipeline, given[2:])
        await pipeline.execute()
    read_to, found = await facts.read(redis, await facts.done_to(redis), 10)
    assert found == given
    await facts.note_done(redis, read_to)
    assert await facts.read(redis, await facts.done_to(redis), 10) == (read_to, [])


async def test_a_tick_tells_what_was_seen_also_after_redis_was_away(gateway_hall: Hall) -> None:
    """Noticed once, told when it can be."""
    courier_id, stop_id = uuid4(), uuid4()
    await gateway_hall.on_shift(replace(plan_of(courier_id), stops=(PlannedStop(stop_id, *HERE),)))
    redis, gateway = gateway_hall.redis, gateway_hall.gateway
    early = NOW_MS - 30_000
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        rows = [[n + 1, early + n * 20_000, *HERE, 0.0, None, 5.0] for n in range(2)]
        await phone.io.call("p", (EPOCH, rows))
        gateway.redis = Redis.from_url("unix:///nowhere/redis.sock")
        with pytest.raises(RedisError):
            await gateway_hall.rounds.tick()
        gateway.redis = redis
        assert not await redis.exists(keys.FACTS)
        await gateway_hall.rounds.tick()
        await gateway_hall.rounds.tick()
    _read_to, found = await facts.read(redis, "0-0", 10)
    assert found == [Fact(What.STOP_REACHED, courier_id, stop_id, early)]


async def test_zones_drawn_anew_reach_the_gateways(gateway_hall: Hall) -> None:
    """Once; what is as it was is no news."""
    redis = gateway_hall.redis
    await zones.publish(redis, OUTLINES)
    assert await zones.load(redis) == OUTLINES
    length = await redis.xlen(keys.NEWS)
    await zones.publish(redis, OUTLINES)
    assert await redis.xlen(keys.NEWS) == length
    await zones.publish(redis, {})
    assert await zones.load(redis) == {}
