"""The door of the audit trail: it is read here, and never changed."""

from api.auditing import repository
from api.auditing.schema import EntryView, TrailQuery
from api.kit.endpoint import Endpoint, Owner
from api.kit.page import page_of
from api.kit.schema import Nothing, PageView
from api.kit.work import Work


async def trail(
    work: Work, _path: Nothing, query: TrailQuery, _body: Nothing
) -> PageView[EntryView]:
    """Who did what, from which values to which; newest first."""
    found, total = await repository.page(work, query)
    return page_of(query, [EntryView.of(entry) for entry in found], total)


ENDPOINTS = (Endpoint("GET", "/api/v1/admin/audit-logs", trail, "audit:read", Owner.PLATFORM),)
