"""Rate limits: one bucket per caller and class, by the generic cell rate algorithm in Redis.

GCRA keeps one number per bucket: the time at which it will be empty again (ITU-T I.371). Where much
room is left a process spends a small part of it unasked and tells Redis soon after; where little is
left it asks for every call (docs/decisions/0030).
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from typing import NamedTuple

from api.kit.buckets import Buckets, Level, Question
from api.kit.errors import TooManyRequests
from api.kit.redis import Redis


class RateClass(StrEnum):
    """What kind of call it is; each class has a limit of its own, and so has each API key."""

    AUTH = "auth"
    PUBLIC = "public"
    READ = "read"
    WRITE = "write"
    UPLOAD = "upload"
    EXPORT = "export"
    PHONE = "phone"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Limit:
    """`per_minute` calls on average, `burst` at once."""

    per_minute: int
    burst: int
    gap_us: int = field(init=False, repr=False, compare=False)
    """How long one call takes to be earned back, in microseconds."""

    def __post_init__(self) -> None:
        """Divide once: every call asks."""
        object.__setattr__(self, "gap_us", 60_000_000 // self.per_minute)


def per_minute(calls: int) -> Limit:
    """Return the limit of so many calls a minute; bursts are ten seconds' worth, at least 10."""
    return Limit(calls, max(10, calls // 6))


class Verdict(NamedTuple):
    """Whether the call may go on, and what the caller may still do."""

    allowed: bool
    limit: Limit
    remaining: int
    reset_s: int

    def headers(self, name: str) -> dict[str, str]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers-08."""
        found = {
            "RateLimit-Policy": _policy(name, self.limit.per_minute),
            "RateLimit": f'"{name}";r={self.remaining};t={self.reset_s}',
        }
        if not self.allowed:
            found["Retry-After"] = str(max(1, self.reset_s))
        return found


@lru_cache(maxsize=1024)
def _policy(name: str, per_minute: int) -> str:
    return f'"{name}";q={per_minute};w=60'


PART = 16
"""A process spends one in so many of the calls that are left unasked: of fewer than that, none."""

TELL_S = 0.1
"""How soon it tells Redis of them."""

TRUST_S = 1.0
"""How long it trusts what Redis said."""

_REMEMBERED = 10_000


class _Bucket:
    """What this process knows of a bucket; times are of its own clock, in microseconds."""

    __slots__ = ("empty_at_us", "free", "key", "spent", "trusted_us")

    def __init__(self, key: str) -> None:
        self.key = key
        self.empty_at_us = self.trusted_us = self.free = self.spent = 0

    def learn(self, limit: Limit, level: Level, now_us: int) -> None:
        """Take over what Redis says."""
        self.empty_at_us = now_us + level.level_us + self.spent * limit.gap_us
        self.free = (limit.burst - level.level_us // limit.gap_us) // PART - self.spent
        self.trusted_us = now_us + round(TRUST_S * 1e6)

    def spend(self, limit: Limit, now_us: int) -> bool:
        """Spend a call unasked; tell whether that may be."""
        if self.free <= 0 or now_us > self.trusted_us:
            return False
        self.free -= 1
        self.spent += 1
        self.empty_at_us = max(self.empty_at_us, now_us) + limit.gap_us
        return True

    def ask(self, limit: Limit, calls: int) -> Question:
        """Return the question that tells of the calls spent and asks for `calls` more."""
        spent, self.spent = self.spent, 0
        return Question(self.key, limit.gap_us, limit.burst, spent, calls)


class RateLimiter:
    """Counts calls in Redis; lets calls through, and says so, while Redis is out of reach."""

    def __init__(self, redis: Redis, limits: dict[RateClass, Limit]) -> None:
        self._shared = Buckets(redis)
        self._limits = limits
        self._known: dict[tuple[RateClass, str], _Bucket] = {}
        self._to_tell: list[tuple[_Bucket, Limit]] = []

    def change(self, limits: dict[RateClass, Limit]) -> None:
        """Count by other limits from here on."""
        self._limits = limits

    async def count(
        self, kind: RateClass, caller: str, limit: Limit | None = None
    ) -> Verdict | None:
        """Count one call of `caller`; None where Redis does not answer.

        Without a `limit` of the caller's own that of the class holds.
        """
        limit = limit or self._limits[kind]
        bucket = self._known.get((kind, caller)) or self._meet(kind, caller)
        now_us = time.monotonic_ns() // 1000
        if bucket.spend(limit, now_us):
            if bucket.spent == 1:
                self._tell_soon(bucket, limit)
            granted, level_us = 1, bucket.empty_at_us - now_us
        else:
            level = await self._shared.ask(bucket.ask(limit, 1))
            if level is None:
                return None
            bucket.learn(limit, level, time.monotonic_ns() // 1000)
            granted, level_us = level
        room_us = limit.burst * limit.gap_us - level_us
        wait_us = level_us if granted else limit.gap_us - room_us
        remaining, reset_s = max(0, room_us // limit.gap_us), -(-wait_us // 1_000_000)
        return Verdict(bool(granted), limit, remaining, reset_s)

    def _meet(self, kind: RateClass, caller: str) -> _Bucket:
        who = hashlib.sha256(caller.encode()).hexdigest()[:24]
        bucket = self._known[kind, caller] = _Bucket(f"rl:{kind}:{who}")
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return bucket

    def _tell_soon(self, bucket: _Bucket, limit: Limit) -> None:
        if not self._to_tell:
            asyncio.get_running_loop().call_later(TELL_S, self._tell)
        self._to_tell.append((bucket, limit))

    async def settle(self) -> None:
        """Tell Redis what was spent, now: at the end of a program, before Redis is closed."""
        await asyncio.gather(*self._tell())

    def _tell(self) -> list["asyncio.Future[Level | None]"]:
        """Tell Redis what was spent; its answers are what is trusted next."""
        told, self._to_tell = self._to_tell, []
        answers = []
        for bucket, limit in told:
            if bucket.spent:
                answers.append(self._shared.ask(bucket.ask(limit, 0)))
                answers[-1].add_done_callback(partial(_learn, bucket, limit))
        return answers


def _learn(bucket: _Bucket, limit: Limit, answer: "asyncio.Future[Level | None]") -> None:
    level = None if answer.cancelled() else answer.result()
    if level is not None:
        bucket.learn(limit, level, time.monotonic_ns() // 1000)


class RateLimited(TooManyRequests):
    """The caller's bucket is empty."""

    def __init__(self, kind: RateClass, verdict: Verdict) -> None:
        wait = max(1, verdict.reset_s)
        super().__init__(
            f"Too many requests: wait {wait} s, then go on", headers=verdict.headers(kind)
        )
