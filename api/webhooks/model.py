"""The tables and rows of webhooks: where services are told of events, and of which they were.

All times are real time: other people's servers know nothing of our business clock.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from api.kit.ids import CompanyId, UserId, WebhookId, ZoneId
from api.kit.tables import identity, metadata, moment, stamps, word


class MessageStatus(StrEnum):
    """Whether a message has arrived; one that is given up can be sent again by hand."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


webhooks = Table(
    "webhooks",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("events", ARRAY(String), nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("former_secret_sealed", LargeBinary),
    moment("former_until", nullable=True),
    Column("is_active", Boolean, nullable=False),
    Column("off_reason", String),
    moment("failing_since", nullable=True),
    Column("version", Integer, nullable=False),
    Column("created_by_user_id", Uuid, ForeignKey("users.id")),
    *stamps(),
    moment("deleted_at", nullable=True),
    Index("ix_webhooks_user_id", "user_id"),
    Index("ix_webhooks_created_by_user_id", "created_by_user_id"),
    comment="`user_id` is the service account whose events these are (times are real time)",
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    identity(),
    Column("webhook_id", Uuid, ForeignKey("webhooks.id"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("event_seq", BigInteger, nullable=False),
    Column("topic", String, nullable=False),
    Column("body", String, nullable=False),
    word("status", MessageStatus),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tries_left", Integer, nullable=False),
    moment("next_at"),
    moment("leased_until", nullable=True),
    moment("tried_at", nullable=True),
    Column("answer_status", Integer),
    Column("last_error", String),
    moment("created_at"),
    Index(
        "ix_webhook_messages_waiting",
        "webhook_id",
        "next_at",
        postgresql_where=text("status = 'waiting'"),
    ),
    Index("ix_webhook_messages_webhook_id_id", "webhook_id", "id"),
    Index("ix_webhook_messages_created_at", "created_at"),
    comment="`attempts` only grows: who sent an earlier one cannot write over a later one's end",
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as it is kept."""

    id: WebhookId
    user_id: UserId
    name: str
    url: str
    events: list[str]
    secret_sealed: bytes
    former_secret_sealed: bytes | None
    former_until: datetime | None
    is_active: bool
    off_reason: str | None
    failing_since: datetime | None
    version: int
    created_by_user_id: UserId | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """What a webhook is told of one event, and how far that got."""

    id: UUID
    webhook_id: WebhookId
    event_id: UUID
    event_seq: int
    topic: str
    body: str
    status: MessageStatus
    attempts: int
    tries_left: int
    next_at: datetime
    leased_until: datetime | None
    tried_at: datetime | None
    answer_status: int | None
    last_error: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Taker:
    """A webhook that wants an event, with what its service may see by its working keys."""

    id: WebhookId
    user_id: UserId
    company_id: CompanyId | None
    zone_ids: list[ZoneId]
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class Due:
    """A webhook that has messages to send now."""

    id: WebhookId
    url: str
    secret_sealed: bytes
    former_secret_sealed: bytes | None
    former_until: datetime | None
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until its lease ends."""

    id: UUID
    webhook_id: WebhookId
    body: str
    attempts: int
    tries_left: int
