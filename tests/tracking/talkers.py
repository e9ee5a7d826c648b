"""A small program with rooms, on our endpoint and on python-socketio: what tests converse with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import socketio
from aiohttp import web
from aiohttp.test_utils import TestServer

from tracking.sockets import Sockets

PING_S = 1  # whole seconds: the stock server knows no parts of one
MOST = 32_768


class Ours:
    """A small program on our endpoint."""

    def __init__(self, ping_s: float = PING_S, pong_s: float = PING_S) -> None:
        self.sockets = Sockets(max_frame_bytes=MOST, connect_s=5.0, ping_s=ping_s, pong_s=pong_s)
        self.server: Any = None
        self.gone = 0

    async def connected(self, sid: str, context: Any) -> None:
        await asyncio.sleep(0.01)
        self.sockets.emit("welcome", context, 1, to=sid)

    def event(self, sid: str, name: str, arguments: list[Any], _size_bytes: int) -> Any:
        return getattr(self, f"_{name}")(sid, *arguments)

    def nonsense(self, sid: str, instead: str) -> None:
        raise AssertionError(f"{sid} talks nonsense: {instead}")

    def disconnected(self, sid: str) -> None:
        self.gone += 1

    def _echo(self, _sid: str, value: Any) -> Any:
        return value

    def _void(self, _sid: str) -> None:
        return None

    async def _slow(self, _sid: str, value: Any) -> Any:
        await asyncio.sleep(0.05)
        return value

    def _join(self, sid: str, room: str) -> None:
        self.sockets.enter(sid, room)

    def _part(self, sid: str, room: str) -> None:
        self.sockets.leave(sid, room)

    def _shout(self, _sid: str, rooms: list[str], text: str) -> None:
        self.sockets.emit("said", text, to=rooms)

    def _count(self, sid: str, most: int) -> None:
        for number in range(most):
            self.sockets.emit("number", number, to=sid)

    async def _gone(self, _sid: str, least: int) -> bool:
        async with asyncio.timeout(10):
            while self.gone < least:  # noqa: ASYNC110  # both programs are asked the same way
                await asyncio.sleep(0.01)
        return True

    def _leave(self, sid: str) -> None:
        self.sockets.close(sid)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async def door(request: web.Request) -> web.StreamResponse:  # noqa: RUF029  # a handler
            return self.sockets.open(request, self, "you")

        app = web.Application()
        app.router.add_get("/socket.io/", door)
        async with TestServer(app) as self.server:
            yield str(self.server.make_url("")).rstrip("/")
            await self.sockets.stop()


class Stock:
    """The same program on python-socketio, with handlers in the receiving task."""

    def __init__(self) -> None:
        self.io = socketio.AsyncServer(
            async_mode="aiohttp",
            transports=["websocket"],
            async_handlers=False,
            always_connect=True,
            ping_interval=PING_S,
            ping_timeout=PING_S,
        )
        self.gone = 0
        for name in ("connect", "disconnect", "echo", "void", "slow", "join", "part", "shout"):
            self.io.on(name, getattr(self, f"_{name}"))
        for name in ("count", "gone", "leave"):
            self.io.on(name, getattr(self, f"_{name}"))

    async def _connect(self, sid: str, _environ: Any, _auth: Any) -> None:
        await asyncio.sleep(0.01)
        await self.io.emit("welcome", ("you", 1), to=sid)

    async def _disconnect(self, _sid: str, _reason: str) -> None:
        self.gone += 1

    async def _echo(self, _sid: str, value: Any) -> Any:
        return value

    async def _void(self, _sid: str) -> None:
        return None

    async def _slow(self, _sid: str, value: Any) -> Any:
        await asyncio.sleep(0.05)
        return value

    async def _join(self, sid: str, room: str) -> None:
        await self.io.enter_room(sid, room)

    async def _part(self, sid: str, room: str) -> None:
        await self.io.leave_room(sid, room)

    async def _shout(self, _sid: str, rooms: list[str], text: str) -> None:
        await self.io.emit("said", text, to=rooms)

    async def _count(self, sid: str, most: int) -> None:
        for number in range(most):
            await self.io.emit("number", number, to=sid)

    async def _gone(self, _sid: str, least: int) -> bool:
        async with asyncio.timeout(10):
            while self.gone < least:  # noqa: ASYNC110  # both programs are asked the same way
                await asyncio.sleep(0.01)
        return True

    async def _leave(self, sid: str) -> None:
        await self.io.disconnect(sid)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application()
        self.io.attach(app)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")
            await self.io.shutdown()
