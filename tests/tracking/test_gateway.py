"""The gateway over real sockets: what clients ask for, what they are answered, what ends them."""

import base64
import logging
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from api.kit.redis import open_redis
from geo import cells
from geo.point import Point
from tests.support.phone import Client
from tests.tracking.gateways import (
    BY_HAND,
    EPOCH,
    HERE,
    NOW_MS,
    Hall,
    courier_grant,
    hall,
    hello,
    link_grant,
    plan_of,
    position_of,
    reading,
    staff_grant,
)
from tracking import keys, news, tickets, trail
from tracking.news import Control
from tracking.plans import CourierState
from tracking.policy import TrackingPolicy
from tracking.trail import Mark
from tracking.wire import pack_fix, parse_fixes

AROUND = {"zoom": 14, "bbox": [41.14, -8.62, 41.16, -8.60], "rev": 3}


async def oops(client: Client, count: int = 1) -> tuple[str, str]:
    """Return code and field of the mistake that a client is told."""
    (answer,) = await client.wait("oops", count)
    return answer["code"], answer["field"]


async def tell(opened: Hall, control: Control, body: bytes) -> None:
    """Tell the gateway what the job worker would, and let it hear."""
    await news.add(opened.redis, control, body)
    await opened.hear_news()


async def test_ready_says_who_one_is_and_brings_the_next_ticket(gateway_hall: Hall) -> None:
    """Which opens one more socket, with the same rooms, and brings another."""
    grant = staff_grant()
    async with gateway_hall.connected(grant) as client:
        ((ready,),) = client.all("ready")
    assert ready.keys() == {"v", "role", "subject", "ticket", "nowMs", "clockSpeed"}
    assert (ready["v"], ready["role"], ready["subject"]) == (1, "operator", grant.subject)
    assert (ready["nowMs"], ready["clockSpeed"]) == (NOW_MS, 1.0)
    async with gateway_hall.with_ticket(ready["ticket"]) as client:
        ((again,),) = client.all("ready")
        assert again["ticket"] != ready["ticket"]
        gateway_hall.gateway.sockets.emit("order:new", {}, to="platform")
        await client.wait("order:new")
    ttl = await gateway_hall.redis.ttl((await gateway_hall.redis.keys("ticket:*"))[0])
    assert 30 < ttl <= 600


@pytest.mark.parametrize(
    ("event", "arguments", "code", "field"),
    [
        ("join", ("order:1",), "unknown_event", "event"),
        ("subscribe", (), "unknown_event", "event"),
        ("", (), "unknown_event", "event"),
        ("hello", (), "bad_payload", "hello"),
        ("hello", (hello(), 1), "bad_payload", "hello"),
        ("hello", (5,), "bad_payload", "hello"),
        ("p", (EPOCH,), "bad_payload", "p"),
        ("p", (EPOCH, [reading(1)]), "hello_first", "hello"),
        ("f", (EPOCH, "AAAA"), "bad_payload", "fixes"),
        ("p", (EPOCH, [reading(1)] * 201), "too_many_fixes", "fixes"),
        ("view", (AROUND,), "not_allowed", "event"),
        ("resync", ("871f1d489ffffff",), "not_allowed", "event"),
    ],
)
async def test_a_phones_mistake_is_named(
    gateway_hall: Hall, event: str, arguments: Any, code: str, field: str
) -> None:
    """Code, field, and what to do."""
    async with gateway_hall.connected(courier_grant(uuid4())) as phone:
        await phone.io.emit(event, arguments)
        assert await oops(phone) == (code, field)
        assert phone.io.connected


async def test_an_unknown_event_is_answered_with_the_nearest(gateway_hall: Hall) -> None:
    """Or with all there are."""
    async with gateway_hall.connected(staff_grant()) as dispatcher:
        for name, said in (("veiw", "did you mean 'view'?"), ("?", "known: hello p f view resync")):
            await dispatcher.io.emit(name, 1)
            (answer,) = await dispatcher.wait("oops", len(dispatcher.all("oops")) + 1)
            assert said in answer["message"]


