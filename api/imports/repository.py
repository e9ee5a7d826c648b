"""Every statement about imports."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam

from api.imports.model import ImportJob, import_jobs
from api.kit.db import Connection
from api.kit.ids import ImportId
from api.kit.statement import Command, Query, columns, inserting, saving, selecting
from api.kit.work import Work

_GET = Query(
    ImportJob, selecting(ImportJob, import_jobs).where(import_jobs.c.id == bindparam("id"))
)
_ADD = inserting(ImportJob, import_jobs)
_OLDEST = Query(
    ImportId,
    "SELECT id FROM import_jobs WHERE status IN ('queued', 'running') ORDER BY id LIMIT 1",
)
_KEEP_OUT = Query(bool, "SELECT pg_try_advisory_xact_lock('import_jobs'::regclass::oid::bigint)")
_OPEN = Query(
    ImportJob,
    "SELECT * FROM import_jobs WHERE status IN ('queued', 'running') AND id = :id",
)
_BEGIN = Command(
    """
    UPDATE import_jobs SET status = 'running', checked = 0, ok = 0, existing = 0, failed = 0,
        errors = '[]', started_at = coalesce(started_at, :now)
    WHERE id = :id AND status IN ('queued', 'running')
    """
)
_TELL = Command(
    """
    UPDATE import_jobs SET checked = :checked, ok = :ok, existing = :existing, failed = :failed
    WHERE id = :id AND status = 'running'
    """
)
_ENDED = ("status", "checked", "ok", "existing", "failed", "errors", "finished_at")
_END = saving(import_jobs, _ENDED)
_BROKEN = Query(
    int,
    "UPDATE import_jobs SET attempts = attempts + 1 WHERE id = :id RETURNING attempts",
)


@dataclass(slots=True)
class Tally:
    """How far an import has come: rows looked at, right and new, known already, wrong."""

    checked: int = 0
    ok: int = 0
    existing: int = 0
    failed: int = 0


async def get(work: Work, import_id: ImportId) -> ImportJob | None:
    """Return the import with this id."""
    return await _GET.one(work.db, id=import_id)


async def add(work: Work, added: ImportJob) -> None:
    """Save a new import."""
    await _ADD.run(work.db, **columns(added))


async def oldest(db: Connection) -> ImportId | None:
    """Return the import that has waited longest."""
    return await _OLDEST.one(db)


async def claim(work: Work, import_id: ImportId) -> ImportJob | None:
    """Keep every other worker out until this transaction ends; None where one is at it, or was."""
    if not await _KEEP_OUT.value(work.db):
        return None
    return await _OPEN.one(work.db, id=import_id)


async def begin(db: Connection, import_id: ImportId, now: datetime) -> None:
    """Let everybody see that an import runs, from its first row."""
    await _BEGIN.run(db, id=import_id, now=now)


async def tell(db: Connection, import_id: ImportId, tally: Tally) -> None:
    """Let everybody see how far an import has come."""
    await _TELL.run(db, id=import_id, **columns(tally))


async def end(work: Work, ended: ImportJob) -> None:
    """Save how an import ended."""
    await _END.run(work.db, **columns(ended, ("id", *_ENDED)))


async def broken(db: Connection, import_id: ImportId) -> int:
    """Count an attempt that broke off by an error of ours; return how many there were."""
    return await _BROKEN.value(db, id=import_id)
