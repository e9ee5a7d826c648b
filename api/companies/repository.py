"""Every statement about companies."""

from sqlalchemy import bindparam

from api.companies.model import Company, companies
from api.kit.ids import CompanyId, ZoneId
from api.kit.page import Place
from api.kit.statement import Query, columns, inserting, selecting
from api.kit.work import Work

_COMPANY = Query(
    Company,
    selecting(Company, companies).where(
        companies.c.id == bindparam("id"), companies.c.deleted_at.is_(None)
    ),
)
_ADD = inserting(Company, companies)
_PAGE = Query(
    Company,
    """
    SELECT * FROM companies
    WHERE is_active AND deleted_at IS NULL
      AND (:zone_id::uuid IS NULL OR zone_ids = '{}' OR :zone_id = ANY(zone_ids))
      AND (:after::uuid IS NULL
           OR (name, id) > (SELECT name, id FROM companies WHERE id = :after))
    ORDER BY name, id LIMIT :limit OFFSET :offset
    """,
)
_COUNT = Query(
    int,
    """
    SELECT count(*) FROM companies
    WHERE is_active AND deleted_at IS NULL
      AND (:zone_id::uuid IS NULL OR zone_ids = '{}' OR :zone_id = ANY(zone_ids))
    """,
)


async def company(work: Work, company_id: CompanyId) -> Company | None:
    """Return the company with this id."""
    return await _COMPANY.one(work.db, id=company_id)


async def add(work: Work, added: Company) -> None:
    """Save a new company."""
    await _ADD.run(work.db, **columns(added))


async def page(work: Work, zone_id: ZoneId | None, place: Place) -> tuple[list[Company], int]:
    """Return some active companies and the number of all; a company without zones serves all."""
    found = await _PAGE.all(work.db, zone_id=zone_id, **columns(place))
    return found, await _COUNT.value(work.db, zone_id=zone_id)