@pytest.mark.parametrize(
    ("event", "argument", "code", "field"),
    [
        ("view", AROUND | {"bbox": [1, 2]}, "bad_payload", "bbox"),
        ("view", AROUND | {"bbox": [30, -20, 60, 20]}, "too_large", "bbox"),
        ("resync", "871f1d489ffffff", "not_allowed", "cell"),
        ("resync", "not a cell", "bad_payload", "cell"),
        ("resync", 5, "not_allowed", "cell"),
        ("hello", hello(), "not_allowed", "event"),
    ],
)
async def test_a_maps_mistake_is_named(
    gateway_hall: Hall, event: str, argument: Any, code: str, field: str
) -> None:
    """And the map goes on."""
    async with gateway_hall.connected(staff_grant()) as dispatcher:
        await dispatcher.io.emit(event, argument)
        assert await oops(dispatcher) == (code, field)
        assert (await dispatcher.io.call("view", AROUND))["rev"] == 3


async def test_only_staff_see_the_map(gateway_hall: Hall) -> None:
    """Customers, link holders, vendors and couriers are told so and get no frame."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    for grant in (courier_grant(uuid4()), link_grant(uuid4())):
        async with gateway_hall.connected(grant) as client:
            await client.io.emit("view", AROUND)
            assert await oops(client) == ("not_allowed", "event")
            courier = gateway_hall.gateway.fleet.couriers[courier_id]
            gateway_hall.gateway.fleet.move(courier, position_of(courier_id))
            await gateway_hall.rounds.tick()
            await gateway_hall.rest()
            assert not client.all("snap") + client.all("t")


async def test_a_view_brings_a_snapshot_per_cell_then_changes(gateway_hall: Hall) -> None:
    """As the protocol tells: cells by their H3 text, numbers that grow by one."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id, state=CourierState.CARRYING))
    fleet = gateway_hall.gateway.fleet
    fleet.move(fleet.couriers[courier_id], position_of(courier_id))
    async with gateway_hall.connected(staff_grant()) as dispatcher:
        answer = await dispatcher.io.call("view", AROUND)
        assert answer == {"rev": 3, "resolution": 7, "cells": answer["cells"]}
        await dispatcher.wait("snap", answer["cells"])
        here = cells.to_text(cells.cell_of(Point(*HERE), 7))
        (snap,) = [snap for snap in dispatcher.all("snap") if snap[0] == here]
        assert snap[1] == 0
        assert snap[3] == [[0, str(courier_id), "Carla Courier", "motorcycle"]]
        assert len(base64.b64decode(snap[2])) == 12
        assert snap[4] == list(cells.centre(cells.from_text(here)))
        for expected in (1, 2):
            await gateway_hall.rounds.tick()
            cell, seq, _records, _names, left = await dispatcher.wait("t", expected)
            assert (cell, seq, left) == (here, expected, [])
            fleet.move(fleet.couriers[courier_id], position_of(courier_id, 1 + expected))
        await dispatcher.io.emit("resync", here)
        cell, seq, _records, names, _middle = await dispatcher.wait("snap", answer["cells"] + 1)
        assert (cell, seq, len(names)) == (here, 2, 1)


async def test_a_phone_hears_how_far_its_fixes_got(gateway_hall: Hall) -> None:
    """Accepted with the stream, durable after the commit, in both forms of sending."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        greeted = await phone.io.call("hello", hello())
        assert greeted == {"accepted": 0, "durable": 0, "intervalMs": 3000}
        await phone.io.emit("p", (EPOCH, [reading(1), reading(2)]))
        _epoch, (third,) = parse_fixes(EPOCH, [reading(3)], 1)
        packed = base64.b64encode(pack_fix(EPOCH, third)).decode()
        await phone.io.call("f", (EPOCH, packed))
        await gateway_hall.rounds.tick()
        assert await phone.wait("a") == (EPOCH, 3, 0, 3000)
        async with gateway_hall.redis.pipeline() as pipeline:
            trail.set_marks(pipeline, keys.DURABLE, {courier_id: Mark(EPOCH, 2)})
            await pipeline.execute()
        await gateway_hall.rounds._durable()
        assert await phone.wait("a", 2) == (EPOCH, 3, 2, 3000)
        await gateway_hall.rounds._durable()
        assert (await phone.io.call("hello", hello(3, 3)))["durable"] == 2
        assert len(phone.all("a")) == 2, "nothing new, nothing said"


async def test_a_courier_with_work_is_asked_for_more_fixes(gateway_hall: Hall) -> None:
    """Every second with work, every three without."""
    courier_id = uuid4()
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        for state, interval_ms in (
            (CourierState.FREE, 3000),
            (CourierState.ON_BREAK, 3000),
            (CourierState.TO_PICKUP, 1000),
            (CourierState.CARRYING, 1000),
        ):
            await gateway_hall.on_shift(plan_of(courier_id, state=state))
            assert (await phone.io.call("hello", hello()))["intervalMs"] == interval_ms


async def test_a_second_phone_of_a_courier_replaces_the_first(gateway_hall: Hall) -> None:
    """The first is told why; from now on only the second moves the courier."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    async with (
        gateway_hall.connected(courier_grant(courier_id)) as first,
        gateway_hall.connected(courier_grant(courier_id)) as second,
    ):
        assert await first.wait("bye") == ({"reason": "replaced"},)
        await second.io.call("hello", hello())
        await second.io.emit("p", (EPOCH, [reading(1)]))
        await gateway_hall.rest()
        await gateway_hall.rounds.tick()
        await second.wait("a")
        assert len(gateway_hall.gateway.visitors) == 1


