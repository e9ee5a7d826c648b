"""Tickets: single-use, short-lived keys to a socket; each names who comes and what they may see.

The API issues a ticket, the realtime program redeems it before it accepts the transport. Only the
hash of a ticket is kept, so that nobody who reads Redis can use one.
"""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from tracking import keys

_ENDED_S = 6 * 3600
"""Longer than any ticket lives, and any access token that could still get one."""


class Kind(StrEnum):
    """As what somebody connects."""

    COURIER = "courier"
    CUSTOMER = "customer"
    VENDOR = "vendor"
    STAFF = "staff"
    ZONE_STAFF = "zone_staff"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who a socket belongs to and which rooms it is in, for as long as it lives.

    `expires_ms` is business time: the end of what a tracking link grants.
    """

    kind: Kind
    role: str
    subject: str
    rooms: tuple[str, ...]
    session_id: str | None = None
    courier_id: UUID | None = None
    expires_ms: int | None = None

    @property
    def source(self) -> str:
        """Return what the grant stands and falls with: the session, or the link."""
        return self.session_id or self.subject


def _dump(grant: Grant) -> bytes:
    return orjson.dumps(grant)


def _load(raw: bytes) -> Grant:
    values: dict[str, Any] = orjson.loads(raw)
    courier_id = values["courier_id"]
    return Grant(
        kind=Kind(values["kind"]),
        role=values["role"],
        subject=values["subject"],
        rooms=tuple(values["rooms"]),
        session_id=values["session_id"],
        courier_id=UUID(courier_id) if courier_id else None,
        expires_ms=values["expires_ms"],
    )


def _key(token: str) -> str:
    return keys.ticket(hashlib.sha256(token.encode()).hexdigest())


def end(pipeline: Pipeline, source: str) -> None:
    """Note that a session or link has ended: tickets that came from it open nothing any more."""
    pipeline.set(keys.ended(source), b"1", ex=_ENDED_S)


async def issue(redis: Redis, grant: Grant, life_s: int) -> str:
    """Keep `grant` for `life_s` real seconds; return the ticket that fetches it once."""
    token = secrets.token_urlsafe(24)
    await redis.set(_key(token), _dump(grant), ex=life_s)
    return token


async def renew(redis: Redis, grant: Grant, life_s: int) -> str | None:
    """Return another ticket for `grant`; None where the session or link behind it has ended."""
    token = secrets.token_urlsafe(24)
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.exists(keys.ended(grant.source))
        pipeline.set(_key(token), _dump(grant), ex=life_s)
        ended, _ = await pipeline.execute()
    return None if ended else token


async def redeem(redis: Redis, token: str) -> Grant | None:
    """Return the grant of a ticket and void the ticket; None for one that does not hold."""
    if not 20 <= len(token) <= 100:
        return None
    raw: Any = await redis.getdel(_key(token))
    return None if raw is None else _load(raw)
