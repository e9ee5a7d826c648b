"""Rate limits: so many at once, then one per gap; and no Redis is no reason to refuse."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kit import buckets
from api.kit.rate_limit import PART, TELL_S, Limit, RateClass, RateLimited, RateLimiter, Verdict
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


async def test_a_redis_that_hangs_is_waited_for_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not once per call: every request would take as long as the time-out."""
    monkeypatch.setattr(buckets, "PATIENCE_S", 0.05)
    came, hold = list[asyncio.StreamWriter](), asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer)
        await hold.wait()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as door:
        port = door.sockets[0].getsockname()[1]
        hanging = open_redis(f"redis://127.0.0.1:{port}/0", timeout_s=30.0)
        counting = limiter(hanging)
        for _ in range(20):
            assert await counting.count(RateClass.AUTH, "me") is None
        assert len(came) == 1
        hold.set()
        await hanging.aclose()


async def test_without_redis_calls_are_let_through_uncounted() -> None:
    away = open_redis(f"unix://{ROOT}/nobody-listens-here.sock", timeout_s=0.2)
    assert await limiter(away).count(RateClass.AUTH, "me") is None
    await away.aclose()


ROOMY = Limit(per_minute=1, burst=320)
"""Room for twenty calls unasked at first."""


async def level_of(redis: Redis) -> float:
    """Return how many calls the only bucket in Redis holds."""
    (key,) = await redis.keys("*")
    seconds, micros = await redis.time()
    empty_at_us = int(await redis.get(key) or 0)
    return (empty_at_us - seconds * 1_000_000 - micros) / ROOMY.gap_us


async def test_where_much_room_is_left_calls_are_counted_unasked_and_told_later(
    redis: Redis,
) -> None:
    limits = limiter(redis, ROOMY)
    verdicts = [await limits.count(RateClass.READ, "me") for _ in range(10)]
    assert [v.remaining for v in verdicts if v] == list(range(319, 309, -1))
    assert 0 < await level_of(redis) <= 1  # the first was asked for
    await limits.settle()
    assert 9 < await level_of(redis) <= 10


async def test_unasked_calls_are_told_soon_without_being_asked_for(redis: Redis) -> None:
    limits = limiter(redis, ROOMY)
    for _ in range(5):
        await allowed(limits, "me")
    await asyncio.sleep(1.5 * TELL_S)
    async with asyncio.timeout(30):
        while await level_of(redis) <= 4:  # noqa: ASYNC110  # another process's view of it
            await asyncio.sleep(TELL_S)


@pytest.mark.parametrize("processes", [1, 2, 4])
async def test_processes_together_let_through_little_more_than_the_burst_and_owe_it(
    redis: Redis, processes: int
) -> None:
    together = [limiter(redis, ROOMY) for _ in range(processes)]
    calls = [allowed(together[n % processes], "me") for n in range(2 * ROOMY.burst)]
    let_through = sum([await call for call in calls])
    for one in together:
        await one.settle()
    most = ROOMY.burst * (1 + (processes - 1) / PART)
    assert ROOMY.burst <= let_through <= most
    assert let_through - 1 < await level_of(redis) <= let_through


async def test_calls_of_one_moment_ask_redis_once(redis: Redis) -> None:
    limits = limiter(redis)
    await allowed(limits, "warm")
    before = await redis.info("commandstats")
    answers = await asyncio.gather(*(allowed(limits, f"caller {n}") for n in range(100)))
    after = await redis.info("commandstats")
    assert all(answers)
    asked = [stats["cmdstat_evalsha"]["calls"] for stats in (before, after)]
    assert asked[1] - asked[0] <= 2


async def test_whoever_goes_away_while_asking_disturbs_nobody(redis: Redis) -> None:
    limits = limiter(redis)
    asking = [asyncio.create_task(allowed(limits, f"caller {n}")) for n in range(4)]
    await asyncio.sleep(0)
    asking[1].cancel()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert answers[0] is answers[2] is answers[3] is True
    assert isinstance(answers[1], asyncio.CancelledError)


@given(st.integers(1, 10_000_000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_refusal_always_says_when_to_come_back(per_minute: int, left: int, reset_s: int) -> None:
    refused = RateLimited(RateClass.READ, Verdict(False, Limit(per_minute, 10), left, reset_s))
    assert int(refused.headers["Retry-After"]) >= max(1, reset_s)
    assert refused.headers["RateLimit-Policy"] == f'"read";q={per_minute};w=60'
    assert refused.headers["RateLimit"] == f'"read";r={left};t={reset_s}'
    assert f"wait {max(1, reset_s)} s" in refused.message
