"""The table and row of content: texts of the apps, one per slug and locale."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Column, Index, Integer, String, Table

from api.kit.tables import identity, metadata, moment, stamps, word


class ContentStatus(StrEnum):
    """Whether people see an entry."""

    DRAFT = "draft"
    PUBLISHED = "published"


content_entries = Table(
    "content_entries",
    metadata,
    identity(),
    Column("slug", String(100), nullable=False),
    Column("locale", String(10), nullable=False),
    Column("title", String(200), nullable=False),
    Column("body", String, nullable=False),
    word("status", ContentStatus),
    moment("published_at", nullable=True),
    Column("version", Integer, nullable=False),
    *stamps(),
    Index("uq_content_entries_slug_locale", "slug", "locale", unique=True),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A text in one language."""

    id: UUID
    slug: str
    locale: str
    title: str
    body: str
    status: ContentStatus
    published_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
