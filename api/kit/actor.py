"""Who acts: the role, the permissions that come with it, and the person or program behind it."""

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from uuid import UUID

from api.kit.ids import ApiKeyId, CompanyId, SessionId, UserId, ZoneId


class Role(StrEnum):
    """The ten roles; what each may do stands in `PERMISSIONS`."""

    CUSTOMER = "customer"
    COURIER = "courier"
    VENDOR = "vendor"
    SUPPORT = "support"
    OPERATOR = "operator"
    MANAGER = "manager"
    LOCATION_ADMIN = "location_admin"
    ADMIN = "admin"
    SUPER_ADMIN = "super_admin"
    SERVICE = "service"


STAFF = frozenset({
    Role.SUPPORT,
    Role.OPERATOR,
    Role.MANAGER,
    Role.LOCATION_ADMIN,
    Role.ADMIN,
    Role.SUPER_ADMIN,
})
"""The roles of people who run an installation."""

PUBLIC = "public"
"""The permission of endpoints that anyone may call, signed in or not."""

SIGNED_IN = "signed-in"
"""The permission of endpoints that every signed-in person may call."""

_DISPATCHING = frozenset({
    "dispatch:read",
    "dispatch:write",
    "order:manage",
    "order:import",
    "courier:read",
    "slot:read",
    "slot:manage",
    "trail:read",
})
_MANAGING = _DISPATCHING | {
    "zone:manage",
    "courier:manage",
    "company:read",
    "content:manage",
}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.CUSTOMER: frozenset({"order:create", "order:read", "order:cancel"}),
    Role.COURIER: frozenset({"carry:*"}),
    Role.VENDOR: frozenset({"shop:*"}),
    Role.SUPPORT: frozenset({"dispatch:read", "courier:read", "user:read"}),
    Role.OPERATOR: _DISPATCHING | {"zone:read"},
    Role.LOCATION_ADMIN: frozenset({
        "dispatch:read",
        "order:manage",
        "order:import",
        "courier:read",
        "zone:read",
        "user:block",
    }),
    Role.MANAGER: _MANAGING | {"zone:read", "user:read", "user:block"},
    Role.ADMIN: frozenset({
        "audit:*",
        "company:*",
        "courier:*",
        "content:*",
        "dispatch:*",
        "file:*",
        "monitoring:*",
        "order:*",
        "setting:*",
        "slot:*",
        "trail:*",
        "user:*",
        "zone:*",
    }),
    Role.SUPER_ADMIN: frozenset({"*"}),
    Role.SERVICE: frozenset(),
}


@lru_cache(maxsize=4096)
def carries(held: frozenset[str], permission: str) -> bool:
    """Tell whether one of `held` is `permission`, or matches it."""
    return any(fnmatchcase(permission, one) for one in held)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a request or a job runs.

    `zone_ids` keep a member of the staff to some zones, `narrowed` to some of the role's
    permissions; neither ever adds anything. A program that sends an API key acts as its service
    account: what it may do are the key's `scopes`, and nothing of what is for signed-in people.
    A test key (`is_test`) acts in the test world only.
    """

    role: Role | None = None
    user_id: UserId | None = None
    session_id: SessionId | None = None
    company_id: CompanyId | None = None
    address: str | None = None
    zone_ids: frozenset[ZoneId] = frozenset()
    narrowed: frozenset[str] = frozenset()
    key_id: ApiKeyId | None = None
    scopes: frozenset[str] = frozenset()
    calls_per_min: int = 0
    is_test: bool = False
    signed_in_as: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Spell the user's id once: every line of the log and every rate limit names it."""
        object.__setattr__(self, "signed_in_as", str(self.user_id or ""))

    def may(self, permission: str) -> bool:
        """Tell whether the role carries `permission` (`resource:action`, `*` matches any)."""
        if permission == PUBLIC:
            return True
        if self.role is None:
            return False
        if permission == SIGNED_IN:
            return self.user_id is not None and self.key_id is None
        if self.key_id is not None:
            return carries(self.scopes, permission)
        if self.narrowed and not carries(self.narrowed, permission):
            return False
        return carries(PERMISSIONS[self.role], permission)

    def covers(self, zone_id: ZoneId | None) -> bool:
        """Tell whether things in the zone are the actor's business at all."""
        return self.scope is None or zone_id in self.zone_ids

    @property
    def id(self) -> UserId:
        """Return the user's id; only for endpoints that need someone signed in."""
        if self.user_id is None:
            message = "this act needs a signed-in actor"
            raise LookupError(message)
        return self.user_id

    @property
    def scope(self) -> list[ZoneId] | None:
        """Return the zones whose things the actor may see; None stands for all of them.

        Any member of the staff may be kept to zones; a location admin always is, to none at first.
        """
        if self.zone_ids or self.role is Role.LOCATION_ADMIN:
            return sorted(self.zone_ids)
        return None

    @property
    def caller(self) -> str:
        """Return under which name calls are counted and their retries known."""
        return self.signed_in_as or str(self.address)

    @property
    def audit_id(self) -> UUID | None:
        """Return the id that goes into histories: None stands for the system itself."""
        return self.user_id


SYSTEM = Actor()
"""Hermod itself: the dispatch tick, expiries, reactions."""
