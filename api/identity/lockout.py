"""Lockout: who guesses a password too often from one network is not let in from there for a while.

Counted per account and network (IPv4 /24, IPv6 /64), so that nobody can lock out somebody who sits
elsewhere. A locked login answers like a wrong password, after the same work. Each further lock
takes twice as long. A new password begins a new count, and so does a change of the account by its
owner or by staff (letting somebody in again, above all). While Redis is out of reach nothing is
counted; the rate limits and bcrypt's cost still hold.
"""

import hashlib
from dataclasses import dataclass
from ipaddress import ip_network

from api.identity.model import User
from api.kit.redis import Redis, RedisError
from api.kit.work import Work
from api.live import REDIS
from api.settings import SETTINGS

LONGEST_S = 86_400

_TRY = """
local now = tonumber(redis.call('TIME')[1])
if tonumber(redis.call('HGET', KEYS[1], 'until') or 0) > now then
  return {0, 0}
end
local tries, lock_s = tonumber(ARGV[1]), tonumber(ARGV[2])
local begun = 0
if redis.call('HINCRBY', KEYS[1], 'tries', 1) >= tries then
  local locks = redis.call('HINCRBY', KEYS[1], 'locks', 1)
  begun = math.min(lock_s * 2 ^ (locks - 1), tonumber(ARGV[3]))
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + begun), 'tries', 0)
end
local remembered = lock_s
if redis.call('HEXISTS', KEYS[1], 'locks') == 1 then
  remembered = begun + tonumber(ARGV[3])
end
redis.call('EXPIRE', KEYS[1], string.format('%.0f', remembered))
return {1, string.format('%.0f', begun)}
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to sign in: whether it counts, and how long the lock is that begins if it fails."""

    key: str
    allowed: bool
    lock_s: int = 0


async def attempt(work: Work, user: User | None, login: str) -> Attempt:
    """Count a try before the password is looked at: parallel guesses are counted one by one."""
    account = login if user is None else f"{user.id} {user.version} {user.password_hash}"
    key = f"lock:{_digest(f'{account} {_network(work.actor.address)}')}"
    settings = work[SETTINGS]
    arguments = [settings.lock_after, settings.lock_s, LONGEST_S]
    redis: Redis = work[REDIS]
    try:
        allowed, lock_s = await redis.register_script(_TRY)(keys=[key], args=arguments)
    except RedisError:
        return Attempt(key, allowed=True)
    return Attempt(key, bool(allowed), int(lock_s))


async def succeeded(work: Work, tried: Attempt) -> None:
    """Forget the failures before a try that succeeded."""
    try:
        await work[REDIS].delete(tried.key)
    except RedisError:
        return


def failed(work: Work, tried: Attempt, user: User | None, login: str) -> None:
    """Note in the audit trail that a lock begins; for unknown accounts under a digest."""
    if tried.lock_s:
        entity, entity_id = ("login", _digest(login)) if user is None else ("user", user.id)
        work.record("login.lock", entity, entity_id, new={"seconds": tried.lock_s})


def _network(address: str | None) -> str:
    if address is None:
        return "none"
    try:
        return str(ip_network(f"{address}/{64 if ':' in address else 24}", strict=False))
    except ValueError:
        return address


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
