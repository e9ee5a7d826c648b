"""/metrics: the counters of the whole installation, for Prometheus."""

import hmac

from aiohttp import web
from redis.asyncio import Redis

from api.identity.guard import address_of
from api.kit.errors import Forbidden
from api.kit.metrics import Metrics
from api.kit.middlewares import request_id_of
from api.kit.problems import failure
from api.settings import Settings

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def add_metrics(app: web.Application, metrics: Metrics, redis: Redis, settings: Settings) -> None:
    """Register /metrics; it takes the token of the settings, or a caller on this machine."""
    token = settings.metrics_token.get_secret_value()

    async def page(request: web.Request) -> web.Response:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        fits = hmac.compare_digest(sent.encode(errors="replace"), token.encode())
        allowed = fits if token else address_of(request, settings.trusted_proxies) in _LOOPBACK
        if not allowed:
            refusal = Forbidden("Send the metrics token: Authorization: Bearer <token>")
            return failure(refusal, request, request_id_of(request))
        await metrics.flush(redis)
        return web.Response(
            text=await metrics.exposition(redis), content_type="text/plain", charset="utf-8"
        )

    app.router.add_get("/metrics", page)
