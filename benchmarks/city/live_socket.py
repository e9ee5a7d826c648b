"""A socket to the realtime program that comes back by itself, as phones and pages keep one."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import socketio
from socketio.exceptions import ConnectionError as Refused
from socketio.exceptions import SocketIOError

from benchmarks.city.tally import Tally

NEXT_TICKET_S = 540.0
"""How long the ticket that `ready` brings is used; the server keeps it ten minutes."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 15.0
STEADY_S = 10.0
HANDSHAKE_S = 8.0
ANSWER_S = 10.0

_quiet = logging.getLogger("city.socketio")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """What opens a socket, once, and until when (monotonic seconds)."""

    text: str
    good_until_s: float


TicketDesk = Callable[[], Awaitable[str | None]]
"""Gets a new ticket from the API; None when there is none to be had."""

Listener = Callable[..., None]
"""Hears an event; must not block."""


class LiveSocket:
    """One Socket.IO connection: connects, greets, listens, and reconnects with full jitter."""

    def __init__(
        self,
        url: str,
        desk: TicketDesk,
        listeners: Mapping[str, Listener],
        tally: Tally,
        session: aiohttp.ClientSession,
    ) -> None:
        """Speak to the realtime program at `url`; nothing happens before `run`."""
        self._url = url
        self._desk = desk
        self._listeners = dict(listeners)
        self._tally = tally
        self._session = session
        self._client: Any = None
        self._next: Ticket | None = None
        self._away_until_s = 0.0
        self._was_connected = False
        self.is_up = False

    async def run(self, greet: Callable[[], Awaitable[None]] | None = None) -> None:
        """Stay connected until cancelled; `greet` is called on each connection, once it is up."""
        failures = 0
        while True:
            await asyncio.sleep(max(0.0, self._away_until_s - time.monotonic()))
            began = time.monotonic()
            await self._one_life(greet)
            failures = 0 if time.monotonic() - began > STEADY_S else min(failures + 1, 10)
            await asyncio.sleep(
                random.uniform(0, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**failures))
            )

    async def emit(self, event: str, *arguments: Any) -> bool:
        """Send an event; tell whether there was a connection to send it on."""
        if not self.is_up:
            return False
        try:
            await self._client.emit(event, arguments)
        except SocketIOError:
            return False
        return True

    async def ask(self, event: str, argument: Any) -> Any:
        """Send an event and return its acknowledgement; None when there is no answer."""
        try:
            return await self._client.call(event, argument, timeout=ANSWER_S)
        except SocketIOError:
            return None

    async def lose(self, seconds: float = 0.0) -> None:
        """Lose the connection, and find none for so many real seconds."""
        self._away_until_s = time.monotonic() + seconds
        if self._client is not None and self.is_up:
            await self._client.eio.disconnect(abort=True)

    async def _one_life(self, greet: Callable[[], Awaitable[None]] | None) -> None:
        """Connect, listen until the connection ends; every reason for its end is the same to us."""
        ticket = await self._ticket()
        if ticket is None:
            return
        gone = asyncio.Event()
        client = self._client = self._new_client(gone)
        try:
            await client.connect(
                f"{self._url}?ticket={ticket.text}",
                transports=["websocket"],
                wait_timeout=HANDSHAKE_S,
            )
        except Refused as error:
            turned_away = _was_turned_away(error)
            self._tally.errors["socket_refused" if turned_away else "socket_unreachable"] += 1
            if not turned_away:
                self._next = ticket  # it was not looked at: it is still good
            return
        except (aiohttp.ClientError, OSError, TimeoutError, SocketIOError):
            self._tally.errors["socket_unreachable"] += 1
            return
        try:
            self._note_connected()
            if greet is not None:
                await greet()
            await gone.wait()
        finally:
            self.is_up = False
            await _close(client)

    def _new_client(self, gone: asyncio.Event) -> Any:
        client = socketio.AsyncClient(
            reconnection=False,
            handle_sigint=False,
            logger=_quiet,
            engineio_logger=_quiet,
            http_session=self._session,
        )

        def left(*_reason: object) -> None:
            self.is_up = False
            gone.set()

        def said_bye(told: Mapping[str, Any]) -> None:
            self._tally.farewells[str(told.get("reason"))] += 1
            left()

        def ready(told: Mapping[str, Any]) -> None:
            self._next = Ticket(str(told["ticket"]), time.monotonic() + NEXT_TICKET_S)

        def mistaken(told: Mapping[str, Any]) -> None:
            if (heard := self._listeners.get("oops")) is not None:
                heard(told)  # somebody who errs on purpose
                return
            self._tally.alarms[f"oops {told.get('code')}: {told.get('message')}"] += 1

        for event, listener in self._listeners.items():
            client.on(event, listener)
        for event, own in (
            ("disconnect", left),
            ("bye", said_bye),
            ("ready", ready),
            ("oops", mistaken),
        ):
            client.on(event, own)
        return client

    def _note_connected(self) -> None:
        self.is_up = True
        self._tally.connects += 1
        self._tally.reconnects += self._was_connected
        self._was_connected = True

    async def _ticket(self) -> Ticket | None:
        """Return the ticket of the last `ready` while it is good, else a new one."""
        known, self._next = self._next, None
        if known is not None and time.monotonic() < known.good_until_s:
            return known
        text = await self._desk()
        return None if text is None else Ticket(text, time.monotonic() + 25.0)


def _was_turned_away(error: BaseException) -> bool:
    """Tell whether the server looked at the ticket and did not take it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, aiohttp.WSServerHandshakeError):
            return cause.status == 401
        cause = cause.__cause__ or cause.__context__
    return False


async def _close(client: Any) -> None:
    try:
        async with asyncio.timeout(2.0):
            await client.disconnect()
    except (SocketIOError, aiohttp.ClientError, OSError, TimeoutError):
        return
