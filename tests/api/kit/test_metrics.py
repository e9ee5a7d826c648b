"""Metrics: counted in every process, added up for the installation, never twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields

import pytest
from prometheus_client import Counter, Histogram
from prometheus_client.parser import text_string_to_metric_families

from api.kit.metrics import Metrics
from api.kit.redis import Redis, RedisError, open_redis
from tests.support.servers import ROOT


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Return an empty Redis."""
    client = open_redis(redis_url)
    await client.flushall()
    yield client
    await client.aclose()


async def shown(metrics: Metrics, redis: Redis) -> dict[tuple[str, str], float]:
    """Return every number by its name and the value of its last label."""
    text = await metrics.exposition(redis)
    return {
        (sample.name, (*sample.labels.values(), "")[0]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "le" not in sample.labels
    }


async def test_two_processes_are_added_up_and_outlived(redis: Redis) -> None:
    api, jobs = Metrics.fresh(), Metrics.fresh()
    for metrics, delivered in ((api, 2), (jobs, 5)):
        metrics.deliveries.labels("delivered").inc(delivered)
        metrics.tick_seconds.labels("solve").observe(0.25)
        await metrics.flush(redis)
        await metrics.flush(redis)  # nothing new: nothing is added
    jobs.deliveries.labels("failed").inc()
    await jobs.flush(redis)
    numbers = await shown(Metrics.fresh(), redis)  # a process that was started just now
    assert numbers["hermod_deliveries_total", "delivered"] == 7
    assert numbers["hermod_deliveries_total", "failed"] == 1
    assert numbers["hermod_dispatch_tick_seconds_count", "solve"] == 2
    assert numbers["hermod_dispatch_tick_seconds_sum", "solve"] == 0.5


async def test_flushes_at_the_same_time_count_once(redis: Redis) -> None:
    metrics = Metrics.fresh()
    metrics.fixes.labels("accepted").inc(3)
    await asyncio.gather(*(metrics.flush(redis) for _ in range(5)))
    assert (await shown(metrics, redis))["hermod_fixes_total", "accepted"] == 3


async def test_what_redis_did_not_take_is_added_later(redis: Redis) -> None:
    metrics = Metrics.fresh()
    metrics.offers.labels("accepted").inc()
    away = open_redis(f"unix://{ROOT}/nobody-listens-here.sock", timeout_s=0.2)
    with pytest.raises(RedisError):
        await metrics.flush(away)
    await away.aclose()
    metrics.offers.labels("accepted").inc()
    await metrics.flush(redis)
    assert (await shown(metrics, redis))["hermod_offers_total", "accepted"] == 2


async def test_buckets_stand_in_order_and_add_up(redis: Redis) -> None:
    metrics = Metrics.fresh()
    for seconds in (0.0005, 0.003, 0.3, 7.0, 60.0):
        metrics.fanout_seconds.observe(seconds)
    await metrics.flush(redis)
    lines = (await metrics.exposition(redis)).splitlines()
    buckets = [line for line in lines if line.startswith("hermod_fanout_seconds_bucket")]
    bounds = [float(line.split('"')[1]) for line in buckets]
    counts = [float(line.split()[-1]) for line in buckets]
    assert bounds == sorted(bounds)
    assert counts == sorted(counts)
    assert (bounds[-1], counts[0], counts[-1]) == (float("inf"), 1, 5)
    assert "# TYPE hermod_fanout_seconds histogram" in lines


async def test_every_metric_can_be_shown_with_all_its_labels(redis: Redis) -> None:
    metrics = Metrics.fresh()
    held = (getattr(metrics, field.name) for field in fields(metrics))
    kinds = [kind for kind in held if isinstance(kind, Counter | Histogram)]
    for kind in kinds:
        labels = dict.fromkeys(kind._labelnames, "some words")
        child = kind.labels(**labels) if labels else kind
        child.inc() if isinstance(child, Counter) else child.observe(0.1)
    await metrics.flush(redis)
    shown_names = {name for name, _label in await shown(metrics, redis)}
    assert {f"hermod_{name}_total" for name in ("sockets", "deliveries", "fixes")} <= shown_names
    assert len(kinds) >= 8
