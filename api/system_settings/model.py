"""The table and row of settings changed while the programs run."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from api.kit.ids import UserId
from api.kit.tables import metadata, moment

system_settings = Table(
    "system_settings",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("value", JSONB(none_as_null=True)),
    Column("version", Integer, nullable=False),
    moment("updated_at"),
    Column("updated_by_user_id", Uuid, ForeignKey("users.id")),
    comment="without a value the environment's holds; what was before stands in audit_logs",
)


@dataclass(frozen=True, slots=True)
class KeptSetting:
    """A setting that was changed at least once; its value is null where it was taken back."""

    key: str
    value: float | None
    version: int
    updated_at: datetime
    updated_by_user_id: UserId | None
