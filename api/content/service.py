"""Content: texts of the apps by slug and language, drafted, published, changed."""

from collections.abc import Awaitable
from dataclasses import replace
from uuid import UUID

from api.content import repository
from api.content.model import ContentStatus, Entry
from api.content.schema import EntryDraft
from api.kit.db import UniqueViolation
from api.kit.errors import FieldError, InvalidInput, NotFound
from api.kit.ids import new_id
from api.kit.work import Work

FALLBACK = "en"


async def published(work: Work, slug: str, locale: str) -> Entry:
    """Return the published text in the nearest language; raise `NotFound`."""
    found = await repository.published(work, slug, [locale, locale.partition("-")[0], FALLBACK])
    if found is None:
        raise NotFound("There is no such text")
    return found


async def get(work: Work, entry_id: UUID) -> Entry:
    """Return an entry; raise `NotFound`."""
    found = await repository.entry(work, entry_id)
    if found is None:
        raise NotFound("There is no such entry")
    return found


async def add(work: Work, draft: EntryDraft) -> Entry:
    """Add an entry; raise `InvalidInput` where the slug has one in this language."""
    entry = Entry(
        id=new_id(),
        published_at=work.now if draft.status is ContentStatus.PUBLISHED else None,
        version=1,
        created_at=work.now,
        updated_at=work.now,
        **draft.model_dump(),
    )
    await _once_per_language(work, repository.add(work, entry))
    work.record("content.add", "content", entry.id, new=_audited(entry))
    return entry


async def change(work: Work, entry_id: UUID, draft: EntryDraft) -> Entry:
    """Replace an entry; the time of publishing is that of the first."""
    old = await _lock(work, entry_id)
    published_at = old.published_at
    if draft.status is ContentStatus.PUBLISHED and published_at is None:
        published_at = work.now
    changed = replace(
        old,
        published_at=published_at,
        version=old.version + 1,
        updated_at=work.now,
        **draft.model_dump(),
    )
    await _once_per_language(work, repository.save(work, changed))
    work.record("content.change", "content", entry_id, old=_audited(old), new=_audited(changed))
    return changed


async def delete(work: Work, entry_id: UUID) -> Entry:
    """Delete an entry and return it."""
    old = await _lock(work, entry_id)
    await repository.delete(work, entry_id)
    work.record("content.delete", "content", entry_id, old=_audited(old))
    return old


async def _lock(work: Work, entry_id: UUID) -> Entry:
    found = await repository.lock(work, entry_id)
    if found is None:
        raise NotFound("There is no such entry")
    work.check_version(found.version)
    return found


async def _once_per_language(work: Work, saving: Awaitable[None]) -> None:
    try:
        async with work.db.transaction():
            await saving
    except UniqueViolation as error:
        taken = FieldError("locale", "taken", "this slug has a text in this language: change that")
        raise InvalidInput(fields=[taken]) from error


def _audited(entry: Entry) -> dict[str, object]:
    names = ("slug", "locale", "title", "body", "status")
    return {name: getattr(entry, name) for name in names}
