"""Opening Redis: bounded waits, one place for its options."""

from typing import Any

import hiredis
from redis.asyncio import (
    BlockingConnectionPool,
    Connection,
    Redis,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import DataError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from api.kit.cannot_start import CannotStart

OUT_OF_REACH = (RedisConnectionError, RedisTimeoutError)
"""Errors that mean: Redis does not answer now."""

__all__ = ["OUT_OF_REACH", "Redis", "RedisError", "knock", "open_redis"]


class _PacksInC:
    """Packs commands by hiredis, which redis-py itself uses for replies only.

    Its own way copies what is packed so far with every argument: half the cost of a tracking tick.
    """

    def pack_command(self, *args: Any) -> list[bytes]:
        """Return a command as the Redis protocol has it; a name of two words is two arguments."""
        name, *rest = args
        words = (name.encode() if isinstance(name, str) else name).split()
        try:
            return [hiredis.pack_command((*words, *rest))]
        except TypeError:
            plain = (bytes(one) if isinstance(one, bytearray | memoryview) else one for one in rest)
        try:
            return [hiredis.pack_command((*words, *plain))]
        except TypeError as error:
            raise DataError(str(error)) from error


class _Tcp(_PacksInC, Connection):
    """Over TCP."""


class _Tls(_PacksInC, SSLConnection):
    """Over TLS."""


class _Unix(_PacksInC, UnixDomainSocketConnection):
    """Over a unix socket."""


_PACKING = {Connection: _Tcp, SSLConnection: _Tls, UnixDomainSocketConnection: _Unix}


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
    pool.connection_class = _PACKING[pool.connection_class]
    return Redis.from_pool(pool)


async def knock(redis: Redis) -> None:
    """Raise `CannotStart` where Redis is away or does not let us in."""
    try:
        await redis.exists("ready?")
    except RedisError as error:
        message = (
            f"Redis does not let us in (HERMOD_REDIS_URL): {str(error).rstrip(chr(46))}. "
            "Start it, or name the one that is meant."
        )
        raise CannotStart(message) from error
