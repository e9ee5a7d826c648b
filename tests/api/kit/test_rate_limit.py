"""Rate limits: so many at once, then one per gap; and no Redis is no reason to refuse."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kit.rate_limit import Limit, RateClass, RateLimited, RateLimiter, Verdict
from api.kit.redis import Redis, open_redis
from tests.support.servers import ROOT

SLOW = Limit(per_minute=1, burst=3)
"""A minute's gap: no test is slow enough to earn a call back meanwhile."""


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Return an empty Redis."""
    client = open_redis(redis_url)
    await client.flushall()
    yield client
    await client.aclose()


def limiter(redis: Redis, limit: Limit = SLOW) -> RateLimiter:
    """Return a limiter with the same limit for every class."""
    return RateLimiter(redis, dict.fromkeys(RateClass, limit))


async def allowed(limits: RateLimiter, caller: str, kind: RateClass = RateClass.READ) -> bool:
    """Count a call; tell whether it may go on."""
    verdict = await limits.count(kind, caller)
    assert verdict is not None
    return verdict.allowed


async def test_a_burst_is_allowed_and_counted_down(redis: Redis) -> None:
    limits = limiter(redis)
    verdicts = [await limits.count(RateClass.READ, "me") for _ in range(5)]
    told = [(v.allowed, v.remaining) for v in verdicts if v]
    assert told == [(True, 2), (True, 1), (True, 0), (False, 0), (False, 0)]
    resets = [v.reset_s for v in verdicts if v]
    assert 55 <= resets[0] <= 60
    assert 175 <= resets[2] <= 180
    assert 55 <= resets[3] <= 60  # a refused call says when the next one is allowed


async def test_callers_and_classes_have_buckets_of_their_own(redis: Redis) -> None:
    limits = limiter(redis, Limit(1, 1))
    assert await allowed(limits, "me")
    assert not await allowed(limits, "me")
    assert await allowed(limits, "you")
    assert await allowed(limits, "me", RateClass.WRITE)


async def test_calls_at_the_same_time_are_counted_one_by_one(redis: Redis) -> None:
    limits = limiter(redis, Limit(per_minute=1, burst=7))
    answers = await asyncio.gather(*(allowed(limits, "me") for _ in range(60)))
    assert sum(answers) == 7


async def test_a_call_is_earned_back_after_its_gap(redis: Redis) -> None:
    limits = limiter(redis, Limit(per_minute=600, burst=1))
    assert await allowed(limits, "me")
    refused = 0
    async with asyncio.timeout(30):
        while not await allowed(limits, "me"):
            refused += 1
            await asyncio.sleep(0.005)
    assert refused > 0


async def test_no_address_or_name_is_kept_and_buckets_end(redis: Redis) -> None:
    await allowed(limiter(redis), "203.0.113.7")
    (key,) = await redis.keys("*")
    assert b"203.0.113.7" not in key
    assert 0 < await redis.pttl(key) <= 180_000


async def test_without_redis_calls_are_let_through_uncounted() -> None:
    away = open_redis(f"unix://{ROOT}/nobody-listens-here.sock", timeout_s=0.2)
    assert await limiter(away).count(RateClass.AUTH, "me") is None
    await away.aclose()


@given(st.integers(1, 10_000_000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_refusal_always_says_when_to_come_back(per_minute: int, left: int, reset_s: int) -> None:
    refused = RateLimited(RateClass.READ, Verdict(False, Limit(per_minute, 10), left, reset_s))
    assert int(refused.headers["Retry-After"]) >= max(1, reset_s)
    assert refused.headers["RateLimit-Policy"] == f'"read";q={per_minute};w=60'
    assert refused.headers["RateLimit"] == f'"read";r={left};t={reset_s}'
    assert f"wait {max(1, reset_s)} s" in refused.message
