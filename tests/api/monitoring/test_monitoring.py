"""Monitoring: what came in lately, how every part is, what runs."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from api.kit.clock import real_now
from api.kit.heartbeat import KEY
from api.kit.metrics import minute_key
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.people import Answer
from tests.support.programs import Stack

PATH = "/api/v1/admin/monitoring"


async def checks(cast: Cast) -> dict[str, dict[str, Any]]:
    """Return every check of the installation's health."""
    found = (await cast.admin.get(f"{PATH}/health")).data
    return {check["name"]: check for check in found["checks"]} | {"all": found}


async def awaited(cast: Cast, programs: set[str]) -> None:
    """Wait until so many programs were heard of."""
    async with asyncio.timeout(15):
        while True:
            held = await cast.stack.station.redis.hvals(KEY)
            if programs <= {orjson.loads(raw)["program"] for raw in held}:
                return


async def test_requests_are_counted_with_errors_and_times(cast: Cast) -> None:
    for path in ("/api/v1/auth/me", "/api/v1/auth/me", "/api/v1/orders/nonsense"):
        await cast.admin.get(path)
    told = (await cast.admin.get(f"{PATH}/metrics")).data
    whole = told["all"]
    assert whole["requests"] >= 5
    assert whole["requests"] == sum(told["byStatus"].values())
    assert (whole["errors"], whole["errorPercent"]) == (0, 0.0)
    assert told["byStatus"]["422"] == whole["refusals"] == 1
    assert 0 < whole["p50Ms"] <= whole["p95Ms"] <= whole["p99Ms"]
    minutes = (when(told["until"]) - when(told["since"])).total_seconds() / 60
    assert 15 <= minutes < 16
    assert whole["requestsPerMinute"] == pytest.approx(whole["requests"] / minutes, abs=0.02)


def when(text: str) -> datetime:
    """Return the time that an answer says."""
    return datetime.fromisoformat(text)


async def test_what_is_older_than_the_window_does_not_count(cast: Cast) -> None:
    await cast.admin.get("/api/v1/auth/me")
    await cast.admin.get(f"{PATH}/metrics")
    redis = cast.stack.station.redis
    now = int(real_now().timestamp()) // 60
    for minute in (now - 1, now):  # a minute may have passed meanwhile
        if await redis.exists(minute_key(minute)):
            await redis.rename(minute_key(minute), minute_key(minute - 20))
    path = f"{PATH}/endpoints?limit=100&minutes="
    assert "GET /api/v1/auth/me" not in names(await cast.admin.get(path + "5"))
    assert "GET /api/v1/auth/me" in names(await cast.admin.get(path + "30"))
    assert 0 < await redis.ttl(minute_key(now)) <= 61 * 60


def names(answer: Answer) -> list[str]:
    """Return the endpoints of an answer."""
    return [one["endpoint"] for one in answer.data["endpoints"]]


async def test_endpoints_come_in_the_order_asked_for(cast: Cast) -> None:
    for _ in range(30):
        await cast.admin.get("/api/v1/auth/me")
    assert names(await cast.admin.get(f"{PATH}/endpoints"))[0] == "GET /api/v1/auth/me"
    assert len(names(await cast.admin.get(f"{PATH}/endpoints?limit=1"))) == 1
    slow = (await cast.admin.get(f"{PATH}/endpoints?sort=p95")).data["endpoints"]
    assert [one["p95Ms"] for one in slow] == sorted((o["p95Ms"] for o in slow), reverse=True)
    answer = await cast.admin.get(f"{PATH}/endpoints?sort=age&limit=101")
    assert set(answer.fields) == {"sort", "limit"}


async def test_every_part_says_how_it_is(cast: Cast) -> None:
    async with cast.stack.live():
        await awaited(cast, {"api", "realtime", "jobs"})
        async with asyncio.timeout(15):
            while (found := await checks(cast))["all"]["condition"] != "healthy":
                pass
    assert set(found) - {"all"} == {
        "database",
        "redis",
        "api",
        "realtime",
        "jobs",
        "outbox",
        "dispatch",
    }
    assert found["database"]["tookMs"] > 0
    assert found["jobs"]["detail"] == "1 running"


async def test_a_program_that_is_silent_and_events_that_wait_are_told(cast: Cast) -> None:
    await awaited(cast, {"api", "realtime"})
    await cast.stack.rows(
        "INSERT INTO outbox (id, lane, topic, key, payload, request_id, created_at, next_try_at) "
        "VALUES (gen_random_uuid(), 'inside', 'x', 'x', '{}', '', $1, $1)",
        real_now() - timedelta(minutes=3),
    )
    found = await checks(cast)
    assert found["all"]["condition"] == "unhealthy"
    assert found["jobs"]["condition"] == "unhealthy"
    assert "log" in found["jobs"]["detail"]
    assert found["outbox"]["condition"] == "degraded"
    assert "the oldest for 18" in found["outbox"]["detail"]
    assert found["dispatch"]["condition"] == "degraded"


async def test_the_system_says_what_runs(cast: Cast) -> None:
    await awaited(cast, {"api", "realtime"})
    told = (await cast.admin.get(f"{PATH}/system")).data
    programs = {one["program"]: one for one in told["programs"]}
    assert programs["api"]["isAlive"] is True
    assert programs["api"]["connections"] >= 1
    assert programs["realtime"]["sockets"] == 0
    assert programs["realtime"]["connections"] is None
    assert told["postgres"]["version"].startswith("1")
    assert told["postgres"]["sizeBytes"] > 1_000_000
    assert told["redis"]["sizeBytes"] > 100_000
    assert (told["environment"], told["clockSpeed"]) == ("development", 1.0)


async def test_only_administrators_look(cast: Cast, stack: Stack) -> None:
    manager = await member(cast, "manager")
    admin = await member(cast, "admin")
    for path in ("metrics", "endpoints", "health", "system"):
        assert (await manager.get(f"{PATH}/{path}")).status == 403
        assert (await admin.get(f"{PATH}/{path}")).status == 200
        assert (await stack.person().get(f"{PATH}/{path}")).status == 401
