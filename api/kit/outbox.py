"""The transactional outbox: events saved in the transaction that made them true.

`jobs/outbox_relay.py` reads them: reactions run once, in the transaction that marks the row
handled; announcements to sockets follow and may repeat.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, String, Table, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from api.kit.clock import real_now
from api.kit.db import Connection
from api.kit.events import Event, encode
from api.kit.ids import new_id
from api.kit.statement import Command, Query
from api.kit.tables import metadata, moment

CHANNEL = "outbox"
"""The channel on which a commit wakes the relay."""

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("lane", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("key", String, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("request_id", String, nullable=False),
    moment("created_at"),
    moment("handled_at", nullable=True),
    moment("published_at", nullable=True),
    moment("parked_at", nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("next_try_at"),
    Column("last_error", String),
    Index("ix_outbox_waiting", "lane", "seq", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_published_at", "published_at"),
    comment="events, saved with the data that made them true (times are real time)",
)


class Hopeless(Exception):  # it names a fact, as our other errors do
    """Waiting does not help: the event is parked at once for a person to look at."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An event waiting to be handled or announced."""

    seq: int
    id: UUID
    topic: str
    key: str
    payload: dict[str, Any]
    request_id: str
    handled_at: datetime | None
    attempts: int


_APPEND = Command(
    """
    WITH saved AS (
        INSERT INTO outbox
            (id, lane, topic, key, payload, request_id, created_at, next_try_at)
        SELECT id, lane, topic, key, payload, :request_id, :now, :now
        FROM unnest(:ids::uuid[], :lanes::text[], :topics::text[], :keys::text[],
                    :payloads::jsonb[])
             WITH ORDINALITY AS e(id, lane, topic, key, payload, place)
        ORDER BY place
    )
    SELECT pg_notify('outbox', '')
    """
)

_SELECT = """
    SELECT seq, id, topic, key, payload, request_id, handled_at, attempts FROM outbox AS o
    WHERE lane = :lane AND published_at IS NULL AND parked_at IS NULL AND next_try_at <= :now
"""
_TO_HANDLE = Query(
    OutboxRow,
    _SELECT
    + """
      AND handled_at IS NULL
      AND NOT EXISTS (
          SELECT FROM outbox AS earlier
          WHERE earlier.lane = o.lane AND earlier.key = o.key AND earlier.seq < o.seq
            AND earlier.published_at IS NULL AND earlier.handled_at IS NULL
            AND earlier.parked_at IS NULL AND earlier.next_try_at > :now)
    ORDER BY seq LIMIT :at_most
    """,
)
_TO_TELL = Query(OutboxRow, _SELECT + "AND handled_at IS NOT NULL ORDER BY seq LIMIT :at_most")
_IS_UNTOLD = Query(
    bool,
    """
    SELECT EXISTS (SELECT FROM outbox
                   WHERE lane = :lane AND published_at IS NULL AND parked_at IS NULL
                     AND topic = ANY(:topics) AND created_at < :before)
    """,
)
_IS_HANDLED = Query(bool, "SELECT handled_at IS NOT NULL FROM outbox WHERE seq = :seq")
_KEEP_OUT = Query(
    bool,
    "SELECT pg_try_advisory_lock('outbox'::regclass::oid::int, (:seq::bigint % 2147483647)::int)",
)
_LET_IN = Command(
    "SELECT pg_advisory_unlock('outbox'::regclass::oid::int, (:seq::bigint % 2147483647)::int)"
)

_CLAIM = Query(
    int,
    """
    SELECT seq FROM outbox
    WHERE seq = :seq AND handled_at IS NULL
    FOR UPDATE SKIP LOCKED
    """,
)

