"""The table and rows of API keys: credentials of programs, each on behalf of a service account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from api.kit.ids import ApiKeyId, CompanyId, UserId, ZoneId
from api.kit.tables import identity, metadata, moment

api_keys = Table(
    "api_keys",
    metadata,
    identity(),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("scopes", ARRAY(String), nullable=False),
    Column("rate_per_min", Integer, nullable=False),
    moment("expires_at", nullable=True),
    moment("last_used_at", nullable=True),
    moment("revoked_at", nullable=True),
    Column("is_test", Boolean, nullable=False),
    Column("created_by_user_id", Uuid, ForeignKey("users.id")),
    moment("created_at"),
    Index("ix_api_keys_user_id", "user_id"),
    Index("ix_api_keys_created_by_user_id", "created_by_user_id"),
    comment="`user_id` is the service account; only hashes are kept (times are real time)",
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept."""

    id: ApiKeyId
    user_id: UserId
    name: str
    key_hash: bytes
    scopes: list[str]
    rate_per_min: int
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_test: bool
    created_by_user_id: UserId | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that works, with what its service account is kept to."""

    id: ApiKeyId
    user_id: UserId
    key_hash: bytes
    scopes: list[str]
    rate_per_min: int
    expires_at: datetime | None
    is_test: bool
    company_id: CompanyId | None
    zone_ids: list[ZoneId]


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as super admins see it."""

    id: ApiKeyId
    user_id: UserId
    name: str
    scopes: list[str]
    rate_per_min: int
    company_id: CompanyId | None
    zone_ids: list[ZoneId]
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_test: bool
    created_by_user_id: UserId | None
    created_at: datetime
