"""The job worker: opens what it needs, runs the loops, answers for its health, stops in order."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from api.identity.passwords import PASSWORDS, PasswordHasher
from api.identity.tokens import TOKENS, TokenMint
from api.integrations.mail import MAIL, MailSender
from api.integrations.sms import SMS, SmsSender
from api.integrations.storage import STORAGE, open_storage
from api.kit import program
from api.kit.db import Database
from api.kit.events import LANES
from api.kit.health import add_health
from api.kit.heartbeat import EVERY_S, Heart
from api.kit.metrics import Metrics
from api.kit.redis import RedisError, open_redis
from api.kit.resources import Resources
from api.kit.seal import SEAL, Seal
from api.live import LIVE, REDIS
from api.metrics_page import add_metrics
from api.planning import POLICY, TRAVEL, policy_of, shadow_of, travel_of
from api.settings import SETTINGS, Settings
from api.system_settings.learning import LOOK_S, Learning
from jobs.dispatch_tick import DispatchTick
from jobs.loops import Loop, forever, loops_of
from jobs.outbox_relay import Relay, listen
from jobs.shadow import Shadow
from jobs.solver import Solver
from jobs.station import Station
from jobs.webhook_sender import WebhookSender
from tracking.positions import Positions
from tracking.tasks import end

log = logging.getLogger("jobs")

FLUSH_S = 1.0


@asynccontextmanager
async def open_station(settings: Settings, database: Database) -> AsyncIterator[Station]:
    """Open everything that background work needs around an open database."""
    mint = TokenMint(settings.signing_key, settings.access_token_s)
    redis = open_redis(settings.redis_url.get_secret_value(), timeout_s=5.0)
    resources = Resources()
    sms = SmsSender(settings)
    hasher = PasswordHasher(settings.bcrypt_cost)
    resources.put(SETTINGS, settings)
    resources.put(REDIS, redis)
    resources.put(LIVE, Positions(redis, settings.presence_s))
    resources.put(TOKENS, mint)
    resources.put(SEAL, Seal(settings.signing_key))
    resources.put(PASSWORDS, hasher)
    resources.put(SMS, sms)
    resources.put(MAIL, MailSender(settings))
    resources.put(STORAGE, open_storage(settings))
    resources.put(POLICY, policy_of(settings))
    resources.put(TRAVEL, travel_of(settings))
    try:
        yield Station(
            name=f"worker-{secrets.token_hex(4)}",
            database=database,
            redis=redis,
            clock=settings.clock,
            resources=resources,
            metrics=Metrics.fresh(),
        )
    finally:
        await sms.close()
        hasher.close()
        await redis.aclose()


async def run(settings: Settings) -> None:
    """Work until told to stop."""
    database = await Database.open(settings.database_url.get_secret_value(), size=12)
    try:
        async with open_station(settings, database) as station:
            await program.serve(create_app(station), "127.0.0.1", settings.jobs_port)
    finally:
        await database.close()


def create_app(station: Station) -> web.Application:
    """Return the small application that answers for the worker's health and runs its loops."""
    app = web.Application()

    async def work(_app: web.Application) -> AsyncIterator[None]:
        solver = Solver()
        shadow_policy, second = shadow_of(station.settings), Solver()
        shadow = Shadow(shadow_policy, second) if shadow_policy is not None else None
        dispatch = DispatchTick(station, solver, shadow)
        heart = Heart("jobs", station.redis, station.database)
        sender = WebhookSender(station)
        relays = [Relay(station, lane) for lane in LANES]
        loops = [
            *loops_of(station, dispatch, relays, sender),
            *_inner_loops(station, relays, heart),
        ]
        tasks = [asyncio.create_task(forever(loop, station), name=loop.name) for loop in loops]
        yield
        await end(tasks)
        await sender.close()
        solver.stop()
        second.stop()
        await heart.stop()

    async def ask_database() -> None:
        async with station.database.connection() as db:
            await db.fetchval("SELECT 1")

    async def ask_redis() -> None:
        await station.redis.exists("ready?")

    app.cleanup_ctx.append(work)
    add_health(app, "jobs", {"database": ask_database, "redis": ask_redis})
    add_metrics(app, station.metrics, station.redis, station.settings)
    return app


def _inner_loops(station: Station, relays: list[Relay], heart: Heart) -> tuple[Loop, ...]:
    learning = Learning(station.settings, station.resources)

    async def learn() -> None:
        async with station.work(read_only=True) as work:
            await learning.learn(work)

    async def flush() -> None:
        with suppress(RedisError):
            await station.metrics.flush(station.redis)

    return (
        Loop("outbox wake-up", 1.0, lambda: listen(station.database, relays)),
        Loop("settings", LOOK_S, learn),
        Loop("metrics", FLUSH_S, flush),
        Loop("heartbeat", EVERY_S, heart.beat),
    )
