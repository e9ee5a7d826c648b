"""Companies: adding them and the people who work for them."""

from api.companies import repository
from api.companies.model import Company
from api.companies.schema import CompanyDraft, VendorDraft
from api.identity import service as identity
from api.identity.model import User
from api.kit.actor import Role
from api.kit.errors import NotFound
from api.kit.ids import CompanyId, new_id
from api.kit.work import Work
from api.zones import service as zones


async def add(work: Work, draft: CompanyDraft) -> Company:
    """Save a new company; raise `NotFound` for a zone that is not there."""
    for zone_id in draft.zone_ids:
        await zones.get(work, zone_id)
    company = Company(
        id=CompanyId(new_id()),
        name=draft.name,
        contact_phone=draft.contact_phone,
        contact_email=draft.contact_email,
        zone_ids=list(draft.zone_ids),
        is_active=True,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )
    await repository.add(work, company)
    work.record("company.add", "company", company.id, new={"name": company.name})
    return company


async def get(work: Work, company_id: CompanyId) -> Company:
    """Return a company; raise `NotFound`."""
    company = await repository.company(work, company_id)
    if company is None:
        raise NotFound("There is no such company")
    return company


async def add_vendor(work: Work, company_id: CompanyId, draft: VendorDraft) -> User:
    """Open an account for somebody who works for the company."""
    company = await get(work, company_id)
    return await identity.add_staff(
        work,
        role=Role.VENDOR,
        email=draft.email,
        password=draft.password.get_secret_value(),
        first_name=draft.first_name,
        last_name=draft.last_name,
        company_id=company.id,
    )
