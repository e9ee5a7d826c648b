"""Table and row of tracking links: who holds the link may follow one order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Uuid

from api.kit.ids import OrderId
from api.kit.tables import identity, metadata, moment

tracking_links = Table(
    "tracking_links",
    metadata,
    identity(),
    Column("order_id", Uuid, ForeignKey("orders.id"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    moment("created_at"),
    Index("ix_tracking_links_order_id", "order_id"),
    comment="only the hash of a token is kept",
)


@dataclass(frozen=True, slots=True)
class TrackingLink:
    """A link to follow one order."""

    id: UUID
    order_id: OrderId
    token_hash: bytes
    expires_at: datetime
    revoked_at: datetime | None
    created_at: datetime
