"""Reports over HTTP as gateways hear them: newer ones move couriers on shift, for a minute only."""

from uuid import UUID, uuid4

from redis.asyncio import Redis

from geo.point import Point, distance_m
from tests.tracking.gateways import HERE, NOW_MS, Hall, plan_of, position_of
from tracking import keys, news, reported
from tracking.positions import Position, Positions
from tracking.reported import LIFE_S, Report


async def tell(redis: Redis, *reports: Report) -> None:
    """Tell reports as the API does."""
    async with redis.pipeline(transaction=True) as pipeline:
        for report in reports:
            reported.add(pipeline, report)
        await pipeline.execute()


def report_of(courier_id: UUID, *seqs: int) -> Report:
    """Return a report of believed fixes."""
    return Report(courier_id, NOW_MS, [position_of(courier_id, seq) for seq in seqs])


async def test_reports_are_read_as_they_were_told_once(redis: Redis) -> None:
    anna, bruno = uuid4(), uuid4()
    told = [report_of(anna, 1, 2), report_of(bruno)]
    await tell(redis, *told)
    read_to, found = await reported.read(redis, news.BEGINNING, 1)
    assert found == told
    assert await reported.read(redis, read_to, 1) == (read_to, [])


async def test_nobodys_way_stays_in_redis(redis: Redis) -> None:
    await tell(redis, report_of(uuid4(), 1))
    assert 0 < await redis.ttl(keys.REPORTED) <= LIFE_S


async def moved(opened: Hall, courier_id: UUID) -> Position | None:
    """Let the gateway hear what is told, and write its tick; return the last position."""
    await opened.rounds._reported()
    await opened.rounds.tick()
    return (await Positions(opened.redis, 30.0).of([courier_id])).get(courier_id)


async def test_a_courier_on_shift_is_moved_by_what_is_newer(gateway_hall: Hall) -> None:
    anna = uuid4()
    await gateway_hall.on_shift(plan_of(anna))
    await tell(gateway_hall.redis, report_of(anna, 1, 3))
    newest = await moved(gateway_hall, anna)
    assert newest is not None
    assert (newest.seq, newest.t_ms) == (3, position_of(anna, 3).t_ms)
    assert distance_m(Point(newest.lat, newest.lng), Point(*HERE)) < 10.0  # smoothed: it rode on
    await tell(gateway_hall.redis, report_of(anna, 2))
    assert await moved(gateway_hall, anna) == newest
    assert await Positions(gateway_hall.redis, 30.0).heard_ms([anna]) == {anna: NOW_MS}


async def test_a_courier_off_shift_is_nobodys_business(gateway_hall: Hall) -> None:
    anna = uuid4()
    await tell(gateway_hall.redis, report_of(anna, 1))
    assert await moved(gateway_hall, anna) is None
    assert await Positions(gateway_hall.redis, 30.0).heard_ms([anna]) == {}
