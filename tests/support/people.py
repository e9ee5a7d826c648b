"""People as tests play them: they speak HTTP, nothing else."""

import io
import re
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

ZONE = {
    "type": "Polygon",
    "coordinates": [[[-8.7, 41.1], [-8.5, 41.1], [-8.5, 41.25], [-8.7, 41.25], [-8.7, 41.1]]],
}
PASSWORD = "a long enough password"
PICKUP = {"latitude": 41.15, "longitude": -8.61, "address": "Rua das Flores 1, Porto"}
DROPOFF = {"latitude": 41.16, "longitude": -8.63, "address": "Avenida da Boavista 20, Porto"}


@dataclass
class Answer:
    """What the API answered."""

    status: int
    body: Any
    headers: Any

    @property
    def data(self) -> Any:
        """Return the data of a success; fail the test otherwise."""
        assert self.status < 400, f"{self.status}: {self.body}"
        return self.body["data"] if self.body else None

    @property
    def code(self) -> str:
        """Return the code of an error; fail the test for a success."""
        assert self.status >= 400, f"{self.status}: {self.body}"
        return str(self.body["code"])

    @property
    def fields(self) -> dict[str, str]:
        """Return the codes of the wrong fields by name."""
        return {error["field"]: error["code"] for error in self.body["errors"]}


class SmsInbox:
    """A Twilio-shaped text message service that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: dict[str, list[str]] = defaultdict(list)
        self.failing = 0

    def app(self) -> web.Application:
        """Return the service as an application."""
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._take)
        return app

    def code(self, phone: str) -> str:
        """Return the code in the newest message to `phone`."""
        found = re.search(r"\b\d{6}\b", self.messages[phone][-1])
        assert found is not None
        return found[0]

    async def _take(self, request: web.Request) -> web.Response:
        if self.failing:
            self.failing -= 1
            return web.json_response({"code": 20500, "message": "out of order"}, status=500)
        form = await request.post()
        self.messages[str(form["To"])].append(str(form["Body"]))
        return web.json_response(
            {"sid": "SM" + secrets.token_hex(16), "status": "queued"}, status=201
        )


@dataclass
class Person:
    """Somebody with a phone or a browser."""

    base: str
    token: str | None = None
    refresh_token: str | None = None
    me: dict[str, Any] = field(default_factory=dict)
    courier_id: str = ""

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        key: str | None = None,
    ) -> Answer:
        """Send a request and return the answer."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if key is not None:
            sent["Idempotency-Key"] = key
        options: dict[str, Any] = {"json": body} if body is not None else {}
        if raw is not None:
            options = {"data": io.BytesIO(raw)}
            sent.setdefault("Content-Type", "application/json")
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.base + path, headers=sent, **options) as response,
        ):
            text = await response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            decoded = await response.json() if text and is_json else None
            return Answer(response.status, decoded, response.headers)

    async def get(self, path: str, **options: Any) -> Answer:
        """Send a GET request."""
        return await self.ask("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a POST request."""
        if "raw" not in options and body is None:
            body = {}
        return await self.ask("POST", path, body, **options)

    async def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a PUT request."""
        return await self.ask("PUT", path, body, **options)

    def keep(self, tokens: dict[str, Any]) -> None:
        """Keep a pair of tokens."""
        self.token, self.refresh_token = tokens["accessToken"], tokens["refreshToken"]
        self.me = tokens["user"]
