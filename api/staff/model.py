"""The row of a member of the staff."""

from dataclasses import dataclass
from datetime import datetime

from api.kit.actor import Role
from api.kit.ids import UserId, ZoneId


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who runs the installation, or a part of it."""

    id: UserId
    role: Role
    email: str
    first_name: str
    last_name: str
    locale: str
    zone_ids: list[ZoneId]
    permissions: list[str]
    is_active: bool
    last_login_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many members have a role."""

    role: Role
    active: int
    inactive: int
