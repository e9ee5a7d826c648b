"""The door of trails: where couriers were, for those of the staff who may know."""

from api.couriers.schema import CourierPath
from api.kit.endpoint import Endpoint, Owner
from api.kit.page import page_of
from api.kit.schema import Nothing, PageQuery, PageView
from api.kit.work import Work
from api.trails import service
from api.trails.schema import (
    ExportQuery,
    FixView,
    InstantQuery,
    InstantView,
    LookView,
    ReplayQuery,
    ReplayView,
    ReportQuery,
    ReportView,
    TrailFile,
    TrailQuery,
)


async def fixes(
    work: Work, path: CourierPath, query: TrailQuery, _body: Nothing
) -> PageView[FixView]:
    """The courier's fixes in time order, refused ones too; looking is noted in the audit trail."""
    found, total = await service.fixes(work, path.courier_id, query)
    return page_of(query, [FixView.of(fix) for fix in found], total)


async def replay(work: Work, path: CourierPath, query: ReplayQuery, _body: Nothing) -> ReplayView:
    """A courier's way as columns, to be played again; looking is noted in the audit trail."""
    return await service.replay(work, path.courier_id, query)


async def export(work: Work, path: CourierPath, query: ExportQuery, _body: Nothing) -> TrailFile:
    """A courier's way as a GPX or GeoJSON file; looking is noted in the audit trail."""
    return await service.export(work, path.courier_id, query)


async def report(work: Work, path: CourierPath, query: ReportQuery, _body: Nothing) -> ReportView:
    """A courier's distance, moving time and stops; looking is noted in the audit trail."""
    return await service.report(work, path.courier_id, query)


async def instant(work: Work, _path: Nothing, query: InstantQuery, _body: Nothing) -> InstantView:
    """Where every courier was at a moment of the past; looking is noted in the audit trail."""
    return await service.instant(work, query)


async def looks(work: Work, _path: Nothing, query: PageQuery, _body: Nothing) -> PageView[LookView]:
    """Who of the staff looked at the courier's own trail, when, and at which part."""
    found, total = await service.looks(work, query)
    return page_of(query, [LookView.of(look) for look in found], total)


_ONE = "/api/v1/admin/couriers/{courierId}/positions"
_READ = "trail:read"

ENDPOINTS = (
    Endpoint("GET", "/api/v1/courier/trail-looks", looks, "carry:read", Owner.SELF),
    Endpoint("GET", "/api/v1/admin/couriers/positions", instant, _READ, Owner.OWN_ZONES),
    Endpoint("GET", _ONE, fixes, _READ, Owner.OWN_ZONES),
    Endpoint("GET", f"{_ONE}/replay", replay, _READ, Owner.OWN_ZONES),
    Endpoint("GET", f"{_ONE}/export", export, _READ, Owner.OWN_ZONES),
    Endpoint("GET", f"{_ONE}/report", report, _READ, Owner.OWN_ZONES),
)
