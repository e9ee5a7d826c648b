"""A small API: endpoints of a test around our kit's own way of serving, on real servers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from api.kit.actor import Actor, Role
from api.kit.clock import Clock
from api.kit.db import Database
from api.kit.endpoint import AnyEndpoint
from api.kit.ids import UserId, new_id
from api.kit.metrics import Metrics
from api.kit.middlewares import add_security_headers, shell
from api.kit.program import guarded
from api.kit.rate_limit import Limit, RateClass, RateLimiter
from api.kit.redis import open_redis
from api.kit.resources import Resources
from api.kit.serving import Guard, Shell, mount
from tests.support.people import Person

PLENTY = {kind: Limit(per_minute=100_000, burst=100_000) for kind in RateClass}
SOMEBODY = Actor(role=Role.SUPER_ADMIN, user_id=UserId(new_id()), address="127.0.0.1")


def always(actor: Actor) -> Guard:
    """Return a guard that takes everybody for `actor`."""

    async def who(_request: web.Request) -> Actor:  # noqa: RUF029  # a guard may need to ask
        return actor

    return who


@asynccontextmanager
async def small_api(
    endpoints: Sequence[AnyEndpoint],
    database: Database,
    redis_url: str,
    *,
    guard: Guard | None = None,
    limits: dict[RateClass, Limit] | None = None,
    **options: Any,
) -> AsyncIterator[Person]:
    """Serve `endpoints`; yield a person who may do everything there. `options` are the shell's."""
    redis = open_redis(redis_url)
    app = web.Application(middlewares=[shell(Metrics.fresh())])
    app.on_response_prepare.append(add_security_headers)
    serving = Shell(
        database=database,
        clock=Clock.real(),
        resources=Resources(),
        guard=guard or always(SOMEBODY),
        limiter=RateLimiter(redis, limits or PLENTY),
        **options,
    )
    for endpoint in endpoints:
        mount(app, endpoint, serving)
    try:
        async with guarded_program(app) as port:
            yield Person(f"http://127.0.0.1:{port}")
    finally:
        await serving.limiter.settle()
        await redis.aclose()


@asynccontextmanager
async def guarded_program(app: web.Application, **limits: Any) -> AsyncIterator[int]:
    """Run `app` behind the limits that our programs run behind; yield its port."""
    runner = guarded(app, **limits)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
