"""One client's connection after the handshake: frames in, packets out, no task while it is quiet.

It takes the place of the HTTP server's protocol on the transport. Events are handled where their
bytes arrive; only one that has to wait (for Redis) becomes a task, and until that is done nothing
more is read from this client.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from enum import Enum, auto
from typing import Any, Protocol

from tracking import frames, packets
from tracking.frames import BrokenFrame, FrameReader
from tracking.packets import NotAnEvent

FAREWELL_S = 1.0
"""How long a socket that was ended may take to read its last words."""
MOST_UNSENT_BYTES = 1 << 20
"""Bytes waiting for a client that does not read, above which it is cut off."""

log = logging.getLogger("tracking.connection")

_NORMAL = 1000
_NAMESPACE = b"/"
_QUIET = {b"2", b"6"}
"""Packets of Engine.IO that want nothing of us."""


class Listener(Protocol):
    """Whoever is told what clients do. What takes time is returned as something to await."""

    def connected(self, sid: str, context: Any) -> Coroutine[Any, Any, None]:
        """A client has completed the handshake; `context` came with its request."""

    def event(self, sid: str, name: str, arguments: list[Any], size_bytes: int) -> Any:
        """A client says something; return the answer, or what can be awaited for it."""

    def nonsense(self, sid: str, instead: str) -> None:
        """A client sends a packet that is no event, or binary; `instead` says what to send."""

    def disconnected(self, sid: str) -> None:
        """A client is gone, or was ended."""


class State(Enum):
    """How far a connection is."""

    OPEN = auto()
    CONNECTED = auto()
    ENDED = auto()


class Connection(asyncio.Protocol):
    """A client's WebSocket with Engine.IO and Socket.IO on it."""

    __slots__ = (
        "_closed",
        "_context",
        "_deadline",
        "_held",
        "_listener",
        "_owes_pong",
        "_reader",
        "_task",
        "rooms",
        "sid",
        "state",
        "transport",
    )

    def __init__(
        self,
        sid: str,
        context: Any,
        most: int,
        listener: Listener,
        closed: Callable[["Connection"], None],
    ) -> None:
        """Begin after the WebSocket was accepted; `closed` is called when the transport is gone."""
        self.sid = sid
        self.state = State.OPEN
        self.rooms: set[str] = set()
        self._owes_pong = False
        self.transport: Any = None  # uvloop's is of no class of asyncio's
        self._context = context
        self._listener = listener
        self._closed = closed
        self._reader: FrameReader | None = FrameReader(most)
        self._task: asyncio.Task[None] | None = None
        self._held: deque[frames.Message] | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def begin(self, transport: Any, opening: bytes, connect_s: float) -> None:
        """Take over a transport: say `opening`, and end it unless the client connects in time."""
        self.transport = transport
        transport.set_protocol(self)
        if not transport.is_reading():
            transport.resume_reading()
        transport.write(opening)
        self._deadline = asyncio.get_running_loop().call_later(connect_s, self._expire)

    def _expire(self) -> None:
        if self.state is State.OPEN:
            self.cut()

    def data_received(self, data: bytes) -> None:
        """Read what the client sends; whatever it is, it shows that the client is there."""
        self._owes_pong = False
        if self._reader is None:
            return
        try:
            for kind, payload in self._reader.feed(data):
                if self._task is not None:
                    self._hold(kind, payload)
                elif kind == frames.TEXT and payload[:2] == packets.EVENT:
                    self._take_event(payload)
                else:
                    self._take_other(kind, payload)
        except BrokenFrame as error:
            self._reader = None  # where the next frame begins is not known any more
            self.fail(error.code)

    def _hold(self, kind: int, payload: bytes) -> None:
        if self._held is None:
            self._held = deque()
        self._held.append((kind, payload))

    def _take_event(self, packet: bytes) -> None:
        if self.state is not State.CONNECTED:
            if self.state is State.OPEN:
                self.cut()
            return
        try:
            number, name, arguments = packets.read_event(packet)
        except NotAnEvent as error:
            self._listener.nonsense(self.sid, str(error))
            return
        result = self._listener.event(self.sid, name, arguments, len(packet))
        if result is not None and asyncio.iscoroutine(result):
            self._wait_for(result, number)
        elif number:
            self.write(packets.answer(number, result))

    def _take_other(self, kind: int, payload: bytes) -> None:
        if self.state is State.ENDED:
            if kind == frames.CLOSE:
                self.transport.close()
        elif kind == frames.PING:
            self.write(frames.frame(frames.PONG, payload))
        elif kind == frames.CLOSE:
            self.fail(_NORMAL)
        elif kind == frames.TEXT:
            self._take_text(payload)
        elif kind == frames.BINARY:
            self._refuse()

    def _take_text(self, packet: bytes) -> None:
        first = packet[:1]
        if first == b"4":
            self._take_packet(packet)
        elif first == b"b":
            self._refuse()
        elif first not in _QUIET and packet != packets.PONG:
            self.fail(_NORMAL if first == b"1" else frames.BAD_FRAME)

    def _take_packet(self, packet: bytes) -> None:
        kind = packet[:2]
        if kind == packets.CONNECT:
            self._take_connect(packet)
        elif kind == packets.DISCONNECT and packet[2:3] != _NAMESPACE and self._is_connected:
            self.fail(_NORMAL)
        else:
            self._refuse()

    def _take_connect(self, packet: bytes) -> None:
        namespace = packets.read_connect(packet)
        if namespace and self._is_connected:
            self._refuse()
        elif namespace:
            self.write(packets.refused(namespace, "Invalid namespace"))
        elif self._is_connected:
            self.write(packets.refused(b"", "connected already"))
        else:
            self.state = State.CONNECTED
            if self._deadline is not None:
                self._deadline.cancel()
            self.write(packets.connected(self.sid))
            self._wait_for(self._listener.connected(self.sid, self._context), b"")
            self._context = self._deadline = None

    @property
    def _is_connected(self) -> bool:
        return self.state is State.CONNECTED

    def _refuse(self) -> None:
        if self._is_connected:
            self._listener.nonsense(self.sid, packets.INSTEAD)
        else:
            self.cut()

    def _wait_for(self, what: Coroutine[Any, Any, Any], number: bytes) -> None:
        """Answer when something is done; read nothing more from this client until then."""
        if self.state is not State.ENDED:
            self.transport.pause_reading()
        self._task = asyncio.create_task(self._finish(what, number), name="tracking socket")

    def _has_ended(self) -> bool:
        return self.state is State.ENDED

    async def _finish(self, what: Coroutine[Any, Any, Any], number: bytes) -> None:
        if self._has_ended():  # it left before this could begin
            what.close()
            return
        try:
            result = await what
        except Exception:
            log.exception("what a client asked for could not be done")
            self.cut()
            return
        self._task = None
        if self._has_ended():
            return
        if number:
            self.write(packets.answer(number, result))
        while self._held and self._task is None:
            kind, payload = self._held.popleft()
            if kind == frames.TEXT and payload[:2] == packets.EVENT:
                self._take_event(payload)
            else:
                self._take_other(kind, payload)
        if self._task is None:
            self._held = None
            if not self.transport.is_closing():
                self.transport.resume_reading()

    def write(self, data: bytes) -> None:
        """Send a frame; a client that lets too much wait is cut off."""
        if self.state is State.ENDED:
            return
        transport = self.transport
        transport.write(data)
        if transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            self.cut()

    def ping(self) -> None:
        """Ask the client whether it is there."""
        if self.state is not State.ENDED:
            self._owes_pong = True
            self.write(packets.PING_FRAME)

    @property
    def is_silent(self) -> bool:
        """Tell whether the client was asked and says nothing, though we would read it."""
        return self._owes_pong and self._task is None

    @property
    def unsent_bytes(self) -> int:
        """Return how much waits for the client to read it."""
        size: int = self.transport.get_write_buffer_size()
        return size

    def fail(self, code: int) -> None:
        """End the connection because of what the client does."""
        if self.state is State.ENDED:
            self.transport.abort()
            return
        was_connected = self._is_connected
        self._end(frames.closing(code))
        if code == _NORMAL:
            self.transport.close()
        if was_connected:
            self._listener.disconnected(self.sid)

    def cut(self) -> None:
        """End the connection at once, without a word."""
        was_connected, self.state, self._held = self._is_connected, State.ENDED, None
        self.transport.abort()
        if was_connected:
            self._listener.disconnected(self.sid)

    def close(self) -> None:
        """End the connection because we wish so; what was said before is still sent."""
        if self.state is not State.ENDED:
            self._end(packets.DISCONNECT_FRAME + frames.closing(_NORMAL))

    def _end(self, last_words: bytes) -> None:
        self.state, self._held = State.ENDED, None
        if self._deadline is not None:
            self._deadline.cancel()
        if self.transport.is_closing():
            return
        self.transport.write(last_words)
        if self._task is not None:
            self.transport.resume_reading()
        # Closing now would make the kernel throw away what the client has not read yet: it is the
        # client's turn to close, for so long and no longer.
        self._deadline = asyncio.get_running_loop().call_later(FAREWELL_S, self.transport.abort)

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget everything."""
        was_connected, self.state = self._is_connected, State.ENDED
        if self._deadline is not None:
            self._deadline.cancel()
        self._held = self._deadline = None
        self._closed(self)
        if was_connected:
            self._listener.disconnected(self.sid)
