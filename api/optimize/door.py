"""POST /api/v1/optimize: VROOM's format in and out, without our envelope, solved in a process.

Whoever moves here from vroom-express changes an address and sends a service key as bearer token.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator

import orjson
from aiohttp import web

from api.identity.guard import address_of
from api.kit.errors import ApiError
from api.kit.rate_limit import RateClass, RateLimited, RateLimiter
from api.optimize.errors import INTERNAL, TOO_LARGE, CannotOptimize, of_api
from api.optimize.solving import Allowed
from api.optimize.worker import Worker
from api.settings import Settings
from geo.travel import DetourModel

PATH = "/api/v1/optimize"
BODY_LIMIT = 32 * 1024 * 1024
BODY_S = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_WAITING = 8
"""How many problems may wait for the process; the next one is sent away at once."""


class Door:
    """The way of every problem: who, how often, how large; then one at a time to the search."""

    def __init__(self, settings: Settings, travel: DetourModel, limiter: RateLimiter) -> None:
        self._key = settings.optimize_key.get_secret_value()
        self._local, self._proxies = settings.optimize_local, settings.trusted_proxies
        self._limiter = limiter
        allowed = Allowed(
            tasks=settings.optimize_tasks,
            vehicles=settings.optimize_vehicles,
            seconds=settings.optimize_s,
        )
        self._worker = Worker(travel, allowed)
        self._waiting = 0

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """Start the process with the program where anybody may call, and end it with it."""
        if self._key or self._local:
            self._worker.start()
        yield
        self._worker.stop()

    async def serve(self, request: web.Request) -> web.Response:
        """Answer a request."""
        try:
            raw = await self._admitted(request)
            status, content = await self._solved(raw)
        except CannotOptimize as error:
            return refusal(error)
        except ApiError as error:
            response = refusal(of_api(error))
            response.headers.update(error.headers)
            return response
        return web.Response(body=content, status=status, content_type="application/json")

    async def _admitted(self, request: web.Request) -> bytes:
        """Return the body of a caller who may call."""
        address = address_of(request, self._proxies)
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        fits = hmac.compare_digest(sent.encode(errors="replace"), self._key.encode())
        if not ((self._key and fits) or (self._local and address in _LOOPBACK)):
            raise CannotOptimize("Send the service key: Authorization: Bearer <key>", status=401)
        verdict = await self._limiter.count(RateClass.WRITE, f"optimize {address}")
        if verdict is not None and not verdict.allowed:
            raise RateLimited(RateClass.WRITE, verdict)
        return await _body_of(request)

    async def _solved(self, raw: bytes) -> tuple[int, bytes]:
        if self._waiting >= _WAITING:
            raise CannotOptimize("Too many problems at once: try again", status=503, code=INTERNAL)
        self._waiting += 1
        try:
            return await self._worker.solve(raw)
        finally:
            self._waiting -= 1


def add_optimize(
    app: web.Application, settings: Settings, travel: DetourModel, limiter: RateLimiter
) -> None:
    """Register the door."""
    door = Door(settings, travel, limiter)
    app.cleanup_ctx.append(door.run)
    app.router.add_post(PATH, door.serve)


async def _body_of(request: web.Request) -> bytes:
    """Return the body; raise CannotOptimize where it is too large."""
    too_large = CannotOptimize(
        f"At most {BODY_LIMIT // 1024 // 1024} MiB are taken here", status=413, code=TOO_LARGE
    )
    if (request.content_length or 0) > BODY_LIMIT:
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.content.iter_any():
                raw += chunk
                if len(raw) > BODY_LIMIT:
                    raise too_large
    except TimeoutError as error:
        raise CannotOptimize("The body took too long to arrive", status=408) from error
    return bytes(raw)


def refusal(error: CannotOptimize) -> web.Response:
    """Return a refusal in the door's format."""
    body = orjson.dumps({"code": error.code, "error": error.message})
    response = web.Response(body=body, status=error.status, content_type="application/json")
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
