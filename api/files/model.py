"""The table and rows of files: what lies in the file store, whose it is, who may see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.dialects.postgresql import JSONB

from api.integrations.storage import Driver
from api.kit.ids import FileId, UserId
from api.kit.tables import identity, metadata, moment, word


class Visibility(StrEnum):
    """Who may read a file: whoever knows its address, or its owner and holders of a link."""

    PUBLIC = "public"
    PRIVATE = "private"


files = Table(
    "files",
    metadata,
    identity(),
    Column("owner_id", Uuid, ForeignKey("users.id")),
    word("driver", Driver),
    Column("key", String, nullable=False, unique=True),
    Column("name", String(100)),
    Column("content_type", String, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("variants", JSONB, nullable=False),
    word("visibility", Visibility),
    moment("deleted_at", nullable=True),
    moment("created_at"),
    Index("ix_files_owner_id", "owner_id"),
    Index("ix_files_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    comment="a row counts as deleted until its bytes are in the store (times are real time)",
)


@dataclass(frozen=True, slots=True)
class File:
    """A file; each of its `variants` has a name, a width, a height and a size in bytes."""

    id: FileId
    owner_id: UserId | None
    driver: Driver
    key: str
    name: str | None
    content_type: str
    size_bytes: int
    sha256: bytes
    width: int | None
    height: int | None
    variants: list[dict[str, Any]]
    visibility: Visibility
    deleted_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a deleted file: its row, and where its objects lie."""

    id: FileId
    driver: Driver
    key: str
    variants: list[dict[str, Any]]

    @property
    def objects(self) -> list[str]:
        """Return the key of every object."""
        return [object_key(self.key, name) for name in ("", *(v["name"] for v in self.variants))]


ORIGINAL = "original"


def object_key(key: str, variant: str) -> str:
    """Return under which key of the store a variant lies; the file itself without a name."""
    return f"{key}/{variant or ORIGINAL}"
