"""The door to python-socketio, typed: the only file that knows the library.

Public options only, as measured in the design: WebSocket transport, orjson, handlers in the
receiving task. Whoever connects was checked before engine.io saw the request (`server.py`).
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
import socketio
from aiohttp import web

log = logging.getLogger("tracking.sockets")

Arguments = tuple[Any, ...]
OnConnect = Callable[[str, web.Request], Awaitable[None]]
OnEvent = Callable[[str, str, Arguments], Awaitable[Any]]
OnDisconnect = Callable[[str], Awaitable[None]]
AllowOrigin = Callable[[str | None, dict[str, Any]], bool]

_PING_S = 20
_PONG_S = 15


class _Orjson:
    """orjson in the shape of the standard library's json module."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        """Return `value` as JSON text."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str, **_options: Any) -> Any:
        """Return the value that `text` spells; raise ValueError where it is not JSON."""
        return orjson.loads(text)


class Sockets:
    """Sockets and rooms of this process."""

    def __init__(self, *, allow_origin: AllowOrigin, max_frame_bytes: int) -> None:
        quiet = logging.getLogger("tracking.socketio")
        quiet.setLevel(logging.CRITICAL)  # one peer's bad frames must not fill the log
        self._sio = socketio.AsyncServer(
            async_mode="aiohttp",
            transports=["websocket"],
            async_handlers=False,
            always_connect=True,
            namespaces=["/"],
            json=_Orjson,
            cors_allowed_origins=allow_origin,
            cors_credentials=False,
            http_compression=False,
            max_http_buffer_size=max_frame_bytes,
            ping_interval=_PING_S,
            ping_timeout=_PONG_S,
            logger=quiet,
            engineio_logger=quiet,
        )

    def attach(
        self,
        app: web.Application,
        on_connect: OnConnect,
        on_event: OnEvent,
        on_disconnect: OnDisconnect,
    ) -> None:
        """Serve sockets at /socket.io/ of `app` and hand what they do to the functions given."""

        async def connect(sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
            await on_connect(sid, environ["aiohttp.request"])

        async def event(name: str, sid: str, *arguments: Any) -> Any:
            return await on_event(sid, name, arguments)

        async def disconnect(sid: str, _reason: str | None = None) -> None:
            await on_disconnect(sid)

        self._sio.on("connect", connect)
        self._sio.on("*", event)
        self._sio.on("disconnect", disconnect)
        self._sio.attach(app)

    async def emit(self, event: str, *arguments: Any, to: str | Sequence[str]) -> None:
        """Send an event to a socket or to rooms; a socket in two of the rooms gets it once."""
        room = to if isinstance(to, str) else list(to)
        await self._sio.emit(event, arguments, room=room)

    async def enter(self, sid: str, room: str) -> None:
        """Put a socket into a room."""
        await self._sio.enter_room(sid, room)

    async def leave(self, sid: str, room: str) -> None:
        """Take a socket out of a room."""
        await self._sio.leave_room(sid, room)

    async def close(self, sid: str) -> None:
        """End a socket: its handshake and its transport."""
        transport = self._sio.manager.eio_sid_from_sid(sid, "/")
        await self._sio.disconnect(sid)
        if transport is not None:
            await self._sio.eio.disconnect(transport)

    def waiting(self, sid: str) -> int:
        """Return how many packets wait for a socket to read them."""
        transport = self._sio.manager.eio_sid_from_sid(sid, "/")
        socket = self._sio.eio.sockets.get(transport)
        return 0 if socket is None else int(socket.queue.qsize())
