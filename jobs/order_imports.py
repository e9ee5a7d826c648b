"""Files of orders that wait to be taken in: one at a time, in one transaction each.

How far one has come is told on another connection, so it is seen while the import runs. A worker
that dies in the middle leaves nothing behind but the file: the next one begins anew.
"""

import logging
from typing import BinaryIO

from api.files.model import File, object_key
from api.imports import repository, taking
from api.imports.model import ImportJob
from api.imports.repository import Tally
from api.integrations.storage import STORAGE, ObjectMissing
from api.kit.errors import Unavailable
from api.kit.ids import ImportId
from api.kit.upload import Spool, write
from api.kit.work import Work
from jobs.station import Station

log = logging.getLogger("jobs.imports")

EVERY_S = 1.0
MOST_ATTEMPTS = 5
"""After so many errors of ours an import ends, for a person to look at the log."""
_PART = 1 << 20


async def run_once(station: Station) -> None:
    """Take in every file that waits, the oldest first."""
    while True:
        async with station.database.connection() as db:
            import_id = await repository.oldest(db)
        if import_id is None or not await _run(station, import_id):
            return


async def _run(station: Station, import_id: ImportId) -> bool:
    """Take one file in; False where another worker is at it."""
    try:
        async with station.work() as work:
            job = await repository.claim(work, import_id)
            if job is None:
                return False
            ended = await _taken(station, work, job)
    except Unavailable:
        raise  # a server is away: that is not the file's fault
    except Exception:
        async with station.database.connection() as db:
            attempts = await repository.broken(db, import_id)
        log.exception("an import broke off", extra={"id": str(import_id), "attempts": attempts})
        return False
    told = {"id": str(import_id), "status": ended.status, "ok": ended.ok, "failed": ended.failed}
    log.info("an import is over", extra=told)
    return True


async def _taken(station: Station, work: Work, job: ImportJob) -> ImportJob:
    if job.attempts >= MOST_ATTEMPTS:
        message = "we could not take the file in, by a fault of ours"
        remedy = "Try again later; if it fails again, tell the administrator the id of the import"
        return await taking.refuse(work, job, "gave_up", message, remedy)
    async with station.database.connection() as db:
        await repository.begin(db, job.id, work.now)
    file = await taking.file_of(work, job)
    if file is None:
        return await taking.refuse(work, job, "file_gone", "somebody has deleted the file")

    async def tell(tally: Tally) -> None:
        async with station.database.connection() as db:
            await repository.tell(db, job.id, tally)

    with Spool(station.settings.state_dir / "incoming").blank() as content:
        try:
            await _fetch(station, file, content)
        except ObjectMissing:
            return await taking.refuse(work, job, "file_gone", "the file is not in the store")
        return await taking.take(work, job, content, tell)


async def _fetch(station: Station, file: File, content: BinaryIO) -> None:
    """Copy a file out of the store, part by part."""
    store, key = station.resources[STORAGE][file.driver], object_key(file.key, "")
    for start in range(0, file.size_bytes, _PART):
        end = min(file.size_bytes, start + _PART)
        await write(content, await store.get(key, start, end))