_HANDLED = Command("UPDATE outbox SET handled_at = :now WHERE seq = :seq")
_MARK_UNCLAIMED = Query(
    int,
    """
    WITH ours AS (
        SELECT seq FROM outbox
        WHERE seq = ANY(:seqs) AND handled_at IS NULL
        FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox AS o SET handled_at = :now FROM ours
    WHERE o.seq = ours.seq
      AND NOT EXISTS (
          SELECT FROM outbox AS earlier
          WHERE earlier.seq = ANY(:seqs) AND earlier.key = o.key AND earlier.seq < o.seq
            AND earlier.handled_at IS NULL AND earlier.seq NOT IN (SELECT seq FROM ours))
    RETURNING o.seq
    """,
)
_PUBLISHED = Command("UPDATE outbox SET published_at = :now WHERE seq = ANY(:seqs)")
_FAILED = Command(
    """
    UPDATE outbox
    SET attempts = attempts + 1, last_error = :error, next_try_at = :next_try_at,
        parked_at = CASE WHEN attempts + 1 >= :park_after THEN :now::timestamptz END
    WHERE seq = :seq
    """
)
_FORGET = Command("DELETE FROM outbox WHERE published_at < :before")


async def append(db: Connection, events: Sequence[Event], request_id: str) -> None:
    """Save `events` in this transaction and wake the relay when it commits."""
    await _APPEND.run(
        db,
        ids=[new_id() for _ in events],
        lanes=[event.lane for event in events],
        topics=[event.topic for event in events],
        keys=[event.key for event in events],
        payloads=[encode(event) for event in events],
        request_id=request_id,
        now=real_now(),
    )


async def to_handle(db: Connection, lane: str, at_most: int) -> list[OutboxRow]:
    """Return rows of a lane to handle, oldest first; none that stands behind a failing one."""
    return await _TO_HANDLE.all(db, lane=lane, now=real_now(), at_most=at_most)


async def to_tell(db: Connection, lane: str, at_most: int) -> list[OutboxRow]:
    """Return handled rows of a lane to announce, oldest first."""
    return await _TO_TELL.all(db, lane=lane, now=real_now(), at_most=at_most)


async def is_untold(
    db: Connection, lane: str, topics: Sequence[str], for_at_least: timedelta
) -> bool:
    """Tell whether an event of these topics has waited for so long to be announced."""
    before = real_now() - for_at_least
    return await _IS_UNTOLD.value(db, lane=lane, topics=list(topics), before=before)


async def is_handled(db: Connection, seq: int) -> bool:
    """Tell whether the reactions to a row ran."""
    return bool(await _IS_HANDLED.one(db, seq=seq))


@asynccontextmanager
async def kept_out(db: Connection, seq: int) -> AsyncIterator[bool]:
    """Keep every other relay out of a row; yield False where another one keeps us out."""
    ours = await _KEEP_OUT.value(db, seq=seq)
    try:
        yield ours
    finally:
        if ours:
            await _LET_IN.run(db, seq=seq)


async def claim(db: Connection, seq: int) -> bool:
    """Lock an unhandled row for this transaction; False where it is handled or being handled."""
    return await _CLAIM.one(db, seq=seq) is not None


async def mark_handled(db: Connection, seq: int) -> None:
    """Note, in the transaction of the reactions, that they ran."""
    await _HANDLED.run(db, seq=seq, now=real_now())


async def mark_unclaimed(db: Connection, seqs: Sequence[int]) -> list[int]:
    """Note of rows without reactions that they are handled; return which of them this call marked.

    Those that another relay has in hand are left out, and what stands behind them: nobody waits,
    and nothing is overtaken.
    """
    return await _MARK_UNCLAIMED.all(db, seqs=list(seqs), now=real_now())


async def mark_published(db: Connection, seqs: Sequence[int]) -> None:
    """Note that the announcements went out."""
    await _PUBLISHED.run(db, seqs=list(seqs), now=real_now())


async def mark_failed(
    db: Connection, seq: int, error: str, next_try_at: datetime, park_after: int
) -> None:
    """Note a failure; after `park_after` of them the row is parked for a person to look at."""
    await _FAILED.run(
        db,
        seq=seq,
        error=error[:500],
        next_try_at=next_try_at,
        park_after=park_after,
        now=real_now(),
    )


async def forget_published(db: Connection, before: datetime) -> int:
    """Delete rows announced before `before`; return how many."""
    return await _FORGET.run(db, before=before)
