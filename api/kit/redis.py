"""Opening Redis: bounded waits, one place for its options."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

OUT_OF_REACH = (RedisConnectionError, RedisTimeoutError)
"""Errors that mean: Redis does not answer now."""

__all__ = ["OUT_OF_REACH", "Redis", "RedisError", "open_redis"]


def open_redis(url: str, *, timeout_s: float = 2.0) -> Redis:
    """Return a client for `url`; every command ends within about three times `timeout_s`.

    Replies are bytes: hot values are packed, not text. Where all connections are in use a command
    waits for one: a rush of calls must not look like a Redis that is away.
    """
    pool: BlockingConnectionPool = BlockingConnectionPool.from_url(
        url,
        timeout=timeout_s,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), retries=1),
        health_check_interval=15,
        max_connections=50,
    )
    return Redis.from_pool(pool)
