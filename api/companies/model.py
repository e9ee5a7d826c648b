"""Table and row of companies: shops and other vendors whose goods we carry."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, Column, Integer, String, Table, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from api.kit.ids import CompanyId, ZoneId
from api.kit.tables import identity, metadata, moment, stamps

companies = Table(
    "companies",
    metadata,
    identity(),
    Column("name", String(100), nullable=False),
    Column("contact_phone", String),
    Column("contact_email", String),
    Column("zone_ids", ARRAY(Uuid), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    moment("deleted_at", nullable=True),
    *stamps(),
)


@dataclass(frozen=True, slots=True)
class Company:
    """A vendor."""

    id: CompanyId
    name: str
    contact_phone: str | None
    contact_email: str | None
    zone_ids: list[ZoneId]
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime
