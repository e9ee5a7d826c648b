"""Nobody gets a place that is not theirs to know, whatever they ask for."""

import asyncio
import os
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import orjson
import pytest

from geo import cells
from geo.point import Point
from tests.tracking.gateways import (
    HERE,
    Hall,
    courier_grant,
    link_grant,
    plan_of,
    position_of,
)
from tracking.followers import COARSE_RESOLUTION
from tracking.plans import Followed
from tracking.tickets import Grant, Kind

ATTEMPTS_PER_SOCKET = 5
ATTEMPTS = int(os.environ.get("HERMOD_TEST_LEAKS", "1200"))  # noqa: TID251  # for this test alone
"""Attempts to hear of somebody; the goal was shown with `HERMOD_TEST_LEAKS=100000`."""
AT_ONCE = 20
PLACES = ("delivery:location", "snap", "t")
"""The events that tell where somebody is."""


def asks(chance: random.Random, order_id: UUID, courier_id: UUID) -> tuple[str, list[Any]]:
    """Return one attempt to hear of somebody else's order or courier."""
    cell = cells.to_text(cells.cell_of(Point(*HERE), 7))
    rooms = [f"order:{order_id}", f"courier:{courier_id}", f"cell:platform:{cell}", "platform"]
    names = ["join", "subscribe", "enter", "room", "follow", "view", "resync", "hello", "p", "f"]
    event = chance.choice([*names, *PLACES, "order:updated", "ready", ""])
    bbox = [HERE[0] - 0.01, HERE[1] - 0.01, HERE[0] + 0.01, HERE[1] + 0.01]
    things: list[Any] = [
        *rooms,
        rooms,
        str(order_id),
        cell,
        {"room": rooms[0]},
        {"orderIds": [str(order_id)]},
        {"zoom": 14, "bbox": bbox, "rev": 1},
        {"zoom": 14, "bbox": bbox, "rev": 1, "rooms": rooms},
        {"v": 1, "epoch": 1, "firstSeq": 0, "lastSeq": 0, "courierId": str(courier_id)},
        None,
        chance.randrange(100),
    ]
    return event, chance.choices(things, k=chance.randrange(3))


def stranger(chance: random.Random) -> Grant:
    """Return somebody who may follow something, but not this."""
    kinds = (Kind.CUSTOMER, Kind.VENDOR, Kind.ZONE_STAFF)
    return chance.choice([
        link_grant(uuid4()),
        courier_grant(uuid4()),
        *(
            Grant(kind, kind, f"somebody-{uuid4()}", (f"user:{uuid4()}",), f"s-{uuid4()}")
            for kind in kinds
        ),
    ])


async def heard(socket: aiohttp.ClientWebSocketResponse, said: Sequence[str]) -> list[list[Any]]:
    """Say things on a bare socket; return every event heard until all was quiet or over."""
    events = []
    for packet in ("40", *said):
        await socket.send_str(packet)
    while True:
        try:
            message = await asyncio.wait_for(socket.receive(), 0.15)
        except TimeoutError:
            return events
        if message.type is not aiohttp.WSMsgType.TEXT:
            return events
        if str(message.data).startswith("42"):
            events.append(orjson.loads(str(message.data)[2:]))


@pytest.mark.timeout(60 + ATTEMPTS // 10)
async def test_no_attempt_to_subscribe_shows_anybodys_place(gateway_hall: Hall) -> None:
    """And who may follow the order hears of it all the while."""
    chance = random.Random(7)
    order_id, courier_id = uuid4(), uuid4()
    await gateway_hall.on_shift(plan_of(courier_id, Followed(order_id, exact=True)))
    courier = gateway_hall.gateway.fleet.couriers[courier_id]
    followers = gateway_hall.gateway.followers

    async def ride() -> None:
        """Move, and tell those who may know, again and again."""
        for seq in range(1, 1_000_000):
            gateway_hall.gateway.fleet.move(courier, position_of(courier_id, seq))
            gateway_hall.gateway.moved[courier_id.bytes] = courier
            followers.tell(courier, float(seq))
            await gateway_hall.rounds.tick()
            await asyncio.sleep(0.01)

    async def attempt() -> list[list[Any]]:
        said = [orjson.dumps([e, *a]).decode() for e, a in attempts(chance, order_id, courier_id)]
        async with gateway_hall.raw(stranger(chance)) as socket:
            return await heard(socket, [f"42{packet}" for packet in said])

    riding = asyncio.create_task(ride(), name="ride")
    found: list[list[Any]] = []
    async with gateway_hall.connected(link_grant(order_id)) as rightful:
        for _ in range(ATTEMPTS // ATTEMPTS_PER_SOCKET // AT_ONCE):
            for events in await asyncio.gather(*(attempt() for _ in range(AT_ONCE))):
                found += events
        assert rightful.all("delivery:location")
    riding.cancel()
    told = {event[0] for event in found}
    assert "oops" in told  # they were heard, and refused
    assert not told & set(PLACES)
    assert str(HERE[0]) not in str(found)


def attempts(
    chance: random.Random, order_id: UUID, courier_id: UUID
) -> list[tuple[str, list[Any]]]:
    """Return as many attempts as one socket gets away with."""
    return [asks(chance, order_id, courier_id) for _ in range(ATTEMPTS_PER_SOCKET)]


async def test_before_pickup_the_exact_place_never_leaves_the_gateway(gateway_hall: Hall) -> None:
    """Not even with speed and heading; from pickup on it is exact."""
    order_id, courier_id = uuid4(), uuid4()
    await gateway_hall.on_shift(plan_of(courier_id, Followed(order_id, exact=False)))
    courier = gateway_hall.gateway.fleet.couriers[courier_id]
    centre = cells.centre(cells.cell_of(Point(*HERE), COARSE_RESOLUTION))
    async with gateway_hall.connected(link_grant(order_id)) as follower:
        gateway_hall.gateway.fleet.move(courier, position_of(courier_id, 1))
        gateway_hall.gateway.followers.tell(courier, 1.0)
        (seen,) = await follower.wait("delivery:location")
        assert (seen["latitude"], seen["longitude"]) == (
            round(centre.lat, 6),
            round(centre.lng, 6),
        )
        assert (seen["speedMps"], seen["headingDeg"], seen["exact"]) == (None, None, False)
        await gateway_hall.on_shift(plan_of(courier_id, Followed(order_id, exact=True)))
        gateway_hall.gateway.followers.tell(courier, 3.0)
        (seen,) = await follower.wait("delivery:location", 2)
        assert (seen["latitude"], seen["longitude"]) == HERE
        await gateway_hall.on_shift(plan_of(courier_id))  # handed over
        gateway_hall.gateway.followers.tell(courier, 5.0)
        await gateway_hall.rest()
        assert len(follower.all("delivery:location")) == 2
