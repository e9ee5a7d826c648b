"""The HTTP program, wired: resources in order, middlewares, endpoints, pages."""

import asyncio
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from api.endpoints import ENDPOINTS
from api.errors_page import add_errors_page
from api.identity.guard import came_over_tls, guard
from api.identity.passwords import PASSWORDS, PasswordHasher
from api.identity.revocations import LOOK_S, Revocations
from api.identity.tokens import TOKENS, TokenMint
from api.kit.db import Database
from api.kit.errors import Unavailable
from api.kit.health import Probe, add_health
from api.kit.metrics import Metrics
from api.kit.middlewares import add_security_headers, shell
from api.kit.openapi import document
from api.kit.rate_limit import RateLimiter
from api.kit.redis import Redis, RedisError, open_redis
from api.kit.resources import Resources
from api.kit.seal import SEAL, Seal
from api.kit.serving import Shell, mount
from api.kit.work import begin_work
from api.live import LIVE, REDIS
from api.metrics_page import add_metrics
from api.optimize.document import with_optimize
from api.optimize.door import add_optimize
from api.pages import add_pages
from api.planning import POLICY, TRAVEL, policy_of, travel_of
from api.settings import SETTINGS, Environment, Settings
from tracking import tasks
from tracking.positions import Positions

log = logging.getLogger("api")

RESOURCES = web.AppKey("resources", Resources)
FLUSH_S = 1.0


def api_document() -> dict[str, object]:
    """Return the OpenAPI document of the whole API."""
    found = document(
        ENDPOINTS,
        title="Hermod",
        version="1",
        about="Courier dispatch and real-time tracking. Errors: /docs/errors.",
    )
    return with_optimize(found)


def create_app(settings: Settings, database: Database) -> web.Application:
    """Return the application around an open database; Redis and the rest open with it."""
    signing_key = settings.signing_key
    metrics = Metrics.fresh()
    app = web.Application(middlewares=[shell(metrics)])
    app.on_response_prepare.append(add_security_headers)
    redis = open_redis(settings.redis_url.get_secret_value())
    mint = TokenMint(signing_key, settings.access_token_s)
    revocations = Revocations(settings.access_token_s)
    resources = Resources()
    resources.put(SETTINGS, settings)
    resources.put(TOKENS, mint)
    resources.put(SEAL, Seal(signing_key))
    resources.put(REDIS, redis)
    resources.put(LIVE, Positions(redis, settings.presence_s))
    resources.put(POLICY, policy_of(settings))
    travel = travel_of(settings)
    resources.put(TRAVEL, travel)
    hasher = PasswordHasher(settings.bcrypt_cost)
    resources.put(PASSWORDS, hasher)
    app[RESOURCES] = resources

    async def run(_app: web.Application) -> AsyncIterator[None]:
        loops = _loops(metrics, redis, revocations, database, settings)
        yield
        await tasks.end(loops)
        hasher.close()
        await redis.aclose()

    app.cleanup_ctx.append(run)
    limiter = RateLimiter(redis, settings.limits)
    serving = Shell(
        database=database,
        clock=settings.clock,
        resources=resources,
        guard=guard(mint, revocations, settings.trusted_proxies),
        limiter=limiter,
        over_tls=lambda request: (
            settings.environment is Environment.PRODUCTION
            or came_over_tls(request, settings.trusted_proxies)
        ),
    )
    for endpoint in ENDPOINTS:
        mount(app, endpoint, serving)
    probes: dict[str, Probe] = {
        "database": lambda: _ask(database),
        "redis": lambda: _ping(redis),
    }
    add_health(app, "api", probes)
    add_metrics(app, metrics, redis, settings)
    add_optimize(app, settings, travel, limiter)
    add_errors_page(app)
    add_pages(app, settings, api_document())
    return app


def _loops(
    metrics: Metrics,
    redis: Redis,
    revocations: Revocations,
    database: Database,
    settings: Settings,
) -> list[asyncio.Task[None]]:
    """Start what the program does by itself."""

    async def learn() -> None:
        async with begin_work(database, settings.clock, Resources(), read_only=True) as work:
            await revocations.learn(work)

    def failed(name: str) -> None:
        metrics.restarts.labels(name).inc()

    acts = (
        ("metrics", FLUSH_S, lambda: metrics.flush(redis)),
        ("revocations", LOOK_S, learn),
    )
    return [
        asyncio.create_task(
            tasks.forever(name, pause_s, act, failed=failed, away=(Unavailable, RedisError)),
            name=name,
        )
        for name, pause_s, act in acts
    ]


async def _ask(database: Database) -> None:
    async with database.connection() as connection:
        await connection.fetchval("SELECT 1")


async def _ping(redis: Redis) -> None:
    await redis.exists("ready?")
