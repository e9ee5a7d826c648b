"""What super admins send about the staff and get."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.identity.schema import Email, Locale, Password
from api.kit.actor import PERMISSIONS, Role, carries
from api.kit.ids import UserId, ZoneId
from api.kit.schema import Draft, Moment, PageQuery, ShortText, View, wrong
from api.staff.model import Count, Member

StaffRole = Literal[
    Role.SUPPORT,
    Role.OPERATOR,
    Role.MANAGER,
    Role.LOCATION_ADMIN,
    Role.ADMIN,
    Role.SUPER_ADMIN,
]
Zones = Annotated[tuple[ZoneId, ...], Field(max_length=50)]
Permission = Annotated[str, Field(pattern=r"^[a-z-]+:([a-z-]+|\*)$", examples=["dispatch:read"])]


class MemberDraft(Draft):
    """Somebody of the staff: the role, the zones it is kept to, the permissions left of it.

    Without `permissions` the role's hold. A location admin without zones sees nothing.
    """

    role: StaffRole
    first_name: ShortText
    last_name: ShortText
    locale: Locale = "en"
    zone_ids: Zones = ()
    permissions: Annotated[tuple[Permission, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _admins_have_it_all(self) -> Self:
        if self.role in {Role.ADMIN, Role.SUPER_ADMIN} and self.zone_ids:
            message = "admins see every zone: leave zoneIds out, or choose another role"
            raise wrong("zoneIds", "not_for_admins", message)
        return self

    @model_validator(mode="after")
    def _narrowing_adds_nothing(self) -> Self:
        for permission in self.permissions:
            if not carries(PERMISSIONS[self.role], permission):
                message = f"the role {self.role} does not carry {permission}: it cannot be left"
                raise wrong("permissions", "not_carried", message)
        return self


class NewMember(MemberDraft):
    """A new member of the staff, with a first password."""

    email: Email
    password: Password


class ZonesDraft(Draft):
    """The zones that somebody is kept to."""

    zone_ids: Zones


class MemberActive(Draft):
    """Active or not."""

    is_active: bool


class MemberPath(Draft):
    """Which member of the staff."""

    admin_id: UserId


class MemberQuery(PageQuery):
    """Which members: by role, active or not; those who were removed, instead, to restore one."""

    role: Role | None = None
    is_active: bool | None = None
    is_removed: bool = False


class MemberView(View):
    """A member of the staff."""

    id: UserId
    role: Role
    email: str
    first_name: str
    last_name: str
    locale: str
    zone_ids: list[ZoneId]
    permissions: list[str]
    is_active: bool
    last_login_at: Moment | None
    version: int
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None

    @classmethod
    def of(cls, member: Member) -> Self:
        """Return the view of `member`."""
        return cls(**{name: getattr(member, name) for name in cls.model_fields})


class CountView(View):
    """How many members have a role."""

    role: Role
    active: int
    inactive: int

    @classmethod
    def of(cls, count: Count) -> Self:
        """Return the view of `count`."""
        return cls(role=count.role, active=count.active, inactive=count.inactive)


class StatsView(View):
    """How many members the staff has, by role."""

    roles: list[CountView]
