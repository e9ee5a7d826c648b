"""Heartbeats: every program says in Redis that it runs, and how it feels."""

import asyncio
import os
import platform
import resource
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from api.kit.clock import real_now
from api.kit.db import Database
from api.kit.redis import Redis, RedisError
from api.version import VERSION

KEY = "programs"
EVERY_S = 2.0
ALIVE_S = 10.0
"""A program that was silent for so long has ended, or hangs."""

_NAP_S = 0.01
_FORGET_S = 3600.0
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Beat:
    """What a program says about itself; times are Unix seconds (real time)."""

    id: str
    program: str
    host: str
    pid: int
    version: str
    python: str
    started_s: float
    at_s: float
    memory_bytes: int
    cpu_s: float
    loop_lag_ms: float
    connections: int | None
    connections_idle: int | None
    sockets: int | None


class Heart:
    """The heart of one program."""

    def __init__(
        self,
        program: str,
        redis: Redis,
        database: Database | None = None,
        sockets: Callable[[], int] | None = None,
    ) -> None:
        self._program = program
        self._redis = redis
        self._database = database
        self._sockets = sockets
        self._id = f"{program}-{secrets.token_hex(4)}"
        self._started_s = real_now().timestamp()

    async def beat(self) -> None:
        """Say that the program runs."""
        lag_ms = await _loop_lag_ms()
        pool = None if self._database is None else self._database.pool
        beat = Beat(
            id=self._id,
            program=self._program,
            host=platform.node(),
            pid=os.getpid(),
            version=VERSION,
            python=platform.python_version(),
            started_s=self._started_s,
            at_s=real_now().timestamp(),
            memory_bytes=_memory_bytes(),
            cpu_s=round(time.process_time(), 2),
            loop_lag_ms=round(lag_ms, 2),
            connections=None if pool is None else pool.get_size(),
            connections_idle=None if pool is None else pool.get_idle_size(),
            sockets=None if self._sockets is None else self._sockets(),
        )
        await self._redis.hset(KEY, self._id, orjson.dumps(asdict(beat)))

    async def stop(self) -> None:
        """Say that the program ends, where somebody listens."""
        with suppress(RedisError):
            await self._redis.hdel(KEY, self._id)


async def beats(redis: Redis) -> list[Beat]:
    """Return the last word of every program, in order of names; forget those long silent."""
    held: Any = await redis.hgetall(KEY)
    found = [Beat(**orjson.loads(raw)) for raw in held.values()]
    forgotten_before = real_now().timestamp() - _FORGET_S
    if gone := [beat.id for beat in found if beat.at_s < forgotten_before]:
        await redis.hdel(KEY, *gone)
    kept = [beat for beat in found if beat.at_s >= forgotten_before]
    return sorted(kept, key=lambda beat: (beat.program, beat.started_s))


async def _loop_lag_ms() -> float:
    """Return how much later than asked for the event loop woke us up."""
    began = time.perf_counter()
    await asyncio.sleep(_NAP_S)
    return max(0.0, time.perf_counter() - began - _NAP_S) * 1000


def _memory_bytes() -> int:
    """Return the memory that the program holds; where the system does not tell, its peak."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
