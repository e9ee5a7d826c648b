"""The door to python-socketio, typed: the only file that knows the library.

Options as measured in the design: WebSocket transport, orjson, handlers in the receiving task.
Whoever connects was checked before engine.io saw the request (`server.py`). Three habits of the
library are mended here: it never closes a transport by itself, it lets a client connect again on a
transport that was ended, and it gathers binary attachments without end.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
import socketio
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refused

log = logging.getLogger("tracking.sockets")

Arguments = tuple[Any, ...]
OnConnect = Callable[[str, web.Request], Awaitable[None]]
OnEvent = Callable[[str, str, Arguments], Awaitable[Any]]
OnDisconnect = Callable[[str], Awaitable[None]]
OnNonsense = Callable[[str, str], Awaitable[None]]
AllowOrigin = Callable[[str | None, dict[str, Any]], bool]

_PING_S = 20
_PONG_S = 15
_FAREWELL_S = 1.0
"""How long a socket that was ended may take to read its last words."""

_REQUEST = "aiohttp.request"
_USED = "hermod.used"
_BINARY = ("5", "6")
_OTHER_NAMESPACE = "/"
_INSTEAD = "send Socket.IO events: text, in the default namespace"


class _Orjson:
    """orjson in the shape of the standard library's json module."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        """Return `value` as JSON text."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str, **_options: Any) -> Any:
        """Return the value that `text` spells; raise ValueError where it is not JSON.

        NaN and Infinity come through, so that who reads the event can name their field.
        """
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            if "\\u" in text:  # half a surrogate pair could never be said back
                raise
            return json.loads(text)


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
        self._transports: dict[str, asyncio.Transport] = {}

    def attach(
        self,
        app: web.Application,
        on_connect: OnConnect,
        on_event: OnEvent,
        on_disconnect: OnDisconnect,
        on_nonsense: OnNonsense,
    ) -> None:
        """Serve sockets at /socket.io/ of `app` and hand what they do to the functions given.

        Nonsense is a packet that is not of the protocol at all, or one that carries binary.
        """

        async def connect(sid: str, environ: Any, _auth: Any = None) -> None:
            # Clients can send an event of this name too, with whatever they like as `environ`.
            request = environ[_REQUEST]
            if not isinstance(request, web.Request) or environ.get(_USED) or not request.transport:
                raise Refused("a ticket is good for one connection")
            environ[_USED] = True
            self._transports[sid] = request.transport
            await on_connect(sid, request)

        async def event(name: str, sid: str, *arguments: Any) -> Any:
            return await on_event(sid, name, arguments)

        async def disconnect(sid: str, *_reason: Any) -> None:
            if self._sio.manager.is_connected(sid, "/"):
                raise Refused("this is an event of the library, not of clients")
            await on_disconnect(sid)
            self._hang_up(sid)

        async def packet(transport: str, data: Any) -> None:
            try:
                await self._take(transport, data)
            except Exception as error:
                sid = self._sio.manager.sid_from_eio_sid(transport, "/")
                if sid is not None:
                    is_broken = isinstance(error, json.JSONDecodeError)
                    await on_nonsense(sid, f"not JSON: {error}" if is_broken else _INSTEAD)

        self._sio.on("connect", connect)
        self._sio.on("*", event)
        self._sio.on("disconnect", disconnect)
        self._sio.eio.on("message", packet)
        self._sio.attach(app)

    async def _take(self, transport: str, data: Any) -> None:
        """Hand a packet to the library, unless it would gather binary or another namespace."""
        is_text = isinstance(data, str) and not data.startswith(_BINARY)
        if not is_text or data[1:2] == _OTHER_NAMESPACE:
            raise Refused("text, in the default namespace")
        await self._sio._handle_eio_message(transport, data)

    def _hang_up(self, sid: str) -> None:
        """Close the transport of a socket that ended; the client may not, or may not be reading."""
        transport = self._transports.pop(sid, None)
        if transport is not None:
            asyncio.get_running_loop().call_later(_FAREWELL_S, transport.abort)

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
        """End a socket now, and its transport a moment later; never waits for the client."""
        await self._sio.disconnect(sid)

    async def drop(self, request: web.Request) -> None:
        """End what came with a request, whose client does not even speak engine.io."""
        for transport, environ in list(self._sio.environ.items()):
            if environ[_REQUEST] is request and (socket := self._sio.eio.sockets.get(transport)):
                await socket.close(wait=False, abort=True)
                await socket.queue.put(None)
                del self._sio.eio.sockets[transport]
        if request.transport is not None:
            request.transport.abort()

    async def stop(self) -> None:
        """End the library's own background task."""
        await self._sio.shutdown()

    def waiting(self, sid: str) -> int:
        """Return how many packets wait for a socket to read them."""
        transport = self._sio.manager.eio_sid_from_sid(sid, "/")
        socket = self._sio.eio.sockets.get(transport)
        return 0 if socket is None else int(socket.queue.qsize())
