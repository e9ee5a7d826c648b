"""Fixes that are hard to judge: at a pole, or by an error of ours; nobody else pays."""

from uuid import uuid4

import pytest
from redis.asyncio import Redis

from tests.tracking.gateways import (
    EPOCH,
    NOW_MS,
    Hall,
    courier_grant,
    hello,
    plan_of,
    reading,
)
from tracking import intake, keys, phones, trail
from tracking.fleet import Fleet, LiveCourier
from tracking.positions import Position


async def on_stream(redis: Redis) -> list[int]:
    """Return the numbers of all fixes on the trail stream."""
    entries = await redis.xrange(keys.TRAIL)
    return [record.fix.seq for _, fields in entries for record in trail.unpack(fields[b"f"])]


async def test_fixes_beside_a_pole_are_shown_on_the_globe(gateway_hall: Hall) -> None:
    """Whoever rides towards it fast may seem to be beyond it."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        for seq in range(1, 9):
            t_ms, lat = NOW_MS + seq * 1000, min(90.0, 90.0 - 0.0012 + 0.0004 * (seq - 1))
            gateway_hall.clock[0] = t_ms
            north = [seq, t_ms, lat, 0.0, 45.0, 0.0, 300.0]
            await phone.io.call("p", (EPOCH, [north]))
            await gateway_hall.rounds.tick()
    courier = gateway_hall.gateway.fleet.couriers[courier_id]
    assert courier.position is not None
    assert 89.9 < courier.position.lat <= 90.0
    assert await on_stream(gateway_hall.redis) == list(range(1, 9))


async def test_an_error_about_one_courier_loses_nobody_elses_fixes(
    gateway_hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one whom it is about says hello again and sends again; the others notice nothing."""
    anna, bruno = uuid4(), uuid4()
    await gateway_hall.on_shift(plan_of(anna), plan_of(bruno))
    believe = intake.show

    def fails_for_bruno(courier: LiveCourier, fleet: Fleet, believed: Position) -> None:
        if courier.id == bruno:
            raise ValueError("a place that is none")
        believe(courier, fleet, believed)

    monkeypatch.setattr(intake, "show", fails_for_bruno)
    monkeypatch.setattr(phones, "show", fails_for_bruno)
    async with (
        gateway_hall.connected(courier_grant(anna)) as one,
        gateway_hall.connected(courier_grant(bruno)) as two,
    ):
        for phone in (one, two):
            await phone.io.call("hello", hello())
            await phone.io.call("p", (EPOCH, [reading(1), reading(2)]))
        await gateway_hall.rounds.tick()
        assert await on_stream(gateway_hall.redis) == [1, 2]
        assert (await two.wait("bye"))[0] == {"reason": "resend"}
        assert one.io.connected
    marks = await trail.marks(gateway_hall.redis, keys.ACCEPTED, [anna, bruno])
    assert (marks[anna].seq, marks[bruno].seq) == (2, 0)
