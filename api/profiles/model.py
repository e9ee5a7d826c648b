"""Tables and rows of the person behind an account: profile, addresses, wishes, consents."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Time,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from api.kit.actor import Role
from api.kit.ids import AddressId, FileId, UserId, ZoneId
from api.kit.tables import identity, metadata, moment, point, stamps, word
from geo.point import Point


class ConsentKind(StrEnum):
    """What a person may agree to."""

    TERMS = "terms"
    PRIVACY = "privacy"
    MARKETING = "marketing"
    LOCATION = "location"


class GeocodeStatus(StrEnum):
    """How sure the place of an address is: `ambiguous` ones are to be checked on a map."""

    OK = "ok"
    AMBIGUOUS = "ambiguous"


addresses = Table(
    "addresses",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("city", String(100), nullable=False),
    Column("street", String(200), nullable=False),
    Column("building", String(50), nullable=False),
    Column("apartment", String(50)),
    Column("entrance", String(50)),
    Column("floor", String(50)),
    Column("intercom", String(50)),
    point("location"),
    Column("zone_id", Uuid, ForeignKey("zones.id")),
    Column("h3_cell", BigInteger, nullable=False),
    word("geocode_status", GeocodeStatus),
    Column("is_default", Boolean, nullable=False),
    *stamps(),
    Index("ix_addresses_user_id", "user_id"),
    Index("ix_addresses_zone_id", "zone_id"),
    Index(
        "uq_addresses_user_id_default", "user_id", unique=True, postgresql_where=text("is_default")
    ),
    comment="`zone_id` is the zone that held the place when the address was saved",
)

user_preferences = Table(
    "user_preferences",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("preferences", JSONB, nullable=False),
    moment("updated_at"),
)

notification_settings = Table(
    "notification_settings",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("push_enabled", Boolean, nullable=False),
    Column("sms_enabled", Boolean, nullable=False),
    Column("email_enabled", Boolean, nullable=False),
    Column("promo_enabled", Boolean, nullable=False),
    Column("quiet_from", Time),
    Column("quiet_to", Time),
    moment("updated_at"),
)

consents = Table(
    "consents",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    word("kind", ConsentKind),
    Column("given", Boolean, nullable=False),
    Column("version", String(50), nullable=False),
    moment("given_at"),
    Index("ix_consents_user_id", "user_id", "kind", "id"),
    comment="append-only: the newest row of a kind holds",
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as they see themselves."""

    id: UserId
    role: Role
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    date_of_birth: date | None
    iin_sealed: bytes | None
    iin_hash: bytes | None
    avatar_file_id: FileId | None
    locale: str
    email_verified_at: datetime | None
    phone_verified_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A place a person wants things brought to."""

    id: AddressId
    user_id: UserId
    name: str
    city: str
    street: str
    building: str
    apartment: str | None
    entrance: str | None
    floor: str | None
    intercom: str | None
    location: Point
    zone_id: ZoneId | None
    h3_cell: int
    geocode_status: GeocodeStatus
    is_default: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person likes things done."""

    user_id: UserId
    preferences: dict[str, Any]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """How a person is told."""

    user_id: UserId
    push_enabled: bool
    sms_enabled: bool
    email_enabled: bool
    promo_enabled: bool
    quiet_from: time | None
    quiet_to: time | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """A person agreed, or took it back."""

    id: UUID
    user_id: UserId
    kind: ConsentKind
    given: bool
    version: str
    given_at: datetime
