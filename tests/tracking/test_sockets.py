"""Sockets: what is not of the protocol is bounded, what is ended is over."""

import asyncio
import json
import logging
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from redis.asyncio import Redis

from tests.tracking.gateways import (
    BY_HAND,
    Hall,
    courier_grant,
    hall,
    link_grant,
    staff_grant,
    until,
)
from tracking.policy import TrackingPolicy
from tracking.tickets import Grant

ENDED = {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING}
NONSENSE = [
    "4",
    "4x",
    "42",
    "42{}",
    "42[]",
    "42[[1]]",
    "42[{}]",
    "42[null]",
    '42["p",NaN]',
    '42["p"' + "[" * 3000,
    "42" + "9" * 200 + '["p"]',
    '42/other,["p",1,2]',
    "40/other,",
    "47",
    "44",
    '451-["p",{"_placeholder":true,"num":0}]',
    '4599999999-["p"]',
    "461-7[]",
    '42["connect"]',
    '42["connect",{"aiohttp.request":{"grant":"admin"}}]',
    '42["disconnect"]',
    '42["disconnect","transport close"]',
]


async def texts(socket: aiohttp.ClientWebSocketResponse) -> list[str]:
    """Return everything a socket says until it ends or has said what it had to say."""
    found = []
    while True:
        try:
            message = await socket.receive(timeout=3)
        except TimeoutError:
            return found
        if message.type in ENDED:
            return found
        if message.type is aiohttp.WSMsgType.TEXT:
            found.append(str(message.data))


def events(found: list[str], name: str) -> list[Any]:
    """Return the payloads of one event among frames."""
    decoded = [json.loads(text[2:]) for text in found if text.startswith("42")]
    return [event[1] for event in decoded if event[0] == name]


