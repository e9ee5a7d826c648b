"""Imports: a file is looked at while its sender waits, and taken in by a job afterwards."""

from functools import partial

from api.files import intake
from api.files.kinds import CSV
from api.files.model import Visibility
from api.imports import repository
from api.imports.model import ImportJob, ImportKind, JobStatus
from api.imports.order_rows import NAMES, REQUIRED
from api.imports.schema import ImportQuery
from api.imports.sheet import BadSheet, count
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import CompanyId, ImportId, new_id
from api.kit.upload import Upload, in_thread
from api.kit.work import Work
from api.orders import placing
from api.settings import SETTINGS


class NoTestImports(Conflict):
    """Nothing follows in the test world, so nothing would take the rows in."""

    code, title = "no_test_imports", "Test keys import nothing: place test orders one by one"


async def begin(work: Work, query: ImportQuery, upload: Upload) -> ImportJob:
    """Keep a file of orders for the job worker; raise `InvalidInput` for what is no such file."""
    if work.actor.is_test:
        raise NoTestImports
    company_id = _company(work, query)
    await placing.check_company(work, company_id)
    most = work[SETTINGS].import_rows
    try:
        counting = in_thread(partial(count, upload.file, NAMES, REQUIRED, most))
        total = await work.without_connection(counting)
    except BadSheet as error:
        raise InvalidInput(fields=[FieldError("file", error.code, str(error))]) from error
    file = await intake.store(work, upload, Visibility.PRIVATE, kind=CSV)
    job = ImportJob(
        id=ImportId(new_id()),
        kind=ImportKind.ORDERS,
        status=JobStatus.QUEUED,
        file_id=file.id,
        file_name=file.name,
        user_id=work.actor.id,
        company_id=company_id,
        scope=work.actor.scope,
        dry_run=query.dry_run,
        total=total,
        checked=0,
        ok=0,
        existing=0,
        failed=0,
        errors=[],
        attempts=0,
        created_at=work.now,
        started_at=None,
        finished_at=None,
    )
    await repository.add(work, job)
    work.record("import.begin", "import", job.id, new={"total": total, "dryRun": job.dry_run})
    return job


def _company(work: Work, query: ImportQuery) -> CompanyId | None:
    """Return the company that the file is for; a program kept to one imports for that one only."""
    own = work.actor.company_id
    if own is not None and query.company_id not in {None, own}:
        other = "you are kept to another company: leave companyId out"
        raise InvalidInput(fields=[FieldError("companyId", "other_company", other)])
    return own or query.company_id


async def get(work: Work, import_id: ImportId) -> ImportJob:
    """Return an import: one's own, or any for who is kept to no zones and to no company.

    Raises `NotFound`.
    """
    job = await repository.get(work, import_id)
    is_kept = work.actor.scope is not None or work.actor.company_id is not None
    if job is None or (is_kept and job.user_id != work.actor.id):
        raise NotFound("There is no such import")
    return job
