"""What staff send about content, and what everybody gets."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.content.model import ContentStatus, Entry
from api.identity.schema import Locale
from api.kit.schema import Draft, Moment, PageQuery, View

Slug = Annotated[
    str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100, examples=["delivery-terms"])
]
MOST_CHARACTERS = 100_000


class EntryDraft(Draft):
    """A text in one language; `body` is Markdown. A draft is seen by staff only."""

    slug: Slug
    locale: Locale
    title: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    status: ContentStatus = ContentStatus.DRAFT


class EntryPath(Draft):
    """Which entry."""

    content_id: UUID


class SlugPath(Draft):
    """Which text."""

    slug: Slug


class LocaleQuery(Draft):
    """In which language; else in the same without its country, in English, in any."""

    locale: Locale = "en"


class EntryQuery(PageQuery):
    """Which entries: by slug, language, draft or published."""

    slug: Slug | None = None
    locale: Locale | None = None
    status: ContentStatus | None = None


class EntryView(View):
    """An entry as staff see it."""

    id: UUID
    slug: str
    locale: str
    title: str
    body: str
    status: ContentStatus
    published_at: Moment | None
    version: int
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the view of `entry`."""
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class TextView(View):
    """A published text; `locale` is the one found, `version` changes with every change."""

    slug: str
    locale: str
    title: str
    body: str
    published_at: Moment | None
    version: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the view of `entry`."""
        plain = {n: getattr(entry, n) for n in cls.model_fields if n != "version"}
        return cls(version=f"{entry.id.hex}-{entry.version}", **plain)
