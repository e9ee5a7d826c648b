"""Tables and rows of orders: what was ordered, from where to where, and each change of status."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from api.kit.ids import CompanyId, OrderId, SlotId, UserId, ZoneId
from api.kit.tables import identity, metadata, moment, point, stamps, word
from api.orders.lifecycle import OrderStatus
from geo.point import Point


class OrderKind(StrEnum):
    """What the order holds."""

    SALE = "sale"
    RENTAL = "rental"
    MIXED = "mixed"


class DeliveryMethod(StrEnum):
    """How the goods reach the customer."""

    DELIVERY = "delivery"
    PICKUP = "pickup"


class PaymentMethod(StrEnum):
    """How the order is paid; neither needs a gateway."""

    CASH = "cash"
    INVOICE = "invoice"


class PaymentStatus(StrEnum):
    """Whether the order is paid."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


order_numbers = Sequence("order_numbers", metadata=metadata, start=100_001)

orders = Table(
    "orders",
    metadata,
    identity(),
    Column("order_number", String, nullable=False, unique=True),
    Column("checkout_id", Uuid, nullable=False),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("company_id", Uuid, ForeignKey("companies.id")),
    word("kind", OrderKind),
    word("status", OrderStatus),
    word("delivery_method", DeliveryMethod),
    Column("zone_id", Uuid, ForeignKey("zones.id"), nullable=False),
    Column("slot_id", Uuid, ForeignKey("delivery_slots.id")),
    Column("pickup_snapshot", JSONB, nullable=False),
    point("pickup_location"),
    Column("delivery_snapshot", JSONB, nullable=False),
    point("delivery_location"),
    Column("currency", String(3), nullable=False),
    Column("sub_total_minor", BigInteger, nullable=False),
    Column("discount_minor", BigInteger, nullable=False),
    Column("delivery_fee_minor", BigInteger, nullable=False),
    Column("tax_minor", BigInteger, nullable=False),
    Column("deposit_minor", BigInteger, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    word("payment_status", PaymentStatus),
    word("payment_method", PaymentMethod),
    Column("external_reference", String(100)),
    Column("notes", String),
    Column("is_gift", Boolean, nullable=False),
    Column("gift_message", String),
    Column("recipient_name", String),
    Column("recipient_phone", String),
    Column("hide_price", Boolean, nullable=False),
    moment("ready_at"),
    moment("not_before", nullable=True),
    moment("promised_from"),
    moment("promised_until"),
    Column("cancel_reason", String),
    moment("cancelled_at", nullable=True),
    Column("version", Integer, nullable=False),
    *stamps(),
    CheckConstraint(
        "total_minor = sub_total_minor - discount_minor + delivery_fee_minor + tax_minor",
        name="total",
    ),
    CheckConstraint("promised_from <= promised_until", name="promise"),
    Index("ix_orders_user_id", "user_id", "id"),
    Index("ix_orders_company_id", "company_id", "id"),
    Index("ix_orders_status", "status", "id"),
    Index(
        "uq_orders_company_id_external_reference",
        "company_id",
        "external_reference",
        unique=True,
        postgresql_where=text("external_reference IS NOT NULL AND company_id IS NOT NULL"),
    ),
    Index(
        "uq_orders_user_id_external_reference",
        "user_id",
        "external_reference",
        unique=True,
        postgresql_where=text("external_reference IS NOT NULL AND company_id IS NULL"),
    ),
    Index(
        "ix_orders_user_id_open",
        "user_id",
        postgresql_where=text(
            "status IN ('pending', 'confirmed', 'preparing', 'ready_for_delivery', 'in_delivery')"
        ),
    ),
)

order_items = Table(
    "order_items",
    metadata,
    identity(),
    Column("order_id", Uuid, ForeignKey("orders.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("title", String(200), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("weight_grams", Integer, nullable=False),
    Column("volume_cm3", Integer, nullable=False),
    Index("ix_order_items_order_id", "order_id"),
    comment="weight and volume are per piece",
)

order_status_history = Table(
    "order_status_history",
    metadata,
    identity(),
    Column("order_id", Uuid, ForeignKey("orders.id"), nullable=False),
    Column("old_status", String),
    Column("new_status", String, nullable=False),
    Column("comment", String),
    Column("changed_by_user_id", Uuid, ForeignKey("users.id")),
    moment("created_at"),
    Index("ix_order_status_history_order_id", "order_id", "id"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """An order; snapshots keep the addresses as they were given."""

    id: OrderId
    order_number: str
    checkout_id: UUID
    user_id: UserId
    company_id: CompanyId | None
    kind: OrderKind
    status: OrderStatus
    delivery_method: DeliveryMethod
    zone_id: ZoneId
    slot_id: SlotId | None
    pickup_snapshot: dict[str, Any]
    pickup_location: Point
    delivery_snapshot: dict[str, Any]
    delivery_location: Point
    currency: str
    sub_total_minor: int
    discount_minor: int
    delivery_fee_minor: int
    tax_minor: int
    deposit_minor: int
    total_minor: int
    payment_status: PaymentStatus
    payment_method: PaymentMethod
    external_reference: str | None
    notes: str | None
    is_gift: bool
    gift_message: str | None
    recipient_name: str | None
    recipient_phone: str | None
    hide_price: bool
    ready_at: datetime
    not_before: datetime | None
    promised_from: datetime
    promised_until: datetime
    cancel_reason: str | None
    cancelled_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OrderItem:
    """A line of an order."""

    id: UUID
    order_id: OrderId
    place: int
    title: str
    quantity: int
    weight_grams: int
    volume_cm3: int


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One line of an order's history."""

    id: UUID
    order_id: OrderId
    old_status: OrderStatus | None
    new_status: OrderStatus
    comment: str | None
    changed_by_user_id: UserId | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """How much an order loads onto a courier."""

    items: int
    weight_grams: int
    volume_cm3: int
