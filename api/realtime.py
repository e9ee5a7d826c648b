"""Run the realtime program: `python -m api.realtime`. It never opens the database."""

import asyncio
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from api.identity.guard import address_of
from api.integrations.error_reports import reporting
from api.kit import logs, program
from api.kit.health import add_health
from api.kit.heartbeat import EVERY_S, Heart
from api.kit.metrics import Metrics
from api.kit.redis import knock, open_redis
from api.metrics_page import add_metrics
from api.settings import Settings, read_settings
from tracking import tasks
from tracking.crowd import Crowd
from tracking.gateway import Gateway
from tracking.policy import TrackingPolicy
from tracking.server import attach
from tracking.sockets import Sockets

log = logging.getLogger("api.realtime")

FLUSH_S = 1.0


class Counted:
    """Counts what live tracking counts into our metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def fixes(self, result: str, number: int) -> None:
        """Count fixes by what became of them."""
        self._metrics.fixes.labels(result).inc(number)

    def socket(self, role: str, event: str) -> None:
        """Count a socket that opened or closed."""
        self._metrics.sockets.labels(role, event).inc()

    def failure(self, loop: str) -> None:
        """Count a background loop that failed and goes on."""
        self._metrics.restarts.labels(loop).inc()

    def fanout(self, seconds: float) -> None:
        """Note how long one round of sending positions took."""
        self._metrics.fanout_seconds.observe(seconds)


def create_app(settings: Settings, connections: Crowd | None = None) -> web.Application:
    """Return the realtime application; `connections` counts its sockets beside its requests."""
    app = web.Application()
    metrics = Metrics.fresh()
    redis = open_redis(settings.redis_url.get_secret_value(), timeout_s=5.0)
    policy = TrackingPolicy(
        tick_ms=settings.tracking_tick_ms,
        stale_s=settings.presence_s,
        phone_fixes_per_s=settings.phone_fixes_per_s,
        max_sockets_of_one=settings.sockets_per_holder,
    )
    clock = settings.clock
    counted = Counted(metrics)
    gateway = Gateway(
        redis,
        Sockets(max_frame_bytes=policy.max_frame_bytes, connect_s=policy.connect_s),
        policy,
        counted,
        lambda: round(clock.now().timestamp() * 1000),
        clock.speed,
    )

    heart = Heart("realtime", redis, sockets=lambda: len(gateway.visitors))

    async def run(_app: web.Application) -> AsyncIterator[None]:
        flush = tasks.forever(
            "metrics", FLUSH_S, lambda: metrics.flush(redis), failed=counted.failure
        )
        living = tasks.forever("heartbeat", EVERY_S, heart.beat, failed=counted.failure)
        loops = [
            asyncio.create_task(flush, name="metrics"),
            asyncio.create_task(living, name="heartbeat"),
        ]
        yield
        await tasks.end(loops)
        await heart.stop()
        await redis.aclose()

    async def ask() -> None:
        await redis.exists("ready?")

    app.cleanup_ctx.append(run)
    attach(
        app,
        gateway,
        settings.allowed_origins.__contains__,
        connections or program.room(settings.connections_per_address, settings.trusted_proxies),
        lambda request: address_of(request, settings.trusted_proxies) or "",
    )
    add_health(app, "realtime", {"redis": ask})
    add_metrics(app, metrics, redis, settings)
    return app


async def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    redis = open_redis(settings.redis_url.get_secret_value(), timeout_s=5.0)
    try:
        await knock(redis)
    finally:
        await redis.aclose()
    connections = program.room(settings.connections_per_address, settings.trusted_proxies)
    app = create_app(settings, connections)
    await program.serve(app, settings.realtime_host, settings.realtime_port, connections)


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    logs.configure("realtime", settings.log_level)
    with reporting(settings, "realtime"):
        program.run(serve(settings))


if __name__ == "__main__":
    main()
