"""The door of content: texts for everybody, entries for staff."""

from api.content import repository, service
from api.content.schema import (
    EntryDraft,
    EntryPath,
    EntryQuery,
    EntryView,
    LocaleQuery,
    SlugPath,
    TextView,
)
from api.kit.actor import PUBLIC
from api.kit.endpoint import KIB, Endpoint, Owner
from api.kit.page import page_of
from api.kit.schema import Nothing, PageView
from api.kit.work import Work


async def text(work: Work, path: SlugPath, query: LocaleQuery, _body: Nothing) -> TextView:
    """A published text of the apps (terms, help, about) in the nearest language."""
    return TextView.of(await service.published(work, path.slug, query.locale))


async def entries(
    work: Work, _path: Nothing, query: EntryQuery, _body: Nothing
) -> PageView[EntryView]:
    """Content entries, drafts too."""
    found, total = await repository.page(work, query)
    return page_of(query, [EntryView.of(entry) for entry in found], total)


async def entry(work: Work, path: EntryPath, _query: Nothing, _body: Nothing) -> EntryView:
    """One content entry."""
    return EntryView.of(await service.get(work, path.content_id))


async def add_entry(work: Work, _path: Nothing, _query: Nothing, draft: EntryDraft) -> EntryView:
    """Add a content entry: one per slug and language."""
    return EntryView.of(await service.add(work, draft))


async def change_entry(
    work: Work, path: EntryPath, _query: Nothing, draft: EntryDraft
) -> EntryView:
    """Replace a content entry; publish it or take it back."""
    return EntryView.of(await service.change(work, path.content_id, draft))


async def delete_entry(work: Work, path: EntryPath, _query: Nothing, _body: Nothing) -> EntryView:
    """Delete a content entry and return it; the audit trail keeps its text too."""
    return EntryView.of(await service.delete(work, path.content_id))


_STAFF = "/api/v1/admin/content"
_ONE = f"{_STAFF}/{{contentId}}"
_PERMISSION = "content:manage"
_LIMIT = 512 * KIB

ENDPOINTS = (
    Endpoint("GET", "/api/v1/content/{slug}", text, PUBLIC, Owner.ANYONE, versioned=True),
    Endpoint("GET", _STAFF, entries, _PERMISSION, Owner.PLATFORM),
    Endpoint("GET", _ONE, entry, _PERMISSION, Owner.PLATFORM, versioned=True),
    Endpoint(
        "POST",
        _STAFF,
        add_entry,
        _PERMISSION,
        Owner.PLATFORM,
        status=201,
        body_limit=_LIMIT,
        versioned=True,
    ),
    Endpoint(
        "PUT",
        _ONE,
        change_entry,
        _PERMISSION,
        Owner.PLATFORM,
        body_limit=_LIMIT,
        versioned=True,
    ),
    Endpoint("DELETE", _ONE, delete_entry, _PERMISSION, Owner.PLATFORM, versioned=True),
)
