"""Phones and maps as tests hold them: unmodified python-socketio clients."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import socketio

from tests.support.people import Person
from tests.support.programs import Stack


class Client:
    """A Socket.IO client that keeps every event it receives."""

    def __init__(self) -> None:
        self.io = socketio.AsyncClient(reconnection=False)
        self.events: list[tuple[str, tuple[Any, ...]]] = []
        self._news = asyncio.Condition()
        self.io.on("*", self._take)

    async def _take(self, event: str, *arguments: Any) -> None:
        async with self._news:
            self.events.append((event, arguments))
            self._news.notify_all()

    def all(self, event: str) -> list[tuple[Any, ...]]:
        """Return the arguments of every `event` so far."""
        return [arguments for name, arguments in self.events if name == event]

    async def wait(self, event: str, count: int = 1, within_s: float = 45.0) -> tuple[Any, ...]:
        """Return the arguments of the `count`-th `event`, waiting for it if need be."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: len(self.all(event)) >= count)
        return self.all(event)[count - 1]


async def ticket(person: Person, body: dict[str, Any] | None = None) -> str:
    """Return a ticket for a signed-in person."""
    return str((await person.post("/api/v1/realtime/tickets", body or {})).data["ticket"])


@asynccontextmanager
async def connected(stack: Stack, ticket_text: str) -> AsyncIterator[Client]:
    """Return a client connected with a ticket; it has heard `ready`."""
    client = Client()
    url = str(stack.realtime.make_url("/")).rstrip("/")
    await client.io.connect(f"{url}?ticket={ticket_text}", transports=["websocket"])
    try:
        await client.wait("ready")
        yield client
    finally:
        await client.io.disconnect()
        await client.io.eio.http.close() if client.io.eio.http else None
