"""Every statement about files."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam

from api.files.model import File, Remains, files
from api.kit.db import Connection
from api.kit.ids import FileId, UserId
from api.kit.statement import Command, Query, columns, inserting, selecting
from api.kit.work import Work

_ONE = Query(
    File,
    selecting(File, files).where(files.c.id == bindparam("id"), files.c.deleted_at.is_(None)),
)
_ADD = inserting(File, files)
_CONFIRM = Command("UPDATE files SET deleted_at = NULL WHERE id = :id")
_TAKE_DOWN = Command(
    "UPDATE users SET avatar_file_id = NULL WHERE id = :owner_id AND avatar_file_id = :id"
)
_DELETE = Command("UPDATE files SET deleted_at = :now WHERE id = :id AND deleted_at IS NULL")
_TAKEN = Query(
    int,
    """
    SELECT coalesce(sum(size_bytes), 0)::bigint FROM files
    WHERE owner_id = :owner_id AND deleted_at IS NULL
    """,
)
_REMAINS = Query(
    Remains,
    """
    SELECT id, driver, key, variants FROM files WHERE deleted_at < :before AND driver = :driver
    ORDER BY deleted_at LIMIT 100
    """,
)
_FORGET = Command("DELETE FROM files WHERE id = ANY(:ids) AND deleted_at IS NOT NULL")


async def file(work: Work, file_id: FileId) -> File | None:
    """Return a file that is there."""
    return await _ONE.one(work.db, id=file_id)


async def add(work: Work, added: File) -> None:
    """Save a new file."""
    await _ADD.run(work.db, **columns(added))


async def confirm(work: Work, file_id: FileId) -> bool:
    """Note that the bytes of a file are in the store; False where its row is gone."""
    return await _CONFIRM.run(work.db, id=file_id) > 0


async def delete(work: Work, deleted: File, now: datetime) -> bool:
    """Mark a file as deleted, nobody's avatar any more; False where it was already."""
    await _TAKE_DOWN.run(work.db, owner_id=deleted.owner_id, id=deleted.id)
    return await _DELETE.run(work.db, id=deleted.id, now=now) > 0


async def taken_bytes(work: Work, owner_id: UserId) -> int:
    """Return how much the files of a user take."""
    return await _TAKEN.value(work.db, owner_id=owner_id)


async def remains(db: Connection, driver: str, before: datetime) -> list[Remains]:
    """Return some files of a store that were deleted before a time."""
    return await _REMAINS.all(db, driver=driver, before=before)


async def forget(db: Connection, ids: Sequence[FileId]) -> None:
    """Delete rows whose bytes are gone."""
    await _FORGET.run(db, ids=list(ids))
