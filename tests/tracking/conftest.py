"""What tests of live tracking use: an empty Redis, and a gateway alone."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from api.kit.redis import open_redis
from tests.tracking.gateways import Hall, hall


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Return an empty Redis."""
    opened = open_redis(redis_url, timeout_s=5.0)
    await opened.flushall()
    yield opened
    await opened.aclose()


@pytest.fixture
async def gateway_hall(redis: Redis) -> AsyncIterator[Hall]:
    """Return a realtime program whose rounds the test runs by hand."""
    async with hall(redis) as opened:
        yield opened
