"""Taking a file of orders in: every row is checked first, then all are placed, or none.

Rows go through the checks and the placing of `POST /api/v1/orders`. While they are checked nothing
is written and no row of anybody's is held; the writing is short. It is one transaction with the
end of the import: a job that breaks off leaves nothing behind, and begins anew.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import BinaryIO

from api.files import repository as file_rows
from api.files.model import File
from api.identity import repository as identity_rows
from api.imports import repository
from api.imports.model import ImportJob, JobStatus
from api.imports.order_rows import NAMES, REQUIRED, Mistake, draft_of, mistakes
from api.imports.repository import Tally
from api.imports.sheet import BadSheet, Row, rows
from api.kit.actor import Actor
from api.kit.clock import real_now
from api.kit.errors import InvalidInput
from api.kit.upload import in_thread
from api.kit.work import Work
from api.orders import placing
from api.orders import repository as order_rows
from api.orders.placing import Checked

AT_ONCE = 200
"""So many rows are read, and written, at a time."""
MOST_NAMED = 500
"""So many mistakes are named; how many rows are wrong is counted to the end."""
_AGAIN = "Send the file again"

Tell = Callable[[Tally], Awaitable[None]]


@dataclass(slots=True)
class _Found:
    """What the rows of a file turned out to be."""

    tally: Tally = field(default_factory=Tally)
    named: list[Mistake] = field(default_factory=list)
    orders: list[Checked] = field(default_factory=list)
    first_row: dict[str, int] = field(default_factory=dict)

    def refuse(self, wrong: list[Mistake]) -> None:
        """Count a wrong row; from now on no order is kept."""
        self.tally.failed += 1
        self.named += wrong[: MOST_NAMED - len(self.named)]
        self.orders.clear()

    def accept(self, order: Checked, *, is_kept: bool) -> None:
        """Count a right row."""
        self.tally.ok += 1
        if is_kept and not self.tally.failed:
            self.orders.append(order)


async def take(work: Work, job: ImportJob, content: BinaryIO, tell: Tell) -> ImportJob:
    """Check every row of `content` and place the orders if all are right; return how it ended."""
    user = await identity_rows.user(work, job.user_id)
    if user is None or not user.is_active:
        return await refuse(work, job, "no_account", "the account of the sender is gone or blocked")
    zone_ids = frozenset(job.scope or ())
    work.actor = Actor(role=user.role, user_id=user.id, zone_ids=zone_ids)
    found = _Found()
    try:
        await placing.check_company(work, job.company_id)
        async for batch in _batches(content):
            await _check(work, job, batch, found)
            await tell(found.tally)
    except InvalidInput as error:
        return await refuse(work, job, error.fields[0].code, error.fields[0].message)
    except BadSheet as error:
        return await refuse(work, job, error.code, str(error))
    await _place(work, found.orders)
    return await _end(work, job, found)


async def _batches(content: BinaryIO) -> AsyncIterator[list[Row]]:
    reading = rows(content, NAMES, REQUIRED)
    while batch := await in_thread(lambda: list(islice(reading, AT_ONCE))):
        yield batch


async def _check(work: Work, job: ImportJob, batch: list[Row], found: _Found) -> None:
    """Check some rows; those whose reference is known already are left as they are."""
    work.tick()
    references = [row.cells.get("reference", "") for row in batch]
    plain = [one for one in references if "\x00" not in one]
    known = await order_rows.referred(work, job.user_id, job.company_id, plain)
    for row, reference in zip(batch, references, strict=True):
        found.tally.checked += 1
        first = found.first_row.setdefault(reference, row.number) if reference else row.number
        if first != row.number:
            message = f"row {first} has this reference too"
            remedy = "Give each delivery a reference of its own"
            found.refuse([Mistake(row.number, "reference", "twice", message, remedy)])
        elif reference in known:
            found.tally.existing += 1
        else:
            await _check_new(work, job, row, found)


async def _check_new(work: Work, job: ImportJob, row: Row, found: _Found) -> None:
    draft = draft_of(row, job.company_id)
    if isinstance(draft, list):
        found.refuse(draft)
        return
    try:
        order = await placing.checked(work, draft)
    except InvalidInput as error:
        found.refuse(mistakes(row.number, list(error.fields)))
    else:
        found.accept(order, is_kept=not job.dry_run)


async def _place(work: Work, orders: list[Checked]) -> None:
    for first in range(0, len(orders), AT_ONCE):
        await placing.save(work, orders[first : first + AT_ONCE])
        await work.save_events()


async def _end(work: Work, job: ImportJob, found: _Found) -> ImportJob:
    tally = found.tally
    ended = replace(
        job,
        status=JobStatus.FAILED if found.named else JobStatus.DONE,
        checked=tally.checked,
        ok=tally.ok,
        existing=tally.existing,
        failed=tally.failed,
        errors=[asdict(one) for one in found.named],
        finished_at=work.tick(),
    )
    await repository.end(work, ended)
    work.record(
        "import.end",
        "import",
        job.id,
        old={"status": JobStatus.RUNNING},
        new={
            "status": ended.status,
            "dryRun": job.dry_run,
            "ok": tally.ok,
            "existing": tally.existing,
            "failed": tally.failed,
        },
    )
    file = await file_of(work, job)
    if file is not None:  # whom it names is nobody's business any more
        await file_rows.delete(work, file, real_now())
    return ended


async def refuse(
    work: Work, job: ImportJob, code: str, message: str, remedy: str = _AGAIN
) -> ImportJob:
    """End an import that cannot be taken in as a whole."""
    return await _end(work, job, _Found(named=[Mistake(None, None, code, message, remedy)]))


async def file_of(work: Work, job: ImportJob) -> File | None:
    """Return the file of an import; None where somebody has deleted it."""
    return None if job.file_id is None else await file_rows.file(work, job.file_id)
