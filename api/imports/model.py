"""The table and rows of imports: files whose rows become things of ours, all or none of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from api.kit.ids import CompanyId, FileId, ImportId, UserId, ZoneId
from api.kit.tables import identity, metadata, moment, word


class ImportKind(StrEnum):
    """What the rows of a file become."""

    ORDERS = "orders"


class JobStatus(StrEnum):
    """How far work in the background has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


import_jobs = Table(
    "import_jobs",
    metadata,
    identity(),
    word("kind", ImportKind),
    word("status", JobStatus),
    Column("file_id", Uuid, ForeignKey("files.id", ondelete="SET NULL")),
    Column("file_name", String(100)),
    Column("user_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("company_id", Uuid, ForeignKey("companies.id")),
    Column("scope", ARRAY(Uuid)),
    Column("dry_run", Boolean, nullable=False),
    Column("total", Integer, nullable=False),
    Column("checked", Integer, nullable=False),
    Column("ok", Integer, nullable=False),
    Column("existing", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("errors", JSONB, nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("created_at"),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    Index("ix_import_jobs_user_id", "user_id"),
    Index("ix_import_jobs_open", "id", postgresql_where=text("status IN ('queued', 'running')")),
    Index("ix_import_jobs_file_id", "file_id"),
    comment="`scope`: the zones that the sender is kept to, null for all; `attempts` that broke",
)


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import; `errors` has row, column, code, message and remedy of each mistake, not all."""

    id: ImportId
    kind: ImportKind
    status: JobStatus
    file_id: FileId | None
    file_name: str | None
    user_id: UserId
    company_id: CompanyId | None
    scope: list[ZoneId] | None
    dry_run: bool
    total: int
    checked: int
    ok: int
    existing: int
    failed: int
    errors: list[dict[str, Any]]
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
