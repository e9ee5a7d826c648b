"""An error tracker for tests: takes Sentry's envelopes and opens them."""

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class ErrorTracker:
    """The events that came, and how the service answers."""

    events: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    status: int = 200

    def app(self) -> web.Application:
        """Return the service as an application."""
        app = web.Application()
        app.router.add_post("/api/7/envelope/", self._envelope)
        return app

    async def _envelope(self, request: web.Request) -> web.Response:
        """Read an envelope: a line of headers, then items, each with a line of its own headers."""
        auth = request.headers["X-Sentry-Auth"]
        assert auth.startswith("Sentry ")
        assert "sentry_key=public" in auth
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.raw.append(body)
        if self.status != 200:
            return web.Response(status=self.status)
        head, _, rest = body.partition(b"\n")
        assert isinstance(json.loads(head), dict)
        while rest:
            line, _, rest = rest.partition(b"\n")
            item = json.loads(line)
            payload, rest = rest[: item["length"]], rest[item["length"] :].lstrip(b"\n")
            if item["type"] == "event":
                self.events.append(json.loads(payload))
        return web.json_response({"id": "0" * 32})