async def test_sockets_of_a_session_that_ended_are_closed_and_no_others(
    gateway_hall: Hall,
) -> None:
    """Logging out on one device leaves the other alone."""
    here, there = staff_grant(), staff_grant()
    async with gateway_hall.connected(here) as gone, gateway_hall.connected(there) as stays:
        body = f'{{"session_id":"{here.session_id}"}}'.encode()
        await tell(gateway_hall, Control.SESSION_ENDED, body)
        assert await gone.wait("bye") == ({"reason": "revoked"},)
        gateway_hall.gateway.sockets.emit("order:new", {}, to="platform")
        await stays.wait("order:new")
        assert not stays.all("bye")
        assert not gone.all("order:new")


async def test_a_ticket_does_not_outlive_the_session_it_came_from(gateway_hall: Hall) -> None:
    """Neither the first nor the one that `ready` brought: logging out is logging out."""
    grant = staff_grant()
    async with gateway_hall.connected(grant) as client:
        ((ready,),) = client.all("ready")
    another = await gateway_hall.ticket(grant)
    async with gateway_hall.redis.pipeline() as pipeline:
        tickets.end(pipeline, str(grant.session_id))
        await pipeline.execute()
    for ticket in (ready["ticket"], another):
        assert await gateway_hall.turned_away(ticket) == "revoked"
    assert len(gateway_hall.gateway.visitors) == 0


async def test_a_link_ends_when_it_expires_or_is_taken_back(gateway_hall: Hall) -> None:
    """On the business clock; other links to the same order go on."""
    order_id = uuid4()
    short, revoked = link_grant(order_id, NOW_MS + 5000), link_grant(order_id)
    async with (
        gateway_hall.connected(short) as one,
        gateway_hall.connected(revoked) as two,
        gateway_hall.connected(link_grant(order_id, NOW_MS + 60_000)) as three,
    ):
        await gateway_hall.rounds._housekeeping()
        gateway_hall.clock[0] += 5000
        await gateway_hall.rounds._housekeeping()
        assert await one.wait("bye") == ({"reason": "expired"},)
        body = f'{{"link_id":"{revoked.subject}"}}'.encode()
        await tell(gateway_hall, Control.LINK_ENDED, body)
        assert await two.wait("bye") == ({"reason": "revoked"},)
        assert three.io.connected
        assert not three.all("bye")


async def test_an_expired_link_is_closed_before_it_shows_anything(gateway_hall: Hall) -> None:
    """Its ticket was got in time, its socket was not opened in time."""
    ticket = await gateway_hall.ticket(link_grant(uuid4(), NOW_MS + 1))
    gateway_hall.clock[0] += 2
    assert await gateway_hall.turned_away(ticket) == "expired"


