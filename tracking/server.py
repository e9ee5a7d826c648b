"""The HTTP door of the realtime program: tickets are checked before a socket exists."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

from aiohttp import web
from redis.exceptions import RedisError

from tracking import tickets
from tracking.gateway import COMPLETED, GRANT, Gateway
from tracking.rounds import Rounds

log = logging.getLogger("tracking.server")

_PATH = "/socket.io/"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def attach(app: web.Application, gateway: Gateway) -> None:
    """Serve the gateway's sockets on `app`, with its background tasks."""
    rounds = Rounds(gateway)
    waiting: set[asyncio.Task[None]] = set()

    @web.middleware
    async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path != _PATH:
            return await handler(request)
        if request.query.get("transport") != "websocket" or "sid" in request.query:
            return _refused(400, "bad_request", "only the transport websocket is served")
        try:
            grant = await tickets.redeem(gateway.redis, request.query.get("ticket", ""))
        except RedisError:
            return _refused(503, "unavailable", "try again")
        if grant is None:
            message = "the ticket is missing, used or too old: get a new one"
            return _refused(401, "unauthenticated", message)
        request[GRANT] = grant
        request[COMPLETED] = asyncio.Event()
        task = asyncio.create_task(
            _deadline(request, gateway.policy.connect_s), name="socket handshake deadline"
        )
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        try:
            return await handler(request)
        except ValueError:  # engine.io lets out what it cannot read; one line per peer is too many
            await gateway.sockets.drop(request)
            return _refused(400, "bad_request", "send engine.io packets")

    async def run(_app: web.Application) -> AsyncIterator[None]:
        await rounds.start()
        yield
        await rounds.stop()

    async def say_goodbye(_app: web.Application) -> None:
        await rounds.say_goodbye()

    app.middlewares.append(door)
    app.cleanup_ctx.append(run)
    app.on_shutdown.append(say_goodbye)
    gateway.sockets.attach(
        app, gateway.connect, gateway.event, gateway.disconnect, gateway.nonsense
    )


async def _deadline(request: web.Request, seconds: float) -> None:
    """Close a transport whose client does not complete the Socket.IO handshake."""
    try:
        async with asyncio.timeout(seconds):
            await request[COMPLETED].wait()
    except TimeoutError:
        if request.transport is not None:
            request.transport.close()


def _refused(status: int, code: str, message: str) -> web.Response:
    """Return an error in the envelope of the API; its request id is found in the log."""
    request_id = uuid4().hex
    log.info("refused", extra={"request_id": request_id, "status": status, "code": code})
    envelope: dict[str, object] = {
        "success": False,
        "data": None,
        "message": message,
        "code": code,
        "requestId": request_id,
        "errors": [],
    }
    return web.json_response(envelope, status=status, headers={"X-Request-Id": request_id})
