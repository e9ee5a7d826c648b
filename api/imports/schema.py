"""What clients send about imports and get."""

from typing import Annotated, Self

from pydantic import Field

from api.imports.model import ImportJob, ImportKind, JobStatus
from api.kit.ids import CompanyId, ImportId
from api.kit.schema import Draft, Moment, View

MOST_MB = 10


class ImportPath(Draft):
    """Which import."""

    import_id: ImportId


class ImportQuery(Draft):
    """Whether to check the rows only, and for which company they are, if any."""

    dry_run: bool = False
    company_id: CompanyId | None = None


class MistakeView(View):
    """What is wrong with a row: the header is row 1; without a row it is about the whole file."""

    row: int | None
    column: str | None
    code: str
    message: str
    remedy: str


class ImportView(View):
    """An import: rows `checked` of `total`; `ok` are right and new, `existing` known already.

    All of the `ok` rows are taken, `created`, once it is done; none where one row is wrong.
    """

    id: ImportId
    kind: ImportKind
    status: JobStatus
    file_name: str | None
    company_id: CompanyId | None
    dry_run: bool
    total: int
    checked: int
    ok: int
    existing: int
    failed: int
    created: int
    errors: list[MistakeView]
    errors_cut: Annotated[bool, Field(description="more rows are wrong than `errors` names")]
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None

    @classmethod
    def of(cls, job: ImportJob) -> Self:
        """Return the view of `job`."""
        made = {"created", "errors", "errors_cut"}
        plain = {name: getattr(job, name) for name in cls.model_fields if name not in made}
        is_taken = job.status is JobStatus.DONE and not job.dry_run
        return cls(
            created=job.ok if is_taken else 0,
            errors=[MistakeView(**error) for error in job.errors],
            errors_cut=job.failed > len({error["row"] for error in job.errors}),
            **plain,
        )
