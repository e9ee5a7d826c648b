"""Leases: who leads a piece of background work, with an epoch that fences off former leaders.

A lease runs on real time. Whoever takes it over gets a higher epoch; a write that must not come
from a leader who was asleep meanwhile checks its epoch in its own transaction.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, Column, String, Table

from api.kit.clock import real_now
from api.kit.db import Connection
from api.kit.statement import Query
from api.kit.tables import metadata, moment

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    moment("until"),
    comment="leaders of background work (times are real time)",
)


class LeaseLost(Exception):
    """Somebody else leads now: stop what you are doing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to lead, as of one epoch."""

    name: str
    holder: str
    epoch: int


_TAKE = Query(
    int,
    """
    INSERT INTO leases AS l (name, holder, epoch, until)
    VALUES (:name, :holder, 1, :until)
    ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, until = excluded.until,
        epoch = CASE WHEN l.holder = excluded.holder THEN l.epoch ELSE l.epoch + 1 END
    WHERE l.holder = excluded.holder OR l.until < :now
    RETURNING epoch
    """,
)
_HOLDS = Query(
    int,
    "SELECT 1 FROM leases WHERE name = :name AND holder = :holder AND epoch = :epoch FOR SHARE",
)


async def take(db: Connection, name: str, holder: str, life: timedelta) -> Lease | None:
    """Take or renew the lease; None while somebody else holds it."""
    now = real_now()
    epoch = await _TAKE.one(db, name=name, holder=holder, now=now, until=now + life)
    return None if epoch is None else Lease(name, holder, epoch)


async def check(db: Connection, lease: Lease) -> None:
    """Hold the lease still until this transaction ends; raise `LeaseLost` where it has moved on."""
    held = await _HOLDS.one(db, name=lease.name, holder=lease.holder, epoch=lease.epoch)
    if held is None:
        raise LeaseLost(lease.name)
