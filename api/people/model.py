"""The row of a person as staff see one."""

from dataclasses import dataclass
from datetime import datetime

from api.identity.model import CustomerKind
from api.kit.actor import Role
from api.kit.ids import CompanyId, UserId, ZoneId


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an account."""

    id: UserId
    role: Role
    customer_kind: CustomerKind | None
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    locale: str
    company_id: CompanyId | None
    zone_ids: list[ZoneId]
    is_active: bool
    blocked_reason: str | None
    email_verified_at: datetime | None
    phone_verified_at: datetime | None
    last_login_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
