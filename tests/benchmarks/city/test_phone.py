"""A phone against a small realtime server that loses its memory and its connections."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
import socketio
from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks.city.clock import BusinessClock
from benchmarks.city.gps import PERFECT, Receiver
from benchmarks.city.live_socket import LiveSocket
from benchmarks.city.motion import standing
from benchmarks.city.phone import Phone, PhoneKind
from benchmarks.city.tally import Tally
from benchmarks.city.waiting import wait_until
from geo.point import Point
from tracking.wire import parse_fixes, parse_packed

INTERVAL_MS = 200


class Realtime:
    """Takes fixes as the protocol says; `durable` is raised by the test."""

    def __init__(self) -> None:
        self.sio = socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"])
        self.tickets: list[str] = []
        self.hellos: list[dict[str, Any]] = []
        self.batches: list[list[int]] = []
        self.durable = 0
        self.epoch = 0
        self.sids: list[str] = []
        self.sio.on("connect", self._connect)
        self.sio.on("hello", self._hello)
        self.sio.on("f", self._packed)
        self.sio.on("p", self._plain)

    def app(self) -> web.Application:
        app = web.Application()
        self.sio.attach(app)
        return app

    @property
    def seen(self) -> set[int]:
        return {seq for batch in self.batches for seq in batch}

    async def acknowledge(self) -> None:
        accepted = max(self.seen, default=0)
        await self.sio.emit("a", (self.epoch, accepted, self.durable, INTERVAL_MS))

    async def drop(self) -> None:
        await self.sio.disconnect(self.sids[-1])

    async def _connect(self, sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        self.tickets.append(environ["aiohttp.request"].query["ticket"])
        self.sids.append(sid)
        await self.sio.emit("ready", {"ticket": f"next{len(self.sids)}"}, to=sid)

    async def _hello(self, _sid: str, payload: dict[str, Any]) -> dict[str, int]:
        self.hellos.append(payload)
        self.epoch = payload["epoch"]
        return {"accepted": 0, "durable": self.durable, "intervalMs": INTERVAL_MS}

    async def _packed(self, _sid: str, epoch: int, text: str) -> None:
        assert len(base64.b64decode(text)) % 20 == 0
        self.batches.append([fix.seq for fix in parse_packed(epoch, text, 200)[1]])

    async def _plain(self, _sid: str, epoch: int, rows: list[Any]) -> None:
        self.batches.append([fix.seq for fix in parse_fixes(epoch, rows, 200)[1]])


@asynccontextmanager
async def on_shift(*, packed: bool = True) -> AsyncIterator[tuple[Realtime, Phone, Tally]]:
    realtime, tally = Realtime(), Tally()
    alive = asyncio.Event()
    alive.set()
    desk = iter(f"desk{number}" for number in range(100))

    async def ticket() -> str | None:  # noqa: RUF029  # a desk may need to ask
        return next(desk)

    async with TestServer(realtime.app()) as server, aiohttp.ClientSession() as session:
        url = str(server.make_url("")).rstrip("/")
        phone = Phone(
            PhoneKind(packed, Receiver(random.Random(1), PERFECT), ()),
            BusinessClock(0, 0, 1.0),
            standing(Point(41.15, -8.61)).pose,
            tally,
            lambda heard: LiveSocket(url, ticket, heard, tally, session),
            {},
            alive,
        )
        life = asyncio.create_task(phone.run())
        try:
            yield realtime, phone, tally
        finally:
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life
            await realtime.sio.shutdown()


async def until(is_so: Callable[[], bool]) -> None:
    assert await wait_until(is_so, within_s=15.0)


@pytest.mark.parametrize("packed", [True, False])
async def test_fixes_are_sent_as_they_are_taken(packed: bool) -> None:
    async with on_shift(packed=packed) as (realtime, _phone, tally):
        await until(lambda: len(realtime.seen) >= 4)
        assert realtime.hellos[0]["lastSeq"] == 0
        flat = [seq for batch in realtime.batches for seq in batch]
        assert flat == list(range(1, len(flat) + 1))
        assert tally.fixes.sent >= 4


async def test_what_is_not_durable_is_sent_again_after_a_reconnect_in_order() -> None:
    async with on_shift() as (realtime, _phone, tally):
        await until(lambda: len(realtime.seen) >= 5)
        realtime.durable = 2
        await realtime.acknowledge()
        await until(lambda: tally.fixes.durable == 2)
        before = len(realtime.batches)
        await realtime.drop()
        await until(lambda: len(realtime.batches) > before)
        again = realtime.batches[before]
        assert again[0] == 3
        assert again == list(range(3, again[-1] + 1))
        assert realtime.hellos[-1]["firstSeq"] == 3
        assert tally.reconnects == 1
        assert tally.fixes.sent_again >= 3


async def test_a_phone_forgets_only_what_is_durable() -> None:
    async with on_shift() as (realtime, phone, tally):
        await until(lambda: len(realtime.seen) >= 3)
        await realtime.acknowledge()
        await until(lambda: tally.fixes.accepted >= 3)
        assert not await phone.settle(0.0)
        realtime.durable = 10_000
        await realtime.acknowledge()
        await until(lambda: tally.fixes.durable >= 3)
        assert tally.fixes.forgotten == 0


async def test_the_ticket_of_ready_is_used_for_the_next_connection() -> None:
    async with on_shift() as (realtime, _phone, _tally):
        await until(lambda: len(realtime.hellos) == 1)
        await realtime.drop()
        await until(lambda: len(realtime.hellos) == 2)
        assert realtime.tickets == ["desk0", "next1"]


async def test_a_phone_that_the_server_sent_home_too_soon_loses_nothing() -> None:
    """It says hello again after a pause, on the same socket, and is no cause for alarm."""
    async with on_shift() as (realtime, _phone, tally):
        await until(lambda: len(realtime.seen) >= 2)
        realtime.batches.clear()
        await realtime.sio.emit("oops", {"code": "off_shift", "field": "fixes", "message": ""})
        await until(lambda: len(realtime.hellos) == 2 and len(realtime.batches) > 0)
        again = realtime.batches[-1]
        assert again[0] == 1
        assert tally.reconnects == 0
        assert not tally.alarms
        await realtime.sio.emit("oops", {"code": "too_large", "message": "zoom in"})
        await until(lambda: tally.alarms["oops too_large: zoom in"] == 1)
