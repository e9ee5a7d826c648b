"""What is noted of each request: a count at once, and a line in the log ten times a second.

Lines that are written together cost a fifth of those that are written when each request ends: one
system call, one way through `logging`, and code and data that are still in the processor's caches.
"""

import asyncio
import logging
import time
from contextvars import Context
from functools import lru_cache

from aiohttp import web

from api.kit import logs
from api.kit.metrics import Metrics

log = logging.getLogger("api.http")

EVERY_S = 0.1
"""How long a line waits for others."""


class Note:
    """What is known of a request before it is answered: its id, what it is for, who sent it."""

    __slots__ = ("actor", "began", "endpoint", "request_id")

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self.endpoint = self.actor = ""
        self.began = time.perf_counter()


NOTE = web.RequestKey("note", Note)


class RequestNotes:
    """Counts requests, and tells the log of them."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._waiting: list[tuple[float, str, int, float, Note]] = []
        self._writer: asyncio.Task[None] | None = None

    def take(self, request: web.Request, note: Note, status: int) -> None:
        """Count a request that was answered with `status`, and tell of it soon."""
        seconds = time.perf_counter() - note.began
        endpoint = note.endpoint or _where(request.method, request.match_info.route.resource)
        self._metrics.requests.note(endpoint, status, seconds)
        self._waiting.append((time.time(), endpoint, status, seconds, note))
        if self._writer is None or self._writer.done():
            loop = asyncio.get_running_loop()
            write = self._write_soon()
            self._writer = loop.create_task(write, name="request log", context=Context())

    async def _write_soon(self) -> None:
        try:
            await asyncio.sleep(EVERY_S)
        finally:  # at the end of the program too
            waiting, self._waiting = self._waiting, []
            lines = [
                (
                    at,
                    {
                        "request_id": note.request_id,
                        "endpoint": endpoint,
                        "status": status,
                        "ms": round(seconds * 1000, 1),
                        "actor": note.actor,
                    },
                )
                for at, endpoint, status, seconds, note in waiting
            ]
            logs.tell(log, "request", lines)


@lru_cache(maxsize=1024)
def _where(method: str, resource: web.AbstractResource | None) -> str:
    """Return under which name a request is counted: never under its path."""
    return f"{method} {resource.canonical}" if resource else "unmatched"
