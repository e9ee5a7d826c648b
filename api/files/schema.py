"""What people send about files and get."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from api.files.model import File, Visibility
from api.kit.ids import FileId, UserId
from api.kit.schema import Draft, Moment, View

MOST_MB = 10


class FilePath(Draft):
    """Which file."""

    file_id: FileId


class UploadQuery(Draft):
    """Who may read the new file."""

    visibility: Visibility = Visibility.PRIVATE


class LinkQuery(Draft):
    """How long the link of the answer opens a private file, in seconds, and for whom.

    At most a week; for whoever holds it, or for one signed-in person.
    """

    link_s: Annotated[int, Field(ge=60, le=7 * 86_400)] | None = None
    viewer: UserId | None = None


class ContentQuery(Draft):
    """Which variant of a picture; the rest is what makes a link to a private file."""

    variant: Annotated[str, Field(pattern=r"^[0-9]{1,4}$", examples=["256"])] | None = None
    expires: Annotated[int, Field(ge=0, lt=1 << 40)] | None = None
    viewer: UserId | None = None
    signature: Annotated[str, Field(max_length=100)] | None = None


class VariantView(View):
    """A smaller version of a picture; its name goes into `variant`."""

    name: str
    width: int
    height: int
    size_bytes: int


class FileView(View):
    """A file; `url` opens it for anybody: a private one until `urlExpiresAt`."""

    id: FileId
    name: str | None
    content_type: str
    size_bytes: int
    width: int | None
    height: int | None
    variants: list[VariantView]
    visibility: Visibility
    url: str
    url_expires_at: Moment | None
    created_at: Moment

    @classmethod
    def of(cls, file: File, url: str, url_expires_at: datetime | None) -> Self:
        """Return the view of `file`."""
        links = {"variants", "url", "url_expires_at"}
        plain = {n: getattr(file, n) for n in cls.model_fields if n not in links}
        variants = [VariantView(**variant) for variant in file.variants]
        return cls(variants=variants, url=url, url_expires_at=url_expires_at, **plain)
