"""Every statement about people as staff see them; they lie in a zone by what they do there."""

import re

from sqlalchemy import bindparam

from api.identity.model import WRITTEN, CustomerKind, users
from api.kit.actor import Role
from api.kit.ids import UserId, ZoneId
from api.kit.statement import Command, Query, columns, selecting
from api.kit.work import Work
from api.people.model import Person

_LIVING = selecting(Person, users).where(users.c.deleted_at.is_(None))
_LOCK = Query(Person, _LIVING.where(users.c.id == bindparam("id")).with_for_update())
_IN_ZONES = """
    (EXISTS (SELECT FROM couriers AS c WHERE c.user_id = u.id AND c.home_zone_id = ANY({zones}))
     OR EXISTS (SELECT FROM orders AS o WHERE o.user_id = u.id AND o.zone_id = ANY({zones}))
     OR u.customer_kind = 'shop' AND u.zone_ids && {zones}
     OR EXISTS (SELECT FROM addresses AS a WHERE a.user_id = u.id AND a.zone_id = ANY({zones})))
"""
_SCOPE = f"(:scope::uuid[] IS NULL OR {_IN_ZONES.format(zones=':scope')})"
_CHOSEN = f"""
    FROM users AS u
    WHERE u.deleted_at IS NULL AND {_SCOPE}
      AND (:role::text IS NULL OR u.role = :role)
      AND (:kind::text IS NULL OR u.customer_kind = :kind)
      AND (:is_active::boolean IS NULL OR u.is_active = :is_active)
      AND (:zones::uuid[] IS NULL OR {_IN_ZONES.format(zones=":zones")})
      AND (:pattern::text IS NULL OR lower({WRITTEN}) LIKE lower(:pattern))
"""
_PAGE = Query(Person, f"SELECT u.* {_CHOSEN} ORDER BY u.id DESC LIMIT :limit OFFSET :offset")
_COUNT = Query(int, f"SELECT count(*) {_CHOSEN}")
_ONE = Query(
    Person, f"SELECT u.* FROM users AS u WHERE u.deleted_at IS NULL AND u.id = :id AND {_SCOPE}"
)
_CORRECT = Command(
    """
    UPDATE users SET first_name = :first_name, last_name = :last_name, locale = :locale,
        updated_at = :updated_at, version = version + 1
    WHERE id = :id
    """
)
_SET_ACTIVE = Command(
    """
    UPDATE users SET is_active = :is_active, blocked_reason = :blocked_reason,
        updated_at = :updated_at, version = version + 1
    WHERE id = :id
    """
)
_UNFINISHED = Query(
    int,
    """
    SELECT (SELECT count(*) FROM orders
            WHERE user_id = :id AND status NOT IN ('delivered', 'cancelled'))
         + (SELECT count(*) FROM deliveries AS d JOIN couriers AS c ON c.id = d.courier_id
            WHERE c.user_id = :id AND d.status NOT IN ('delivered', 'cancelled', 'returned'))
    """,
)


_LIKE = re.compile(r"[\\%_]")


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


async def page(  # a filter each
    work: Work,
    search: str | None,
    role: Role | None,
    kind: CustomerKind | None,
    zone_id: ZoneId | None,
    is_active: bool | None,
    limit: int,
    offset: int,
) -> tuple[list[Person], int]:
    """Return some people whom the caller may see, newest first, and the number of all."""
    chosen = {
        "scope": work.actor.scope,
        "pattern": None if search is None else f"%{_LIKE.sub(_escaped, search)}%",
        "role": role,
        "kind": kind,
        "zones": None if zone_id is None else [zone_id],
        "is_active": is_active,
    }
    found = await _PAGE.all(work.db, **chosen, limit=limit, offset=offset)
    return found, await _COUNT.value(work.db, **chosen)


async def person(work: Work, user_id: UserId) -> Person | None:
    """Return a person whom the caller may see."""
    return await _ONE.one(work.db, id=user_id, scope=work.actor.scope)


async def lock(work: Work, user_id: UserId) -> Person | None:
    """Return a person whom the caller may see and hold the row until the transaction ends."""
    if await person(work, user_id) is None:
        return None
    return await _LOCK.one(work.db, id=user_id)


async def correct(work: Work, changed: Person) -> None:
    """Save a corrected name or language."""
    names = ("id", "first_name", "last_name", "locale", "updated_at")
    await _CORRECT.run(work.db, **columns(changed, names))


async def set_active(work: Work, changed: Person) -> None:
    """Save whether somebody is blocked."""
    names = ("id", "is_active", "blocked_reason", "updated_at")
    await _SET_ACTIVE.run(work.db, **columns(changed, names))


async def unfinished(work: Work, user_id: UserId) -> int:
    """Return how many orders and deliveries of a person are still under way."""
    return await _UNFINISHED.value(work.db, id=user_id)
