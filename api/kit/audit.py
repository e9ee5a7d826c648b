"""The audit trail: who changed what, from which values to which, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, String, Table, Uuid
from sqlalchemy.dialects.postgresql import INET, JSONB

from api.kit.actor import Actor
from api.kit.db import Connection
from api.kit.ids import new_id
from api.kit.statement import Command
from api.kit.tables import identity, metadata, moment

MOST_OF_AGENT = 200

audit_logs = Table(
    "audit_logs",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id")),
    Column("action", String, nullable=False),
    Column("entity_type", String, nullable=False),
    Column("entity_id", String, nullable=False),
    Column("old_values", JSONB),
    Column("new_values", JSONB),
    Column("ip_address", INET),
    Column("user_agent", String(MOST_OF_AGENT)),
    moment("created_at"),
    Index("ix_audit_logs_entity", "entity_type", "entity_id"),
    comment="append-only: a trigger refuses UPDATE and DELETE",
)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one thing."""

    action: str
    entity_type: str
    entity_id: str
    old_values: dict[str, Any] | None
    new_values: dict[str, Any] | None


_WRITE = Command(
    """
    INSERT INTO audit_logs (id, user_id, action, entity_type, entity_id, old_values, new_values,
                            ip_address, user_agent, created_at)
    SELECT e.id, :user_id, e.action, e.entity_type, e.entity_id, e.old_values, e.new_values,
           :address::text::inet, :agent, :now
    FROM unnest(:ids::uuid[], :actions::text[], :types::text[], :entity_ids::text[],
                :olds::jsonb[], :news::jsonb[])
         AS e(id, action, entity_type, entity_id, old_values, new_values)
    """
)


async def write(
    db: Connection,
    actor: Actor,
    now: datetime,
    edits: Sequence[Edit],
    user_agent: str | None = None,
) -> None:
    """Append `edits` to the audit trail of this transaction; `user_agent` as the client sent it."""
    await _WRITE.run(
        db,
        user_id=actor.audit_id,
        address=actor.address,
        agent=None if user_agent is None else _plain(user_agent),
        now=now,
        ids=[new_id() for _ in edits],
        actions=[edit.action for edit in edits],
        types=[edit.entity_type for edit in edits],
        entity_ids=[edit.entity_id for edit in edits],
        olds=[edit.old_values for edit in edits],
        news=[edit.new_values for edit in edits],
    )


def _plain(header: str) -> str:
    """Return a header as PostgreSQL takes it: bytes that are no text come as half characters."""
    text = header.encode("utf-8", "replace").decode()
    return text.replace("\x00", "")[:MOST_OF_AGENT]
