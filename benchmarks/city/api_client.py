"""Talking to the API as one person: tokens that renew themselves, retries that change nothing."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

from benchmarks.city.clock import BusinessClock, clock_of
from benchmarks.city.errors import CityError
from benchmarks.city.tally import Tally

CALL_S = 15.0
PATIENCE_S = 120.0
LONGEST_PAUSE_S = 5.0
RENEW_BEFORE_S = 60.0
_TRY_AGAIN = frozenset({0, 429, 502, 503, 504})
_IN_FLIGHT = "idempotency_in_flight"
NO_CODES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `code` is empty for a success, else the API's code for the error.

    Status 0 means that nothing came back: `code` is `unreachable` or `timeout`.
    """

    status: int
    data: Any = None
    code: str = ""
    message: str = ""
    pause_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Tell whether it was a success."""
        return not self.code


class Api:
    """The API of one installation: sends single requests and counts what came of them."""

    def __init__(self, url: str, session: aiohttp.ClientSession, tally: Tally) -> None:
        """Speak to the installation at `url`, without a slash at its end."""
        self.url = url
        self.session = session
        self.tally = tally

    async def send(self, request: "Request", headers: Mapping[str, str]) -> Answer:
        """Send a request once; errors that it expects are not counted as such."""
        began = time.perf_counter()
        try:
            async with self.session.request(
                request.method,
                self.url + request.path,
                json=request.body,
                headers=headers,
                params=request.query,
            ) as response:
                answer = await _read(response)
        except TimeoutError:
            answer = Answer(0, code="timeout", message=f"no answer within {CALL_S:g} s")
        except aiohttp.ClientError as error:
            answer = Answer(0, code="unreachable", message=str(error) or type(error).__name__)
        if answer.status:
            self.tally.calls.note(time.perf_counter() - began)
        if not answer.ok and answer.code not in request.expected:
            self.tally.errors[answer.code] += 1
        return answer

    async def config(self) -> "Config":
        """Return what the installation tells its pages; raise CityError when it is not there."""
        wrong = f"Nothing that looks like Hermod answers at {self.url}: start it, or correct --url."
        try:
            async with self.session.get(f"{self.url}/config.json") as response:
                told: Any = await response.json() if response.status == 200 else {}
                return Config(str(told["realtimeUrl"]), clock_of(told))
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise CityError(wrong) from error


@dataclass(frozen=True, slots=True)
class Config:
    """What /config.json says: where sockets go, and the business clock."""

    realtime_url: str
    clock: BusinessClock


@asynccontextmanager
async def open_api(url: str, tally: Tally) -> AsyncIterator[Api]:
    """Yield the API at `url`, with connections that all robots share."""
    connector = aiohttp.TCPConnector(limit=128, keepalive_timeout=10.0)
    timeout = aiohttp.ClientTimeout(total=CALL_S)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield Api(url.rstrip("/"), session, tally)


async def _read(response: aiohttp.ClientResponse) -> Answer:
    content = await response.json() if response.content_type == "application/json" else None
    if response.status < 400:
        return Answer(response.status, content["data"] if content else None)
    pause = response.headers.get("Retry-After", "")
    told = content if isinstance(content, dict) else {}
    fields = "; ".join(f"{e['field']}: {e['message']}" for e in told.get("errors") or ())
    message = f"{told.get('message', response.reason)}{': ' + fields if fields else ''}"
    code = str(told.get("code") or f"http_{response.status}")
    return Answer(response.status, None, code, message, float(pause) if pause.isdecimal() else 0.0)


@dataclass(frozen=True, slots=True)
class Request:
    """A call as a person makes it; `key` names the effect, so that a retry has it only once."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, Any] | None = None
    key: str = ""
    expected: frozenset[str] = NO_CODES
    patience_s: float = PATIENCE_S


class Person:
    """Somebody who is signed in, and stays so for as long as the session can be renewed."""

    def __init__(self, api: Api, login: str = "", password: str = "") -> None:
        """Be somebody who may sign in again by `login` and `password`, where there are any."""
        self.api = api
        self.login, self.password = login, password
        self.refresh_token = ""
        self._access_token = ""
        self._renew_at = 0.0
        self._renewing = asyncio.Lock()
        self.renewed: Callable[[], None] | None = None

    def keep(self, tokens: Any) -> None:
        """Take up the tokens of a sign-in or a renewal."""
        self._access_token = tokens["accessToken"]
        self.refresh_token = tokens["refreshToken"]
        self._renew_at = time.monotonic() + float(tokens["expiresInS"]) - RENEW_BEFORE_S
        if self.renewed is not None:
            self.renewed()

    async def sign_in(self, expected: frozenset[str] = NO_CODES) -> Answer:
        """Sign in by password."""
        draft = {"login": self.login, "password": self.password}
        return await self.identify("login", draft, expected)

    async def identify(
        self, act: str, draft: Mapping[str, Any], expected: frozenset[str] = NO_CODES
    ) -> Answer:
        """Do one of the acts under /auth, without the token one has; keep the tokens it gives."""
        request = Request("POST", f"/api/v1/auth/{act}", draft, expected=expected)
        answer = await self._patiently(request, "")
        if answer.ok and answer.data and "accessToken" in answer.data:
            self.keep(answer.data)
        return answer

    async def renew(self) -> Answer:
        """Exchange the refresh token for new tokens, or sign in again where it does not hold."""
        answer = await self.identify("refresh", {"refreshToken": self.refresh_token})
        if answer.status == 401 and self.password:
            answer = await self.sign_in()
        return answer

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        expected: frozenset[str] = NO_CODES,
        patience_s: float = PATIENCE_S,
    ) -> Answer:
        """Call the API, renewing the tokens where needed; every POST may be tried again safely."""
        key = uuid4().hex if method == "POST" else ""
        request = Request(method, path, body, query, key, expected, patience_s)
        if self._access_token and time.monotonic() > self._renew_at:
            await self._renew_once(self._access_token)
        used = self._access_token
        answer = await self._patiently(request, used)
        if answer.status == 401 and used and await self._renew_once(used):
            answer = await self._patiently(request, self._access_token)
        return answer

    async def pages(self, path: str, query: Mapping[str, Any]) -> AsyncIterator[Any]:
        """Yield the items of a list, page after page; an error ends the list early."""
        page = 1
        while True:
            answer = await self.call("GET", path, query={**query, "page": page, "pageSize": 100})
            if not answer.ok:
                return
            for item in answer.data["items"]:
                yield item
            page += 1
            if page > answer.data["totalPages"]:
                return

    async def _renew_once(self, used: str) -> bool:
        """Renew unless somebody has done so since `used` was current; tell whether it worked."""
        async with self._renewing:
            return self._access_token != used or (await self.renew()).ok

    async def _patiently(self, request: Request, token: str) -> Answer:
        """Send until there is an answer that will stay so, with full jitter between tries."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if request.key:
            headers["Idempotency-Key"] = request.key
        until = time.monotonic() + request.patience_s
        tries = 0
        while True:
            answer = await self.api.send(request, headers)
            again = answer.status in _TRY_AGAIN or answer.code == _IN_FLIGHT
            pause_s = answer.pause_s + random.uniform(0, min(LONGEST_PAUSE_S, 0.25 * 2**tries))
            if not again or time.monotonic() + pause_s > until:
                return answer
            tries = min(tries + 1, 10)
            await asyncio.sleep(pause_s)
