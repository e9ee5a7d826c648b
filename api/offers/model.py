"""Table and row of offers: proposals to couriers, each with the card that explains it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from api.kit.ids import CourierId, DeliveryId, OfferId
from api.kit.tables import identity, metadata, moment, stamps, word
from api.offers.lifecycle import OfferSource, OfferStatus

delivery_offers = Table(
    "delivery_offers",
    metadata,
    identity(),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    Column("courier_id", Uuid, ForeignKey("couriers.id"), nullable=False),
    Column("generation", Integer, nullable=False),
    word("status", OfferStatus),
    word("source", OfferSource),
    Column("score", BigInteger, nullable=False),
    Column("distance_m", Integer, nullable=False),
    Column("duration_s", Integer, nullable=False),
    Column("plan", JSONB, nullable=False),
    Column("card", JSONB, nullable=False),
    Column("reject_reason", String),
    moment("offered_at"),
    moment("expires_at"),
    moment("answered_at", nullable=True),
    *stamps(),
    Index(
        "uq_delivery_offers_delivery_id_live",
        "delivery_id",
        unique=True,
        postgresql_where=text("status = 'offered'"),
    ),
    Index(
        "uq_delivery_offers_courier_id_live",
        "courier_id",
        unique=True,
        postgresql_where=text("status = 'offered'"),
    ),
    Index(
        "uq_delivery_offers_delivery_id_generation_won",
        "delivery_id",
        "generation",
        unique=True,
        postgresql_where=text("status = 'accepted'"),
    ),
    Index("ix_delivery_offers_expires_at", "expires_at", postgresql_where=text("status='offered'")),
    Index("ix_delivery_offers_delivery_id_courier_id", "delivery_id", "courier_id"),
    comment="`plan` is the courier's sequence of stops if accepted, `card` why this courier",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal of one delivery to one courier."""

    id: OfferId
    delivery_id: DeliveryId
    courier_id: CourierId
    generation: int
    status: OfferStatus
    source: OfferSource
    score: int
    distance_m: int
    duration_s: int
    plan: list[dict[str, str]]
    card: dict[str, Any]
    reject_reason: str | None
    offered_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    created_at: datetime
    updated_at: datetime
