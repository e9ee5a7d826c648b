"""Every statement about content."""

from uuid import UUID

from sqlalchemy import bindparam

from api.content.model import ContentStatus, Entry, content_entries
from api.content.schema import EntryQuery
from api.kit.page import offset_of
from api.kit.statement import Command, Query, columns, inserting, saving, selecting
from api.kit.work import Work

_ALL = selecting(Entry, content_entries)
_ONE = Query(Entry, _ALL.where(content_entries.c.id == bindparam("id")))
_LOCK = Query(Entry, _ALL.where(content_entries.c.id == bindparam("id")).with_for_update())
_ADD = inserting(Entry, content_entries)
_CHANGED = (
    "slug",
    "locale",
    "title",
    "body",
    "status",
    "published_at",
    "version",
    "updated_at",
)
_SAVE = saving(content_entries, _CHANGED)
_DELETE = Command("DELETE FROM content_entries WHERE id = :id")
_PUBLISHED = Query(
    Entry,
    f"""
    SELECT * FROM content_entries
    WHERE slug = :slug AND status = '{ContentStatus.PUBLISHED}'
    ORDER BY coalesce(array_position(:locales::text[], locale::text), 1000), locale
    LIMIT 1
    """,
)
_CHOSEN = """
    FROM content_entries
    WHERE (:slug::text IS NULL OR slug = :slug) AND (:locale::text IS NULL OR locale = :locale)
      AND (:status::text IS NULL OR status = :status)
"""
_PAGE = Query(Entry, f"SELECT * {_CHOSEN} ORDER BY slug, locale LIMIT :limit OFFSET :offset")
_COUNT = Query(int, f"SELECT count(*) {_CHOSEN}")


async def entry(work: Work, entry_id: UUID) -> Entry | None:
    """Return an entry."""
    return await _ONE.one(work.db, id=entry_id)


async def lock(work: Work, entry_id: UUID) -> Entry | None:
    """Return an entry and hold its row until the transaction ends."""
    return await _LOCK.one(work.db, id=entry_id)


async def published(work: Work, slug: str, locales: list[str]) -> Entry | None:
    """Return the published text of a slug in the first of `locales` that there is, or any."""
    return await _PUBLISHED.one(work.db, slug=slug, locales=locales)


async def page(work: Work, query: EntryQuery) -> tuple[list[Entry], int]:
    """Return some entries in order of their slugs, and the number of all that fit."""
    chosen = query.model_dump(exclude={"page", "page_size"})
    found = await _PAGE.all(work.db, **chosen, limit=query.page_size, offset=offset_of(query))
    return found, await _COUNT.value(work.db, **chosen)


async def add(work: Work, added: Entry) -> None:
    """Save a new entry; raise `UniqueViolation` where the slug has one in this language."""
    await _ADD.run(work.db, **columns(added))


async def save(work: Work, changed: Entry) -> None:
    """Save a changed entry; raise `UniqueViolation` where the slug has one in this language."""
    await _SAVE.run(work.db, **columns(changed, ("id", *_CHANGED)))


async def delete(work: Work, entry_id: UUID) -> None:
    """Delete an entry for good; the audit trail keeps its text."""
    await _DELETE.run(work.db, id=entry_id)