@pytest.mark.parametrize("why", ["redis is away", "plans are not known"])
async def test_hello_is_answered_with_nothing_while_the_server_knows_nothing(
    gateway_hall: Hall, why: str
) -> None:
    """The phone says it again later; until then none of its fixes is taken and lost."""
    courier_id = uuid4()
    gateway = gateway_hall.gateway
    real = gateway.redis
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        if why == "redis is away":
            gateway.redis = open_redis("unix:///nowhere/redis.sock", timeout_s=0.5)
        else:
            gateway.is_informed = False
        assert not await phone.io.call("hello", hello())
        await phone.io.emit("p", (EPOCH, [reading(1)]))
        assert await oops(phone) == ("hello_first", "hello")
        assert not gateway_hall.waiting()
        gateway.redis = real
        await gateway_hall.on_shift(plan_of(courier_id))
        await tell(gateway_hall, Control.COMPLETE, b"{}")
        assert (await phone.io.call("hello", hello(1, 1)))["accepted"] == 0
        await phone.io.call("p", (EPOCH, [reading(1)]))
        assert [record.refusal for record in gateway_hall.waiting()] == [None]


async def test_fixes_sent_before_the_gateway_hears_of_the_shift_are_kept_by_the_phone(
    gateway_hall: Hall,
) -> None:
    """Said once, no mistake; what came meanwhile is not taken; after hello all of them are."""
    courier_id = uuid4()
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        for _ in range(TrackingPolicy().max_mistakes + 2):
            await phone.io.call("hello", hello(1, 2))
            await phone.io.emit("p", (EPOCH, [reading(1)]))
            await phone.io.call("p", (EPOCH, [reading(2)]))
        answers = [told["code"] for (told,) in phone.all("oops")]
        assert answers == ["off_shift"] * (TrackingPolicy().max_mistakes + 2)
        await gateway_hall.on_shift(plan_of(courier_id))
        await phone.io.call("p", (EPOCH, [reading(3)]))
        assert not gateway_hall.waiting()
        assert (await phone.io.call("hello", hello(1, 3)))["accepted"] == 0
        await phone.io.call("p", (EPOCH, [reading(seq) for seq in (1, 2, 3)]))
        assert [record.fix.seq for record in gateway_hall.waiting()] == [1, 2, 3]


async def test_what_is_dropped_under_overload_is_not_passed_over_by_what_follows(
    redis: Redis,
) -> None:
    """A phone that goes on sending is told to say hello, and sends the dropped ones again."""
    policy = TrackingPolicy(tick_ms=BY_HAND.tick_ms, max_pending_fixes=3)
    courier_id = uuid4()
    async with hall(redis, policy) as opened:
        await opened.on_shift(plan_of(courier_id))
        async with opened.connected(courier_grant(courier_id)) as phone:
            await phone.io.call("hello", hello())
            await phone.io.emit("p", (EPOCH, [reading(1), reading(2)]))
            await phone.io.emit("p", (EPOCH, [reading(3), reading(4)]))
            await opened.rest()
            await opened.rounds.tick()
            assert (await phone.wait("a"))[1] == 2
            await phone.io.emit("p", (EPOCH, [reading(5)]))
            assert await oops(phone) == ("hello_first", "seq")
            await phone.io.call("hello", hello(1, 5))
            await phone.io.call("p", (EPOCH, [reading(seq) for seq in (3, 4, 5)]))
            assert [record.fix.seq for record in opened.waiting()] == [3, 4, 5]


async def test_a_fault_of_ours_is_logged_and_costs_the_client_like_a_mistake(
    gateway_hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """So that nobody can fill the log with a frame that we do not handle well."""

    def broken(*_arguments: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(gateway_hall.gateway.viewports, "look", broken)
    async with gateway_hall.connected(staff_grant()) as dispatcher:
        for _ in range(50):
            await dispatcher.io.emit("view", AROUND)
        assert await dispatcher.wait("bye") == ({"reason": "protocol"},)
    faults = [record for record in caplog.records if record.exc_info]
    assert 1 <= len(faults) <= 6


async def test_a_ticket_is_never_logged(
    gateway_hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads the log cannot come in with what it says."""
    caplog.set_level(logging.DEBUG)
    ticket = await gateway_hall.ticket(staff_grant())
    async with gateway_hall.with_ticket(ticket) as client:
        ((ready,),) = client.all("ready")
    ours = [record for record in caplog.records if record.name.split(".")[0] == "tracking"]
    said = " ".join(str(vars(record)) for record in ours)
    assert ticket not in said
    assert ready["ticket"] not in said
