"""Tables and rows of identity: people, their sessions, the one-time codes they were sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT, INET

from api.integrations.social import Provider
from api.kit.actor import Role
from api.kit.ids import CompanyId, SessionId, UserId, ZoneId
from api.kit.tables import identity, metadata, moment, stamps, word


class CodePurpose(StrEnum):
    """What a one-time code opens."""

    REGISTRATION = "registration"
    LOGIN = "login"
    LOGIN_LINK = "login_link"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # what a code is for
    CHANGE_CONTACT = "change_contact"


WRITTEN = (
    "first_name || ' ' || last_name || ' ' || coalesce(phone, '') || ' ' "
    "|| coalesce(email::text, '')"
)
"""Everything by which staff look for a person, as one text; `ix_users_search` holds its trigrams.

Alembic cannot compare such an index: migration 0021 makes it, `migrations/env.py` leaves it out.
"""


class CustomerKind(StrEnum):
    """Who a customer is: a person, or a shop that orders within its own zone only."""

    INDIVIDUAL = "individual"
    SHOP = "shop"


users = Table(
    "users",
    metadata,
    identity(),
    word("role", Role),
    word("customer_kind", CustomerKind, nullable=True),
    Column("email", CITEXT),
    Column("phone", String),
    Column("password_hash", String),
    Column("first_name", String(100), nullable=False),
    Column("last_name", String(100), nullable=False),
    Column("date_of_birth", Date),
    Column("iin_sealed", LargeBinary),
    Column("iin_hash", LargeBinary),
    Column("locale", String, nullable=False),
    Column(
        "avatar_file_id",
        Uuid,
        ForeignKey("files.id", name="fk_users_avatar_file_id", use_alter=True),
    ),
    Column("company_id", Uuid, ForeignKey("companies.id")),
    Column("zone_ids", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("permissions", ARRAY(String), nullable=False, server_default="{}"),
    Column("is_active", Boolean, nullable=False),
    Column("blocked_reason", String),
    moment("email_verified_at", nullable=True),
    moment("phone_verified_at", nullable=True),
    moment("last_login_at", nullable=True),
    moment("deleted_at", nullable=True),
    Column("version", Integer, nullable=False, server_default="1"),
    *stamps(),
    Index(
        "uq_users_iin_hash", "iin_hash", unique=True, postgresql_where=text("deleted_at IS NULL")
    ),
    Index("uq_users_email", "email", unique=True, postgresql_where=text("deleted_at IS NULL")),
    Index("uq_users_phone", "phone", unique=True, postgresql_where=text("deleted_at IS NULL")),
    Index("ix_users_company_id", "company_id"),
    Index("ix_users_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
)

sessions = Table(
    "sessions",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    moment("rotated_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    Column("revoked_reason", String),
    Column("device", String),
    Column("ip", INET),
    *stamps(),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_revoked_at", "revoked_at", postgresql_where=text("revoked_at IS NOT NULL")),
    comment="one row per family of refresh tokens (times are real time)",
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id")),
    Column("destination", String, nullable=False),
    word("purpose", CodePurpose),
    Column("code_hash", LargeBinary, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    moment("expires_at"),
    moment("used_at", nullable=True),
    moment("created_at"),
    Index("ix_one_time_codes_destination", "destination", "purpose"),
    comment="only hashes are kept; without a user: nobody has the contact (times are real time)",
)


oauth_identities = Table(
    "oauth_identities",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    word("provider", Provider),
    Column("subject", String(255), nullable=False),
    moment("created_at"),
    Index("uq_oauth_identities_subject", "provider", "subject", unique=True),
    Index("ix_oauth_identities_user_id", "user_id"),
    comment="whom somebody is at a sign-in service",
)

used_tokens = Table(
    "used_tokens",
    metadata,
    Column("token_hash", LargeBinary, nullable=False),
    moment("expires_at"),
    PrimaryKeyConstraint("token_hash"),
    comment="tokens of sign-in services that have opened a session (times are real time)",
)


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: UserId
    role: Role
    customer_kind: CustomerKind | None
    email: str | None
    phone: str | None
    password_hash: str | None
    first_name: str
    last_name: str
    locale: str
    company_id: CompanyId | None
    zone_ids: list[ZoneId]
    permissions: list[str]
    is_active: bool
    email_verified_at: datetime | None
    phone_verified_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def is_verified(self) -> bool:
        """Tell whether the person has shown to own the phone or the e-mail address."""
        return self.phone_verified_at is not None or self.email_verified_at is not None


@dataclass(frozen=True, slots=True)
class Session:
    """A family of refresh tokens: one device that signed in."""

    id: SessionId
    user_id: UserId
    generation: int
    token_hash: bytes
    rotated_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_reason: str | None
    device: str | None
    ip: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class OauthIdentity:
    """Whom somebody is at a sign-in service."""

    id: UUID
    user_id: UserId
    provider: Provider
    subject: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code sent to a contact or handed over as a link; five tries, one use.

    A code without a user was asked for with a contact that nobody has: it opens nothing.
    """

    id: UUID
    user_id: UserId | None
    destination: str
    purpose: CodePurpose
    code_hash: bytes
    attempts: int
    expires_at: datetime
    used_at: datetime | None
    created_at: datetime
