"""Sockets and rooms: our own endpoint of Socket.IO, as the only one on the path of every fix.

It speaks protocol 5 over the WebSocket transport, default namespace, text only: what unmodified
clients of the official libraries need (docs/decisions/0014-own-socket-endpoint.md). An event for a
room is packed once, and the same bytes go to every socket in it.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from tracking import packets, upgrade
from tracking.connection import FAREWELL_S, Connection, Listener

PING_S, PONG_S = 20.0, 15.0
BEHIND_BYTES = 1 << 16
"""A socket with more than so much unsent is behind: frames that others replace skip it."""

_SLOTS = 20
_LOOK_EVERY_S = 0.01


class Sockets:
    """Sockets and rooms of this process."""

    def __init__(
        self,
        *,
        max_frame_bytes: int,
        connect_s: float,
        ping_s: float = PING_S,
        pong_s: float = PONG_S,
    ) -> None:
        """Begin without sockets; `connect_s` is for the handshake after the transport."""
        self._most, self._connect_s = max_frame_bytes, connect_s
        self._ping_s, self._pong_s = ping_s, pong_s
        self._connections: dict[str, Connection] = {}
        self._rooms: dict[str, set[Connection]] = {}
        self._by_slot: list[set[Connection]] = [set() for _ in range(_SLOTS)]
        self._turn = 0
        self._pinging: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Return how many transports are open, those on their way in or out among them."""
        return len(self._connections)

    def open(
        self,
        request: web.Request,
        listener: Listener,
        context: Any,
        left: Callable[[], None] = lambda: None,
    ) -> web.Response:
        """Take a WebSocket request over; return what the HTTP server must be given instead.

        `listener` is told what the client does, beginning with `context`; `left` is called when
        the transport is gone. Raises `upgrade.NotAWebSocket` for another kind of request.
        """
        key = upgrade.key_of(request)
        if self._pinging is None:
            self._pinging = asyncio.create_task(self._ping(), name="tracking pings")
        sid = secrets.token_urlsafe(15)
        opening = packets.opening(sid, self._ping_s, self._pong_s, self._most)
        transport, answer = upgrade.take_over(request)
        if transport is None:
            left()
        else:

            def closed(connection: Connection) -> None:
                self._forget(connection)
                left()

            connection = Connection(sid, context, self._most, listener, closed)
            self._connections[sid] = connection
            self._by_slot[self._turn % _SLOTS].add(connection)
            connection.begin(transport, upgrade.accepted(key) + opening, self._connect_s)
        return answer

    def _forget(self, connection: Connection) -> None:
        self._connections.pop(connection.sid, None)
        for slot in self._by_slot:
            slot.discard(connection)
        for room in connection.rooms:
            self._take_out(connection, room)
        connection.rooms.clear()

    def _take_out(self, connection: Connection, room: str) -> None:
        members = self._rooms.get(room)
        if members is not None:
            members.discard(connection)
            if not members:
                del self._rooms[room]

    async def _ping(self) -> None:
        """Ask every client once per `ping_s` whether it is there; in turns, not all at once."""
        step_s = self._ping_s / _SLOTS
        patience = max(1, min(_SLOTS - 1, round(self._pong_s / step_s)))
        while True:
            await asyncio.sleep(step_s)
            self._turn += 1
            for connection in list(self._by_slot[(self._turn - patience) % _SLOTS]):
                if connection.is_silent:
                    connection.cut()
            for connection in list(self._by_slot[self._turn % _SLOTS]):
                connection.ping()

    def emit(self, name: str, *arguments: Any, to: str | Sequence[str]) -> None:
        """Send an event to a socket or to rooms; a socket in two of the rooms gets it once."""
        members = self._members(to)
        if members:
            frame = packets.event(name, arguments)
            for connection in members:
                connection.write(frame)

    def emit_fresh(self, name: str, *arguments: Any, to: str) -> list[str]:
        """Send an event that a later one replaces; return the sockets left out as behind."""
        members, behind = self._members(to), list[str]()
        if members:
            frame = packets.event(name, arguments)
            for connection in members:
                if connection.unsent_bytes > BEHIND_BYTES:
                    behind.append(connection.sid)
                else:
                    connection.write(frame)
        return behind

    def _members(self, to: str | Sequence[str]) -> list[Connection]:
        """Return who is meant; a list, because whoever is cut off leaves the room meanwhile."""
        if isinstance(to, str):
            one = self._connections.get(to)
            return [*self._rooms.get(to, ())] if one is None else [one]
        return [*set[Connection]().union(*(self._members(room) for room in to))]

    def is_anybody_in(self, room: str) -> bool:
        """Tell whether a room has somebody in it."""
        return room in self._rooms

    def is_behind(self, sid: str) -> bool:
        """Tell whether a socket has much to read before more makes sense."""
        return self.waiting(sid) > BEHIND_BYTES

    def waiting(self, sid: str) -> int:
        """Return how many bytes wait for a socket to read them."""
        connection = self._connections.get(sid)
        return 0 if connection is None else connection.unsent_bytes

    def enter(self, sid: str, room: str) -> None:
        """Put a socket into a room."""
        connection = self._connections.get(sid)
        if connection is not None:
            connection.rooms.add(room)
            self._rooms.setdefault(room, set()).add(connection)

    def leave(self, sid: str, room: str) -> None:
        """Take a socket out of a room."""
        connection = self._connections.get(sid)
        if connection is not None:
            connection.rooms.discard(room)
            self._take_out(connection, room)

    def close(self, sid: str) -> None:
        """End a socket: it hears nothing more, its transport closes within a moment."""
        connection = self._connections.get(sid)
        if connection is not None:
            for room in connection.rooms:
                self._take_out(connection, room)
            connection.rooms.clear()
            connection.close()

    async def stop(self) -> None:
        """End every socket, and the asking whether they are there."""
        if self._pinging is not None:
            self._pinging.cancel()
            await asyncio.wait([self._pinging])
            self._pinging = None
        for connection in list(self._connections.values()):
            connection.close()
        for _ in range(round(2 * FAREWELL_S / _LOOK_EVERY_S)):  # each has its own deadline
            if not self._connections:
                break
            await asyncio.sleep(_LOOK_EVERY_S)
