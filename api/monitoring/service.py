"""What is going on: traffic lately, the health of every part, the programs that run."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from api.kit import heartbeat
from api.kit.clock import real_now
from api.kit.heartbeat import ALIVE_S, Beat
from api.kit.metrics import METRICS
from api.kit.redis import RedisError
from api.kit.traffic import Traffic, all_of, by_endpoint
from api.kit.work import Work
from api.live import REDIS
from api.monitoring import repository
from api.monitoring.schema import (
    CheckView,
    Condition,
    EndpointsQuery,
    EndpointsView,
    HealthView,
    MetricsView,
    OutboxView,
    ProgramView,
    Rank,
    StoreView,
    SystemView,
    TrafficView,
)
from api.settings import SETTINGS
from api.version import VERSION

PROGRAMS = ("api", "realtime", "jobs")
LATE_S = 60
"""An event that waits longer means that reactions fall behind."""

_RANKS: dict[Rank, Callable[[Traffic], float]] = {
    Rank.REQUESTS: lambda traffic: traffic.requests,
    Rank.ERRORS: lambda traffic: traffic.errors,
    Rank.P95: lambda traffic: traffic.quantile_s(0.95),
    Rank.TIME: lambda traffic: traffic.seconds,
}
_WORST = (Condition.UNHEALTHY, Condition.DEGRADED, Condition.HEALTHY)


async def traffic(work: Work, minutes: int) -> MetricsView:
    """Return the requests of the last minutes, all together."""
    since, until = _window(minutes)
    whole = all_of((await _lately(work, minutes)).values())
    return MetricsView(
        since=since,
        until=until,
        all=TrafficView.of(whole, (until - since).total_seconds()),
        by_status={str(status): round(n) for status, n in sorted(whole.by_status.items())},
    )


async def busiest(work: Work, query: EndpointsQuery) -> EndpointsView:
    """Return the requests of the last minutes by endpoint, the first by rank."""
    since, until = _window(query.minutes)
    found = (await _lately(work, query.minutes)).values()
    first = sorted(found, key=lambda one: (-_RANKS[query.sort](one), one.endpoint))[: query.limit]
    seconds = (until - since).total_seconds()
    return EndpointsView(
        since=since, until=until, endpoints=[TrafficView.of(one, seconds) for one in first]
    )


def _window(minutes: int) -> tuple[datetime, datetime]:
    until = real_now()
    return until.replace(second=0, microsecond=0) - timedelta(minutes=minutes), until


async def _lately(work: Work, minutes: int) -> dict[str, Traffic]:
    await work[METRICS].flush(work[REDIS])
    return by_endpoint(await work[METRICS].lately(work[REDIS], minutes))


async def health(work: Work) -> HealthView:
    """Return how every part is; a Redis that does not answer makes no error of this."""
    checks = [await _database(work), await _redis(work)]
    if checks[1].condition is Condition.HEALTHY:
        found = await heartbeat.beats(work[REDIS])
        checks += [_program(name, found) for name in PROGRAMS]
    checks += [await _outbox(work), await _dispatch(work)]
    conditions = {check.condition for check in checks}
    worst = next(condition for condition in _WORST if condition in conditions)
    return HealthView(condition=worst, at=real_now(), checks=checks)


async def _database(work: Work) -> CheckView:
    began = time.perf_counter()
    await repository.answers(work)
    return _answered("database", began)


async def _redis(work: Work) -> CheckView:
    began = time.perf_counter()
    try:
        await work[REDIS].exists("ready?")
    except RedisError as error:
        why = f"does not answer: {type(error).__name__}"
        return CheckView(name="redis", condition=Condition.UNHEALTHY, detail=why)
    return _answered("redis", began)


def _answered(name: str, began: float) -> CheckView:
    took_ms = round((time.perf_counter() - began) * 1000, 2)
    return CheckView(name=name, condition=Condition.HEALTHY, detail="answers", took_ms=took_ms)


def _program(name: str, beats: list[Beat]) -> CheckView:
    running = sum(_is_alive(beat) for beat in beats if beat.program == name)
    if running:
        return CheckView(name=name, condition=Condition.HEALTHY, detail=f"{running} running")
    why = f"nothing heard for {ALIVE_S:.0f} s: look at its log"
    return CheckView(name=name, condition=Condition.UNHEALTHY, detail=why)


def _is_alive(beat: Beat) -> bool:
    return real_now().timestamp() - beat.at_s < ALIVE_S


async def _outbox(work: Work) -> CheckView:
    found = await _waiting(work)
    detail = f"{found.waiting} waiting, the oldest for {found.oldest_s} s, {found.parked} parked"
    bad = found.oldest_s > LATE_S or found.parked > 0
    condition = Condition.DEGRADED if bad else Condition.HEALTHY
    return CheckView(name="outbox", condition=condition, detail=detail)


async def _dispatch(work: Work) -> CheckView:
    if "dispatch" in await repository.led(work, real_now()):
        return CheckView(name="dispatch", condition=Condition.HEALTHY, detail="a worker leads it")
    why = "no worker leads it: nothing is assigned by itself"
    return CheckView(name="dispatch", condition=Condition.DEGRADED, detail=why)


async def _waiting(work: Work) -> OutboxView:
    found = await repository.waiting(work)
    age = timedelta() if found.oldest is None else real_now() - found.oldest
    oldest_s = max(0, round(age.total_seconds()))
    return OutboxView(waiting=found.waiting, oldest_s=oldest_s, parked=found.parked)


async def system(work: Work) -> SystemView:
    """Return what runs here, and what it holds."""
    settings, redis, now = work[SETTINGS], work[REDIS], real_now()
    found = await heartbeat.beats(redis)
    server = await repository.server(work)
    told = await redis.info()
    return SystemView(
        version=VERSION,
        environment=settings.environment,
        real_time=now,
        business_time=work.now,
        clock_speed=settings.clock_speed,
        programs=[ProgramView.of(beat, now, is_alive=_is_alive(beat)) for beat in found],
        outbox=await _waiting(work),
        postgres=StoreView(
            version=server.version, size_bytes=server.size_bytes, connections=server.connections
        ),
        redis=StoreView(
            version=told["redis_version"],
            size_bytes=told["used_memory"],
            connections=told["connected_clients"],
        ),
    )
