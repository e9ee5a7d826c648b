"""Heartbeats: a program says that it runs, says farewell, and is forgotten when it did not."""

from collections.abc import AsyncIterator

import orjson
import pytest

from api.kit.clock import real_now
from api.kit.heartbeat import KEY, Heart, beats
from api.kit.redis import Redis, open_redis


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Return an empty Redis."""
    client = open_redis(redis_url)
    await client.flushall()
    yield client
    await client.aclose()


async def test_a_program_says_how_it_feels_until_it_ends(redis: Redis) -> None:
    first, second = Heart("jobs", redis), Heart("realtime", redis, sockets=lambda: 7)
    await first.beat()
    await first.beat()
    await second.beat()
    jobs, realtime = await beats(redis)
    assert (jobs.program, jobs.sockets, realtime.sockets) == ("jobs", None, 7)
    assert jobs.memory_bytes > 1_000_000
    assert jobs.cpu_s > 0
    assert 0 <= jobs.loop_lag_ms < 60_000
    assert jobs.at_s >= jobs.started_s
    await first.stop()
    assert [beat.program for beat in await beats(redis)] == ["realtime"]


async def test_a_program_that_was_killed_is_forgotten_after_an_hour(redis: Redis) -> None:
    killed, long_gone = Heart("jobs", redis), Heart("api", redis)
    await killed.beat()
    await long_gone.beat()
    held = await redis.hgetall(KEY)
    for name, raw in held.items():
        beat = orjson.loads(raw)
        beat["at_s"] = real_now().timestamp() - (3700 if beat["program"] == "api" else 60)
        await redis.hset(KEY, name, orjson.dumps(beat))
    assert [beat.program for beat in await beats(redis)] == ["jobs"]
    assert await redis.hlen(KEY) == 1
