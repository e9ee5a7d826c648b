"""Opening Redis: bounded waits, one place for its options."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

OUT_OF_REACH = (RedisConnectionError, RedisTimeoutError)
"""Errors that mean: Redis does not answer now."""

__all__ = ["OUT_OF_REACH", "Redis", "RedisError", "open_redis"]


def open_redis(url: str, *, timeout_s: float = 2.0) -> Redis:
    """Return a client for `url`; every command ends within about twice `timeout_s`.

    Replies are bytes: hot values are packed, not text.
    """
    return Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), retries=1),
        health_check_interval=15,
        max_connections=50,
    )
