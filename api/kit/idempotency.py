"""Idempotency keys, claimed in the transaction of the effect: a retry gets the first answer.

Scope is the caller, the method and the route. A failed request leaves nothing behind: its retry is
a first try. draft-ietf-httpapi-idempotency-key-header-07.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
)

from api.kit.clock import real_now
from api.kit.db import Connection, UniqueViolation
from api.kit.errors import BadRequest, IdempotencyInFlight, IdempotencyMismatch
from api.kit.statement import Command, Query, columns, inserting, selecting
from api.kit.tables import metadata, moment

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", String, nullable=False),
    Column("key", String, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    moment("created_at"),
    PrimaryKeyConstraint("scope", "key"),
    Index("ix_idempotency_keys_created_at", "created_at"),
    comment="answers kept for retries (times are real time)",
)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer that the first request with a key got."""

    scope: str
    key: str
    fingerprint: bytes
    status: int
    body: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A key of one caller for one route, with the fingerprint of the request."""

    scope: str
    key: str
    fingerprint: bytes


_LOCK = Query(
    bool, "SELECT pg_try_advisory_xact_lock(hashtextextended(:scope::text || ' ' || :key::text, 7))"
)
_FIND = Query(
    KeptAnswer,
    selecting(KeptAnswer, idempotency_keys).where(
        idempotency_keys.c.scope == bindparam("scope"), idempotency_keys.c.key == bindparam("key")
    ),
)
_KEEP = inserting(KeptAnswer, idempotency_keys)
_FORGET = Command("DELETE FROM idempotency_keys WHERE created_at < :before")
_FORGET_CALLER = Command("DELETE FROM idempotency_keys WHERE starts_with(scope, :caller || ' ')")


def claim_of(header: str, *, caller: str, route: str, fingerprint: bytes) -> Claim:
    """Return the claim that a request makes; raise `BadRequest` for a key we cannot keep."""
    if not 1 <= len(header) <= 255 or not header.isascii() or not header.isprintable():
        message = f"{HEADER} must be 1 to 255 printable ASCII characters, for example a UUID"
        raise BadRequest(message)
    return Claim(f"{caller} {route}", header, fingerprint)


async def take(db: Connection, claim: Claim) -> KeptAnswer | None:
    """Hold the key until the transaction ends; return the first answer if there was one.

    Raises `IdempotencyInFlight` at once when a twin holds it, `IdempotencyMismatch` when the key
    belongs to another body.
    """
    if not await _LOCK.value(db, scope=claim.scope, key=claim.key):
        raise IdempotencyInFlight(headers={"Retry-After": "1"})
    kept = await _FIND.one(db, scope=claim.scope, key=claim.key)
    if kept is not None and kept.fingerprint != claim.fingerprint:
        raise IdempotencyMismatch
    return kept


async def keep(db: Connection, claim: Claim, status: int, body: bytes) -> None:
    """Save the answer in the transaction of the effect.

    Raises `IdempotencyInFlight` where a twin was faster: an act that lets its connection go for a
    while (an upload) does not hold the key all the time.
    """
    answer = KeptAnswer(claim.scope, claim.key, claim.fingerprint, status, body, real_now())
    try:
        await _KEEP.run(db, **columns(answer))
    except UniqueViolation as error:
        raise IdempotencyInFlight(headers={"Retry-After": "1"}) from error


async def forget(db: Connection, before: datetime) -> int:
    """Delete answers kept before `before`; return how many."""
    return await _FORGET.run(db, before=before)


async def forget_caller(db: Connection, caller: str) -> None:
    """Delete all answers kept for `caller`: they repeat what the caller sent."""
    await _FORGET_CALLER.run(db, caller=caller)
