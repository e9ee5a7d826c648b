"""Every statement about the staff."""

from api.identity.model import users
from api.kit.actor import STAFF, Role
from api.kit.ids import UserId
from api.kit.statement import Command, Query, columns, saving
from api.kit.work import Work
from api.staff.model import Count, Member

_ROLES = sorted(role.value for role in STAFF)
_CHOSEN = """
    FROM users
    WHERE (deleted_at IS NOT NULL) = :is_removed AND role = ANY(:roles)
      AND (:role::text IS NULL OR role = :role)
      AND (:is_active::boolean IS NULL OR is_active = :is_active)
"""
_PAGE = Query(Member, "SELECT *" + _CHOSEN + "ORDER BY id DESC LIMIT :limit OFFSET :offset")
_COUNT = Query(int, "SELECT count(*)" + _CHOSEN)
_ONE = Query(
    Member,
    "SELECT * FROM users WHERE deleted_at IS NULL AND role = ANY(:roles) AND id = :id",
)
_LOCK = Query(
    Member,
    "SELECT * FROM users WHERE deleted_at IS NULL AND role = ANY(:roles) AND id = :id FOR UPDATE",
)
_LOCK_REMOVED = Query(
    Member,
    """
    SELECT * FROM users WHERE deleted_at IS NOT NULL AND role = ANY(:roles) AND id = :id
    FOR UPDATE
    """,
)
_SUPER_ADMINS = Query(
    UserId,
    """
    SELECT id FROM users WHERE deleted_at IS NULL AND is_active AND role = 'super_admin'
    ORDER BY id FOR UPDATE
    """,
)
_SAVED = (
    "role",
    "first_name",
    "last_name",
    "locale",
    "zone_ids",
    "permissions",
    "is_active",
    "version",
    "updated_at",
)
_SAVE = saving(users, _SAVED)
_REMOVE = Command(
    """
    UPDATE users SET deleted_at = :now, updated_at = :now, version = version + 1 WHERE id = :id
    """
)
_RESTORE = Command(
    """
    UPDATE users SET deleted_at = NULL, updated_at = :now, version = version + 1 WHERE id = :id
    """
)
_STATS = Query(
    Count,
    """
    SELECT role, count(*) FILTER (WHERE is_active) AS active,
           count(*) FILTER (WHERE NOT is_active) AS inactive
    FROM users WHERE deleted_at IS NULL AND role = ANY(:roles)
    GROUP BY role ORDER BY role
    """,
)


async def page(
    work: Work,
    role: Role | None,
    is_active: bool | None,
    limit: int,
    offset: int,
    *,
    is_removed: bool = False,
) -> tuple[list[Member], int]:
    """Return some members, or some who were removed, newest first, and the number of all."""
    chosen = {"roles": _ROLES, "role": role, "is_active": is_active, "is_removed": is_removed}
    found = await _PAGE.all(work.db, **chosen, limit=limit, offset=offset)
    return found, await _COUNT.value(work.db, **chosen)


async def member(work: Work, user_id: UserId) -> Member | None:
    """Return a member of the staff."""
    return await _ONE.one(work.db, id=user_id, roles=_ROLES)


async def lock(work: Work, user_id: UserId) -> Member | None:
    """Return a member of the staff and hold the row until the transaction ends."""
    return await _LOCK.one(work.db, id=user_id, roles=_ROLES)


async def lock_removed(work: Work, user_id: UserId) -> Member | None:
    """Return somebody who was taken off the staff and hold the row until the transaction ends."""
    return await _LOCK_REMOVED.one(work.db, id=user_id, roles=_ROLES)


async def lock_super_admins(work: Work) -> list[UserId]:
    """Return the active super admins and hold their rows: two cannot remove each other."""
    return await _SUPER_ADMINS.all(work.db)


async def save(work: Work, changed: Member) -> None:
    """Save a changed member."""
    await _SAVE.run(work.db, **columns(changed, ("id", *_SAVED)))


async def remove(work: Work, user_id: UserId) -> None:
    """Take somebody off the staff; the e-mail address is free again."""
    await _REMOVE.run(work.db, id=user_id, now=work.now)


async def restore(work: Work, user_id: UserId) -> None:
    """Put somebody back; raise `UniqueViolation` where a contact of theirs is taken."""
    await _RESTORE.run(work.db, id=user_id, now=work.now)


async def stats(work: Work) -> list[Count]:
    """Return how many members have which role."""
    return await _STATS.all(work.db, roles=_ROLES)