async def shake_hands(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Do what a client does first."""
    await socket.send_str("40")
    while not str((await socket.receive(timeout=10)).data).startswith('42["ready"'):
        pass


@pytest.mark.parametrize("frame", NONSENSE, ids=lambda frame: frame[:24])
async def test_nonsense_is_answered_and_counted_and_harms_nobody(
    gateway_hall: Hall, frame: str
) -> None:
    """One `oops`; the visitor stays where it was, and the rooms it is in too."""
    order_id = uuid4()
    async with gateway_hall.raw(link_grant(order_id)) as socket:
        await shake_hands(socket)
        await socket.send_str(frame)
        found = json.loads(str((await socket.receive(timeout=10)).data)[2:])
        assert found[0] == "oops"
        assert found[1]["code"] in {"bad_payload", "unknown_event", "not_allowed"}
        (visitor,) = gateway_hall.gateway.visitors
        assert visitor.mistakes == 1
        gateway_hall.gateway.sockets.emit("still", "here", to=f"order:{order_id}")
        assert str((await socket.receive(timeout=10)).data) == '42["still","here"]'


@pytest.mark.parametrize(
    ("frame", "field", "said"),
    [
        ('42["view",{"bbox":[1,2,3,NaN]}]', "bbox", "NaN and Infinity are not JSON"),
        ('42["view",{"bbox":[1,2,3,4],"zoom":1e999}]', "zoom", "NaN and Infinity are not JSON"),
        ('42["view",{"bbox":[1,2,3,4],"rev":-Infinity}]', "rev", "whole number"),
        ('42["p",1,[[1,5,NaN,2]]]', "fixes.0.2", "NaN and Infinity are not JSON"),
        ('42["p",NaN,[]]', "epoch", "whole number"),
        ('42["p",1,[[1,5,1,2],]]', "packet", "not JSON"),
        (r'42["view",{"\ud800":NaN}]', "packet", "not JSON"),
        ('42["p",' + "[" * 3000, "packet", "send Socket.IO events"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_is_not_json_is_named(
    gateway_hall: Hall, frame: str, field: str, said: str
) -> None:
    """By the field where there is one, else by the place in the packet."""
    grant = courier_grant(uuid4()) if frame.startswith('42["p"') else staff_grant()
    async with gateway_hall.raw(grant) as socket:
        await shake_hands(socket)
        await socket.send_str(frame)
        ((_, answer),) = [json.loads(str((await socket.receive(timeout=10)).data)[2:])]
        assert (answer["code"], answer["field"]) == ("bad_payload", field)
        assert said in answer["message"]


async def test_a_frame_above_the_limit_ends_the_socket(gateway_hall: Hall) -> None:
    """With code 1009, as the WebSocket protocol has it; one below is read."""
    most = TrackingPolicy().max_frame_bytes
    async with gateway_hall.raw(staff_grant()) as socket:
        await shake_hands(socket)
        await socket.send_str('42["' + "x" * (most - 7) + '"]')
        assert "unknown_event" in str((await socket.receive(timeout=10)).data)
        await socket.send_str('42["' + "x" * (most - 6) + '"]')
        assert (await socket.receive(timeout=10)).type in ENDED
        assert socket.close_code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG


async def test_binary_is_refused_before_it_is_gathered(gateway_hall: Hall) -> None:
    """A packet that announces attachments is a mistake, and so is each that follows."""
    async with gateway_hall.raw(courier_grant(uuid4())) as socket:
        await shake_hands(socket)
        await socket.send_str('451000-["f",1,{"_placeholder":true,"num":0}]')
        for _ in range(3):
            await socket.send_bytes(bytes(10_000))
        found = [str((await socket.receive(timeout=10)).data) for _ in range(4)]
        assert all(text.startswith('42["oops"') for text in found)


async def test_the_sixth_mistake_ends_the_socket_whether_the_client_agrees_or_not(
    gateway_hall: Hall,
) -> None:
    """Five answers, a farewell, then the transport closes; what is sent meanwhile is not read."""
    async with gateway_hall.raw(courier_grant(uuid4())) as socket:
        await shake_hands(socket)
        for _ in range(50):
            await socket.send_str('42["nonsense",1]')
        found = await texts(socket)
        assert len(events(found, "oops")) == 5
        assert events(found, "bye") == [{"reason": "protocol"}]
        assert socket.closed
    assert len(gateway_hall.gateway.visitors) == 0


async def test_frames_of_another_protocol_end_the_socket_at_once(
    gateway_hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    """What is not even engine.io: no visitor stays behind, no traceback is written."""
    for frame in ("x", "hello", "{}", "é"):
        async with gateway_hall.raw(courier_grant(uuid4())) as socket:
            await shake_hands(socket)
            await socket.send_str(frame)
            assert (await socket.receive(timeout=10)).type in ENDED
        await until(lambda: len(gateway_hall.gateway.visitors) == 0)
    await until(lambda: len(gateway_hall.gateway.sockets) == 0)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_flood_of_bad_frames_writes_a_bounded_log(
    gateway_hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    """Twenty peers, a hundred rounds of every nonsense we know: not a line per frame."""
    caplog.set_level(logging.DEBUG)
    for name in ("asyncio", "urllib3"):
        caplog.set_level(logging.WARNING, name)

    async def flood() -> None:
        async with gateway_hall.raw(courier_grant(uuid4())) as socket:
            await shake_hands(socket)
            try:
                for _ in range(100):
                    for frame in NONSENSE:
                        await socket.send_str(frame)
            except (aiohttp.ClientError, ConnectionError):
                return

    await asyncio.gather(*(flood() for _ in range(20)))
    await until(lambda: len(gateway_hall.gateway.visitors) == 0)
    ours = [record for record in caplog.records if record.name.startswith(("tracking", "aiohttp"))]
    assert len(ours) <= 20, ours[:5]


async def test_a_frame_beyond_the_limit_ends_the_socket(gateway_hall: Hall) -> None:
    """32 KiB, whatever is in it."""
    async with gateway_hall.raw(courier_grant(uuid4())) as socket:
        await shake_hands(socket)
        await socket.send_str('42["p",1,"' + "x" * 40_000 + '"]')
        assert (await socket.receive(timeout=10)).type in ENDED
    await until(lambda: len(gateway_hall.gateway.visitors) == 0)


async def test_a_socket_that_said_goodbye_cannot_come_back_on_the_same_transport(
    gateway_hall: Hall,
) -> None:
    """Otherwise a revoked link would be whole again after `40`."""
    async with gateway_hall.raw(link_grant(uuid4())) as socket:
        await shake_hands(socket)
        await socket.send_str("41")
        await socket.send_str("40")
        found = await texts(socket)
        assert not events(found, "ready")
        assert socket.closed
    assert len(gateway_hall.gateway.visitors) == 0


async def test_a_second_handshake_changes_nothing(gateway_hall: Hall) -> None:
    """It is refused, and the first one holds."""
    async with gateway_hall.raw(link_grant(uuid4())) as socket:
        await shake_hands(socket)
        await socket.send_str("40")
        assert str((await socket.receive(timeout=10)).data).startswith("44")
        assert len(gateway_hall.gateway.visitors) == 1


async def test_a_socket_in_two_of_the_rooms_hears_an_event_once(gateway_hall: Hall) -> None:
    """A dispatcher of the platform and of the zone reads it once."""
    async with gateway_hall.connected(staff_grant("zone:z")) as client:
        gateway_hall.gateway.sockets.emit("order:new", {}, to=("platform", "zone:z"))
        gateway_hall.gateway.sockets.emit("last", {}, to="platform")
        await client.wait("last")
        assert len(client.all("order:new")) == 1


@asynccontextmanager
async def deaf(opened: Hall, grant: Grant) -> AsyncIterator[sockets.socket]:
    """Return a raw TCP socket that shook hands by Socket.IO and never reads again."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, (opened.server.host, opened.server.port))
    path = f"/socket.io/?EIO=4&transport=websocket&ticket={await opened.ticket(grant)}"
    head = (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await loop.sock_sendall(raw, head.encode())
    assert (await loop.sock_recv(raw, 1000)).startswith(b"HTTP/1.1 101")
    masked = bytes((ord("4"), ord("0")))  # the mask is zero
    await loop.sock_sendall(raw, bytes((0x81, 0x82, 0, 0, 0, 0)) + masked)
    try:
        yield raw
    finally:
        raw.close()


async def test_who_does_not_read_is_sent_away_and_holds_up_nobody(redis: Redis) -> None:
    """Its queue is bounded by time, its transport closes although it never says goodbye."""
    policy = TrackingPolicy(tick_ms=BY_HAND.tick_ms, slow_s=0.1)
    async with hall(redis, policy) as opened, opened.connected(staff_grant()) as reader:
        async with deaf(opened, staff_grant()):
            await until(lambda: len(opened.gateway.visitors) == 2)
            (slow,) = [v for v in opened.gateway.visitors if v.sid != reader.io.get_sid()]
            text, told = "x" * 20_000, 0
            async with asyncio.timeout(60):
                while len(opened.gateway.visitors) == 2:
                    opened.gateway.sockets.emit("news", text, to="platform")
                    told += 1
                    await asyncio.sleep(0.01)
            assert opened.gateway.visitors.get(slow.sid) is None
            assert told > 20, "it was really slow"
            await until(lambda: len(opened.gateway.sockets) == 1)
        await reader.wait("news", told)
        assert opened.counts.results["staff closed"] == 1
