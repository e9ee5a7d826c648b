"""The HTTP program, wired: resources in order, middlewares, endpoints, pages."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from aiohttp import web

from api.devices.receivers import add_receivers
from api.endpoints import ENDPOINTS
from api.errors_page import add_errors_page
from api.files.pictures import PICTURES, Pictures
from api.identity.guard import address_of, came_over_tls, guard
from api.identity.passwords import PASSWORDS, PasswordHasher
from api.identity.revocations import LOOK_S, Revocations
from api.identity.tokens import TOKENS, TokenMint
from api.integrations.geocoding import GEOCODER, Geocoder
from api.integrations.social import SOCIAL, SocialSignIn
from api.integrations.storage import STORAGE, open_storage
from api.kit.db import Database
from api.kit.errors import Unavailable
from api.kit.health import Probe, add_health
from api.kit.heartbeat import EVERY_S, Heart
from api.kit.metrics import METRICS, Metrics
from api.kit.middlewares import add_security_headers, shell
from api.kit.openapi import document
from api.kit.rate_limit import RateLimiter
from api.kit.redis import Redis, RedisError, open_redis
from api.kit.resources import Resources
from api.kit.sandbox import Sandbox
from api.kit.seal import SEAL, Seal
from api.kit.serving import Shell, mount
from api.kit.upload import Spool
from api.kit.work import Work, begin_work
from api.live import LIVE, REDIS
from api.metrics_page import add_metrics
from api.optimize.document import with_optimize
from api.optimize.door import add_optimize
from api.pages import add_pages
from api.planning import POLICY, TRAVEL, policy_of, travel_of
from api.service_keys.keyring import SAVE_S, Keyring, Looking
from api.service_keys.service import GRANTABLE, grantable
from api.settings import SETTINGS, Environment, Settings
from api.system_settings.learning import LOOK_S as SETTINGS_LOOK_S
from api.system_settings.learning import Learning
from api.system_settings.service import DEFAULTS
from tracking import tasks
from tracking.positions import Positions

log = logging.getLogger("api")

RESOURCES = web.AppKey("resources", Resources)
FLUSH_S = 1.0

Act = tuple[str, float, Callable[[], Awaitable[None]]]
"""Something done again and again: its name, the pause in seconds, and what."""


def api_document() -> dict[str, object]:
    """Return the OpenAPI document of the whole API."""
    found = document(
        ENDPOINTS,
        title="Hermod",
        version="1",
        about="Courier dispatch and real-time tracking. Errors: /docs/errors.",
    )
    return with_optimize(found)


def _over_tls(settings: Settings, request: web.Request) -> bool:
    is_production = settings.environment is Environment.PRODUCTION
    return is_production or came_over_tls(request, settings.trusted_proxies)


def create_app(settings: Settings, database: Database) -> web.Application:
    """Return the application around an open database; Redis and the rest open with it."""
    metrics = Metrics.fresh()
    app = web.Application(middlewares=[shell(metrics)])
    app.on_response_prepare.append(add_security_headers)
    redis = open_redis(settings.redis_url.get_secret_value())
    spool = Spool(settings.state_dir / "incoming")
    resources = _resources(settings, redis, metrics, spool)
    app[RESOURCES] = resources
    revocations = Revocations(settings.access_token_s)
    limiter = RateLimiter(redis, settings.limits)
    learning = Learning(settings, resources, lambda new: limiter.change(new.limits))

    def looking() -> AbstractAsyncContextManager[Work]:
        return begin_work(database, settings.clock, Resources(), read_only=True)

    sandbox = Sandbox(settings.database_url.get_secret_value())
    keyring = Keyring(resources[TOKENS], looking)
    heart = Heart("api", redis, database)
    acts: tuple[Act, ...] = (
        ("metrics", FLUSH_S, lambda: metrics.flush(redis)),
        ("revocations", LOOK_S, lambda: _learn(looking, revocations.learn)),
        ("settings", SETTINGS_LOOK_S, lambda: _learn(looking, learning.learn)),
        ("API keys", SAVE_S, keyring.save),
        ("heartbeat", EVERY_S, heart.beat),
    )

    async def run(_app: web.Application) -> AsyncIterator[None]:
        async with _services(settings, resources):
            loops = _loops(metrics, acts)
            yield
            await tasks.end(loops)
            await heart.stop()
        await sandbox.close()
        resources[PASSWORDS].close()
        await limiter.settle()
        await redis.aclose()

    app.cleanup_ctx.append(run)
    serving = Shell(
        database=database,
        clock=settings.clock,
        resources=resources,
        guard=guard(resources[TOKENS], revocations, settings.trusted_proxies, keyring.read),
        limiter=limiter,
        sandbox=sandbox,
        spool=spool,
        over_tls=partial(_over_tls, settings),
    )
    for endpoint in ENDPOINTS:
        mount(app, endpoint, serving)
    proxies = settings.trusted_proxies
    add_receivers(app, serving, redis, metrics, lambda request: address_of(request, proxies))
    add_health(app, "api", _probes(database, redis))
    add_metrics(app, metrics, redis, settings)
    add_optimize(app, settings, resources[TRAVEL], limiter)
    add_errors_page(app)
    add_pages(app, settings, api_document())
    return app


@asynccontextmanager
async def _services(settings: Settings, resources: Resources) -> AsyncIterator[None]:
    """Open what asks services of others, for as long as the program runs."""
    social, geocoder = SocialSignIn(settings), Geocoder(settings)
    resources.put(SOCIAL, social)
    resources.put(GEOCODER, geocoder)
    yield
    await social.close()
    await geocoder.close()


def _probes(database: Database, redis: Redis) -> dict[str, Probe]:
    return {"database": lambda: _ask(database), "redis": lambda: _ping(redis)}


def _resources(settings: Settings, redis: Redis, metrics: Metrics, spool: Spool) -> Resources:
    """Return what endpoints find in their work."""
    signing_key = settings.signing_key
    resources = Resources()
    resources.put(SETTINGS, settings)
    resources.put(DEFAULTS, settings)
    resources.put(TOKENS, TokenMint(signing_key, settings.access_token_s))
    resources.put(SEAL, Seal(signing_key))
    resources.put(REDIS, redis)
    resources.put(METRICS, metrics)
    resources.put(LIVE, Positions(redis, settings.presence_s))
    resources.put(POLICY, policy_of(settings))
    resources.put(TRAVEL, travel_of(settings))
    resources.put(PASSWORDS, PasswordHasher(settings.bcrypt_cost))
    resources.put(GRANTABLE, grantable(endpoint.permission for endpoint in ENDPOINTS))
    resources.put(STORAGE, open_storage(settings))
    resources.put(PICTURES, Pictures(spool.blank))
    return resources


def _loops(metrics: Metrics, acts: Iterable[Act]) -> list[asyncio.Task[None]]:
    """Start what the program does by itself."""

    def failed(name: str) -> None:
        metrics.restarts.labels(name).inc()

    return [
        asyncio.create_task(
            tasks.forever(name, pause_s, act, failed=failed, away=(Unavailable, RedisError)),
            name=name,
        )
        for name, pause_s, act in acts
    ]


async def _learn(looking: Looking, learn: Callable[[Work], Awaitable[None]]) -> None:
    """Look something up in the database."""
    async with looking() as work:
        await learn(work)


async def _ask(database: Database) -> None:
    async with database.connection() as connection:
        await connection.fetchval("SELECT 1")


async def _ping(redis: Redis) -> None:
    await redis.exists("ready?")
