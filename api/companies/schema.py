"""What clients send to companies and get from them."""

from typing import Annotated, Self

from pydantic import Field

from api.companies.model import Company
from api.identity.model import User
from api.identity.schema import Email, Password, Phone
from api.kit.ids import CompanyId, UserId, ZoneId
from api.kit.schema import AfterQuery, Draft, Moment, ShortText, View


class CompanyDraft(Draft):
    """A company as an administrator writes it."""

    name: ShortText
    contact_phone: Phone | None = None
    contact_email: Email | None = None
    zone_ids: Annotated[tuple[ZoneId, ...], Field(max_length=1000)] = ()


class CompanyPath(Draft):
    """Which company."""

    company_id: CompanyId


class CompanyQuery(AfterQuery):
    """Which companies: all active ones, or those of a zone."""

    zone_id: ZoneId | None = None


class CompanyView(View):
    """A company as customers see it."""

    id: CompanyId
    name: str
    zone_ids: list[ZoneId]
    is_active: bool
    version: int
    updated_at: Moment

    @classmethod
    def of(cls, company: Company) -> Self:
        """Return the view of `company`."""
        return cls(**{name: getattr(company, name) for name in cls.model_fields})


class VendorDraft(Draft):
    """A person who works for a company, with a first password."""

    email: Email
    password: Password
    first_name: ShortText
    last_name: ShortText


class VendorView(View):
    """A person who works for a company."""

    id: UserId
    email: str
    first_name: str
    last_name: str
    company_id: CompanyId

    @classmethod
    def of(cls, user: User, company_id: CompanyId) -> Self:
        """Return the view of `user`, who works for the company."""
        return cls(
            id=user.id,
            email=str(user.email),
            first_name=user.first_name,
            last_name=user.last_name,
            company_id=company_id,
        )
