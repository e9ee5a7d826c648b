"""The HTTP door of the realtime program: tickets are checked before a socket exists."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit
from uuid import uuid4

from aiohttp import hdrs, web
from redis.exceptions import RedisError

from tracking import tickets
from tracking.buckets import Buckets
from tracking.crowd import Crowd, seat
from tracking.gateway import Gateway
from tracking.rounds import Rounds
from tracking.upgrade import NotAWebSocket, key_of

log = logging.getLogger("tracking.server")

PATH = "/socket.io/"
LOGGED_PER_S, LOGGED_AT_ONCE = 1.0, 30.0
"""Refusals of one address that the log tells of."""
MOST_ADDRESSES = 1000
_PROTOCOL = "4"

AllowOrigin = Callable[[str], bool]
"""Tells whether pages of another host may connect."""

AddressOf = Callable[[web.Request], str]
"""Tells from which network address a request comes."""

TOO_MANY = "too many sockets are open from here: close some, or try again in a minute"


class _Refusals:
    """Answers in the envelope of the API; the log names each request, of one address not all."""

    def __init__(self, address_of: AddressOf) -> None:
        self._address_of = address_of
        self._lines = Buckets(LOGGED_PER_S, LOGGED_AT_ONCE)

    @web.middleware
    async def in_envelope(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer what there is no door for like every other error."""
        try:
            return await handler(request)
        except web.HTTPNotFound:
            message = f"there is no {request.path}: sockets open at {PATH}"
            return self.answer(request, 404, "not_found", message)
        except web.HTTPMethodNotAllowed:
            message = f"{request.path} does not take {request.method}"
            return self.answer(request, 405, "method_not_allowed", message)

    def answer(self, request: web.Request, status: int, code: str, message: str) -> web.Response:
        """Refuse a request; the request id is found in the log."""
        request_id, now_s = uuid4().hex, time.monotonic()
        if self._lines.may_take(self._address_of(request), now_s):
            log.info("refused", extra={"request_id": request_id, "status": status, "code": code})
        if len(self._lines) > MOST_ADDRESSES:
            self._lines.forget(now_s)
        envelope: dict[str, object] = {
            "success": False,
            "data": None,
            "message": message,
            "code": code,
            "requestId": request_id,
            "errors": [],
        }
        return web.json_response(envelope, status=status, headers={"X-Request-Id": request_id})


def peer_of(request: web.Request) -> str:
    """Return the address at the other end of the connection."""
    return request.remote or ""


def attach(
    app: web.Application,
    gateway: Gateway,
    allow_origin: AllowOrigin,
    connections: Crowd,
    address_of: AddressOf = peer_of,
) -> None:
    """Serve the gateway's sockets on `app`, with its background tasks.

    `connections` counts the sockets of each address, beside whatever else is counted there.
    """
    rounds, refusals = Rounds(gateway), _Refusals(address_of)
    holders = Crowd(gateway.policy.max_sockets, gateway.policy.max_sockets_of_one)

    async def door(request: web.Request) -> web.StreamResponse:
        if (wrong := _wrong(request)) is not None:
            return refusals.answer(request, 400, "bad_request", wrong)
        if not _is_allowed(request, allow_origin):
            return refusals.answer(
                request, 403, "forbidden", "pages of this origin may not connect"
            )
        try:
            grant = await tickets.redeem(gateway.redis, request.query.get("ticket", ""))
        except RedisError:
            return refusals.answer(request, 503, "unavailable", "try again")
        if grant is None:
            message = "the ticket is missing, used or too old: get a new one"
            return refusals.answer(request, 401, "unauthenticated", message)
        left = seat((connections, address_of(request)), (holders, grant.source))
        if left is None:
            gateway.counters.socket(grant.kind, "refused")
            return refusals.answer(request, 429, "too_many_sockets", TOO_MANY)
        return gateway.sockets.open(request, gateway, grant, left)

    async def run(_app: web.Application) -> AsyncIterator[None]:
        await rounds.start()
        yield
        await rounds.stop()

    async def say_goodbye(_app: web.Application) -> None:  # noqa: RUF029  # aiohttp awaits it
        rounds.say_goodbye()

    app.middlewares.append(refusals.in_envelope)
    app.router.add_route("*", PATH, door)
    app.cleanup_ctx.append(run)
    app.on_shutdown.append(say_goodbye)


def _wrong(request: web.Request) -> str | None:
    """Return what to do instead of this request; None when it asks for a socket of ours."""
    query = request.query
    if query.get("transport") != "websocket" or "sid" in query:
        return "only the transport websocket is served"
    if query.get("EIO") != _PROTOCOL:
        return "only version 4 of Engine.IO is served: Socket.IO clients of version 3 or later"
    try:
        key_of(request)
    except NotAWebSocket as error:
        return str(error)
    return None


def _is_allowed(request: web.Request, allow_origin: AllowOrigin) -> bool:
    """Tell whether the page that asks, if it is one, may: one of our own host may."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None or allow_origin(origin):
        return True
    page, own = _host(origin), _host(f"//{request.headers.get(hdrs.HOST, '')}")
    return page is not None and page == own


def _host(address: str) -> str | None:
    """Return the host that an address names, without its port; None where it names none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
