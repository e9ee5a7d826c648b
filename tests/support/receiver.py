"""A server of somebody else's that is sent webhooks: it answers, fails or hangs as told."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it came in."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Return the message's id."""
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """Hears at a path per tenant; `answers` has the next answers of each, 200 after the last."""

    port: int = 0
    heard: defaultdict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))
    answers: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    hanging: set[str] = field(default_factory=set)
    given_up: int = 0
    """How many calls that hung were ended by who called."""

    def url(self, tenant: str) -> str:
        """Return the address of a tenant."""
        return f"http://127.0.0.1:{self.port}/{tenant}"

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Hear a message and answer."""
        tenant = request.match_info["tenant"]
        self.heard[tenant].append(Heard(dict(request.headers), await request.read()))
        if tenant in self.hanging:
            try:
                await asyncio.Event().wait()
            finally:
                self.given_up += 1
        status = self.answers[tenant].pop(0) if self.answers[tenant] else 200
        headers = {"Location": self.url("elsewhere")} if status == 302 else {}
        return web.Response(status=status, headers=headers)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Run a server that is sent webhooks."""
    one = Receiver()
    app = web.Application()
    app.router.add_post("/{tenant}", one.take)
    server = TestServer(app)
    await server.start_server()
    one.port = server.port or 0
    try:
        yield one
    finally:
        await server.close()
