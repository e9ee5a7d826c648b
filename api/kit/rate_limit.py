"""Rate limits: one bucket per caller and class, by the generic cell rate algorithm in Redis.

GCRA keeps one number per bucket: the time at which it will be empty again (ITU-T I.371).
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from api.kit.errors import TooManyRequests
from api.kit.redis import Redis, RedisError


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


def per_minute(calls: int) -> Limit:
    """Return the limit of so many calls a minute; bursts are ten seconds' worth, at least 10."""
    return Limit(calls, max(10, calls // 6))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the call may go on, and what the caller may still do."""

    allowed: bool
    limit: Limit
    remaining: int
    reset_s: int

    def headers(self, name: str) -> dict[str, str]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers-08."""
        found = {
            "RateLimit-Policy": f'"{name}";q={self.limit.per_minute};w=60',
            "RateLimit": f'"{name}";r={self.remaining};t={self.reset_s}',
        }
        if not self.allowed:
            found["Retry-After"] = str(max(1, self.reset_s))
        return found


GCRA = """
local now = redis.call('TIME')
local now_us = now[1] * 1000000 + now[2]
local gap_us, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now_us)
local room_us = burst * gap_us - (empty_at - now_us)
if room_us < gap_us then
  return {0, 0, math.ceil((gap_us - room_us) / 1000)}
end
empty_at = empty_at + gap_us
redis.call('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', math.ceil(burst * gap_us / 1000))
return {1, math.floor((room_us - gap_us) / gap_us), math.ceil((empty_at - now_us) / 1000)}
"""


class RateLimiter:
    """Counts calls in Redis; lets calls through, and says so, while Redis is out of reach."""

    def __init__(self, redis: Redis, limits: dict[RateClass, Limit]) -> None:
        self._script = redis.register_script(GCRA)
        self._limits = limits

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
        who = hashlib.sha256(caller.encode()).hexdigest()[:24]
        gap_us = 60_000_000 // limit.per_minute
        try:
            allowed, remaining, reset_ms = await self._script(
                keys=[f"rl:{kind}:{who}"], args=[gap_us, limit.burst]
            )
        except RedisError:
            return None
        return Verdict(bool(allowed), limit, int(remaining), -(-int(reset_ms) // 1000))


class RateLimited(TooManyRequests):
    """The caller's bucket is empty."""

    def __init__(self, kind: RateClass, verdict: Verdict) -> None:
        wait = max(1, verdict.reset_s)
        super().__init__(
            f"Too many requests: wait {wait} s, then go on", headers=verdict.headers(kind)
        )
