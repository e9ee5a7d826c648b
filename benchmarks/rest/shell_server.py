"""Ours: two endpoints behind everything that `api/kit` does for a request. `... PORT`.

Access token, rate limit in Redis, request id, log line, metrics, parsing and checking, a unit of
work, envelope. The handlers do nothing and ask no database: what is measured is the shell.
"""

import os
import sys
from collections.abc import AsyncIterator

from aiohttp import web

from api.identity.guard import guard
from api.identity.revocations import Revocations
from api.identity.tokens import TokenMint
from api.kit import logs, program
from api.kit.clock import Clock
from api.kit.db import Database
from api.kit.endpoint import Endpoint, Owner
from api.kit.metrics import Metrics
from api.kit.middlewares import add_security_headers, shell
from api.kit.rate_limit import RateClass, RateLimiter, per_minute
from api.kit.redis import open_redis
from api.kit.resources import Resources
from api.kit.schema import Nothing
from api.kit.serving import Shell, mount
from api.kit.work import Work
from benchmarks.rest.order import SHOWN, OrderDraft, OrderView

SHOWN_VIEW = OrderView.model_validate(SHOWN)


async def get_order(_work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> OrderView:  # noqa: RUF029  # the endpoint's shape
    """An order."""
    return SHOWN_VIEW


async def add_order(_work: Work, _path: Nothing, _query: Nothing, draft: OrderDraft) -> OrderView:  # noqa: RUF029  # the endpoint's shape
    """A new order."""
    return OrderView(id=SHOWN_VIEW.id, status="confirmed", **draft.__dict__)


ENDPOINTS = (
    Endpoint("GET", "/order", get_order, "order:read", Owner.OWN_ORDERS),
    Endpoint("POST", "/order", add_order, "order:create", Owner.OWN_ORDERS, status=201),
)


async def main(port: int) -> None:
    """Serve until told to stop."""
    given = {
        name: os.environ[f"BENCH_{name}"] for name in ("DATABASE", "REDIS", "SECRET")
    }  # a program of its own
    logs.configure("bench", "info")
    database = await Database.open(given["DATABASE"], size=12)
    redis = open_redis(given["REDIS"])
    metrics = Metrics.fresh()
    app = web.Application(middlewares=[shell(metrics)])
    app.on_response_prepare.append(add_security_headers)
    serving = Shell(
        database=database,
        clock=Clock.real(),
        resources=Resources(),
        guard=guard(TokenMint(given["SECRET"], 86_400), Revocations(86_400), ()),
        limiter=RateLimiter(redis, dict.fromkeys(RateClass, per_minute(60_000_000))),
    )
    for endpoint in ENDPOINTS:
        mount(app, endpoint, serving)

    async def run(_app: web.Application) -> AsyncIterator[None]:
        yield
        await serving.limiter.settle()
        await redis.aclose()
        await database.close()

    app.cleanup_ctx.append(run)
    await program.serve(app, "127.0.0.1", port)


if __name__ == "__main__":
    program.run(main(int(sys.argv[1])))
