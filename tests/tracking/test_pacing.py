"""Overload: a phone that sends too much waits its turn, loses nothing, and harms nobody."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

import aiohttp
import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisIsAway
from socketio.exceptions import SocketIOError

from tests.support.phone import Client
from tests.tracking.gateways import (
    BY_HAND,
    EPOCH,
    Hall,
    courier_grant,
    hall,
    hello,
    plan_of,
    reading,
    until,
)
from tracking.plans import CourierState
from tracking.policy import TrackingPolicy

SLOW = TrackingPolicy(
    tick_ms=BY_HAND.tick_ms,
    durable_poll_s=3600.0,
    phone_fixes_per_s=40,
    phone_burst_fixes=20,
    hello_fixes=0,
)
EVENT, EVENTS = 10, 6


async def flood(phone: Client) -> None:
    """Send many fixes as fast as they can be said."""
    for first in range(1, EVENT * EVENTS + 1, EVENT):
        await phone.io.emit("p", (EPOCH, [reading(seq) for seq in range(first, first + EVENT)]))


def arrived(opened: Hall, courier_id: UUID) -> list[int]:
    """Return the numbers of a courier's fixes that came in so far."""
    return [one.fix.seq for one in opened.waiting() if one.courier_id == courier_id]


async def test_a_phone_that_sends_too_much_is_read_slowly_and_loses_nothing(redis: Redis) -> None:
    """Everything comes in, in order, no faster than it may; nothing is a mistake."""
    courier_id = uuid4()
    async with hall(redis, SLOW) as opened:
        await opened.on_shift(plan_of(courier_id))
        async with opened.connected(courier_grant(courier_id)) as phone:
            await phone.io.call("hello", hello())
            began = asyncio.get_running_loop().time()
            await flood(phone)
            await until(lambda: arrived(opened, courier_id))
            held_up = len(arrived(opened, courier_id)) < EVENT * EVENTS
            await until(lambda: len(arrived(opened, courier_id)) == EVENT * EVENTS)
            took_s = asyncio.get_running_loop().time() - began
            assert held_up
            assert arrived(opened, courier_id) == list(range(1, EVENT * EVENTS + 1))
            # The last event may go into debt: it is not waited for.
            at_least_s = (EVENT * (EVENTS - 1) - SLOW.phone_burst_fixes) / SLOW.phone_fixes_per_s
            assert took_s >= at_least_s - 0.05
            assert not phone.all("oops")


async def test_while_one_phone_is_held_up_others_are_not(redis: Redis) -> None:
    """Each phone pays for itself."""
    greedy, modest = uuid4(), uuid4()
    async with hall(redis, SLOW) as opened:
        await opened.on_shift(plan_of(greedy))
        await opened.on_shift(plan_of(modest))
        async with (
            opened.connected(courier_grant(greedy)) as one,
            opened.connected(courier_grant(modest)) as other,
        ):
            await one.io.call("hello", hello())
            await other.io.call("hello", hello())
            await flood(one)
            await until(lambda: len(arrived(opened, greedy)) >= 3 * EVENT)
            await other.io.call("p", (EPOCH, [reading(1)]))  # answered after it was taken
            assert arrived(opened, modest) == [1]
            assert len(arrived(opened, greedy)) < EVENT * EVENTS


async def test_a_new_socket_is_no_new_bucket(redis: Redis) -> None:
    """The debt is the courier's, not the connection's."""
    courier_id, policy = uuid4(), replace(SLOW, phone_fixes_per_s=1)
    async with hall(redis, policy) as opened:
        await opened.on_shift(plan_of(courier_id))
        async with opened.connected(courier_grant(courier_id)) as phone:
            await phone.io.call("hello", hello())
            await flood(phone)
            await until(lambda: len(arrived(opened, courier_id)) >= 3 * EVENT)
        async with opened.connected(courier_grant(courier_id)):
            (held,) = opened.gateway.visitors.phones()
            slow_ms = policy.idle_interval_ms * policy.overload_factor
            assert opened.gateway.interval_ms(held) == slow_ms


async def test_who_cannot_keep_up_is_asked_for_less(gateway_hall: Hall) -> None:
    """While Redis is away for long, every phone; afterwards none."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id, state=CourierState.CARRYING))
    gateway, usual_ms = gateway_hall.gateway, gateway_hall.gateway.policy.busy_interval_ms
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        await phone.io.call("p", (EPOCH, [reading(1)]))
        gateway.is_overloaded = True
        held = next(iter(gateway.visitors.phones()))
        assert gateway.interval_ms(held) == usual_ms * gateway.policy.overload_factor
        await gateway_hall.rounds.tick()
        assert gateway.interval_ms(held) == usual_ms


async def test_mistakes_are_counted_across_the_sockets_of_a_peer(redis: Redis) -> None:
    """Connecting anew buys a few more answers, not as many as one likes."""
    policy = TrackingPolicy(
        tick_ms=BY_HAND.tick_ms, max_mistakes=5, mistakes_per_s=1e-6, mistakes_burst=8
    )
    grant, answers = courier_grant(uuid4()), 0
    async with hall(redis, policy) as opened:
        for _ in range(4):
            async with opened.connected(grant) as phone:
                with suppress(SocketIOError):  # closed before everything was said
                    for _ in range(6):
                        await phone.io.emit("nonsense", 1)
                await phone.wait("bye")
                answers += len(phone.all("oops"))
        async with opened.connected(courier_grant(uuid4())) as another:
            await another.io.emit("nonsense", 1)
            await another.wait("oops")
    assert answers == policy.mistakes_burst


async def test_a_redis_that_is_away_fills_no_log(
    gateway_hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However often phones say hello meanwhile."""

    async def away(*_arguments: object) -> None:
        await asyncio.sleep(0)
        raise RedisIsAway

    async with gateway_hall.connected(courier_grant(uuid4())) as phone:
        monkeypatch.setattr(gateway_hall.redis, "hmget", away)
        for _ in range(45):  # so many may be said at once
            await phone.io.call("hello", hello())
    lines = [one for one in caplog.records if one.name == "tracking.gateway"]
    assert 0 < len(lines) <= gateway_hall.gateway.policy.mistakes_burst + 1


async def test_strangers_fill_no_log(gateway_hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    """Each is answered; of one address the log names some."""
    caplog.set_level(logging.INFO, "tracking.server")
    url = gateway_hall.server.make_url("/socket.io/?EIO=4&transport=websocket&ticket=guessed")
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
                await session.ws_connect(url)
    lines = [one for one in caplog.records if one.name == "tracking.server"]
    assert 0 < len(lines) < 100
