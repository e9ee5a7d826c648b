"""The door of companies."""

from api.companies import repository, service
from api.companies.schema import (
    CompanyDraft,
    CompanyPath,
    CompanyQuery,
    CompanyView,
    VendorDraft,
    VendorView,
)
from api.kit.actor import PUBLIC
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.page import page_of, place_of
from api.kit.schema import Nothing, PageView
from api.kit.work import Work


async def listed(
    work: Work, _path: Nothing, query: CompanyQuery, _body: Nothing
) -> PageView[CompanyView]:
    """Active companies, by name; with zoneId those that serve the zone."""
    found, total = await repository.page(work, query.zone_id, place_of(query))
    return page_of(query, [CompanyView.of(company) for company in found], total)


async def one(work: Work, path: CompanyPath, _query: Nothing, _body: Nothing) -> CompanyView:
    """One company."""
    return CompanyView.of(await service.get(work, path.company_id))


async def add(work: Work, _path: Nothing, _query: Nothing, draft: CompanyDraft) -> CompanyView:
    """Add a company."""
    return CompanyView.of(await service.add(work, draft))


async def add_vendor(
    work: Work, path: CompanyPath, _query: Nothing, draft: VendorDraft
) -> VendorView:
    """Open an account for somebody who works for the company."""
    return VendorView.of(await service.add_vendor(work, path.company_id, draft), path.company_id)


_ADMIN = "/api/v1/admin/companies"

ENDPOINTS = (
    Endpoint("GET", "/api/v1/companies", listed, PUBLIC, Owner.ANYONE),
    Endpoint("GET", "/api/v1/companies/{companyId}", one, PUBLIC, Owner.ANYONE, versioned=True),
    Endpoint("POST", _ADMIN, add, "company:manage", Owner.PLATFORM, status=201),
    Endpoint(
        "POST",
        f"{_ADMIN}/{{companyId}}/vendors",
        add_vendor,
        "company:manage",
        Owner.PLATFORM,
        status=201,
        idempotency=Idempotency.HONOURED,
    ),
)
