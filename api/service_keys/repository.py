"""Every statement about API keys."""

from datetime import datetime

from sqlalchemy import bindparam

from api.kit.actor import Role
from api.kit.ids import ApiKeyId, CompanyId, UserId, ZoneId
from api.kit.sandbox import SCHEMA
from api.kit.statement import Command, Query, columns, inserting, selecting
from api.kit.work import Work
from api.service_keys.model import ApiKey, HeldKey, ListedKey, api_keys

_ADD = inserting(ApiKey, api_keys)
_LOCK = Query(
    ApiKey, selecting(ApiKey, api_keys).where(api_keys.c.id == bindparam("id")).with_for_update()
)
_JOINED = f"""
    FROM api_keys AS k
    JOIN users AS u ON u.id = k.user_id
    LEFT JOIN {SCHEMA}.users AS t ON k.is_test AND t.id = k.user_id
"""
_COLUMNS = """
    k.*, coalesce(t.company_id, u.company_id) AS company_id,
    coalesce(t.zone_ids, u.zone_ids) AS zone_ids
"""
_HELD = Query(
    HeldKey,
    f"""
    SELECT {_COLUMNS} {_JOINED}
    WHERE k.id = :id AND k.revoked_at IS NULL AND u.is_active AND u.deleted_at IS NULL
      AND (NOT k.is_test OR t.id IS NOT NULL)
    """,
)
_LISTED = Query(ListedKey, f"SELECT {_COLUMNS} {_JOINED} WHERE k.id = :id")
_CHOSEN = f"""
    {_JOINED}
    WHERE (:service_id::uuid IS NULL OR k.user_id = :service_id)
      AND (:is_test::boolean IS NULL OR k.is_test = :is_test)
      AND (:is_active::boolean IS NULL OR :is_active = (
          k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)
          AND u.is_active AND u.deleted_at IS NULL))
"""
_PAGE = Query(
    ListedKey,
    f"SELECT {_COLUMNS} {_CHOSEN} ORDER BY k.id DESC LIMIT :limit OFFSET :offset",
)
_COUNT = Query(int, f"SELECT count(*) {_CHOSEN}")
_REVOKE = Command("UPDATE api_keys SET revoked_at = :now WHERE id = :id")
_USED = Command(
    """
    UPDATE api_keys AS k SET last_used_at = greatest(k.last_used_at, u.at)
    FROM unnest(:ids::uuid[], :times::timestamptz[]) AS u(id, at) WHERE k.id = u.id
    """
)
_SERVICE = Query(
    UserId,
    f"""
    SELECT id FROM users AS u
    WHERE id = :id AND role = '{Role.SERVICE}' AND deleted_at IS NULL
      AND EXISTS (SELECT FROM {SCHEMA}.users AS t WHERE t.id = u.id) = :is_test
    """,
)
_TO_SANDBOX = Command(
    f"INSERT INTO {SCHEMA}.users SELECT * FROM users WHERE id = :id ON CONFLICT DO NOTHING"
)
_KEPT = "SET company_id = :company_id, zone_ids = :zone_ids::uuid[] WHERE id = :id"
_KEEP_SERVICE = {
    False: Command(f"UPDATE users {_KEPT}"),
    True: Command(f"UPDATE {SCHEMA}.users {_KEPT}"),
}
_ZONE_THERE = Query(bool, f"SELECT EXISTS (SELECT FROM {SCHEMA}.zones WHERE id = :id)")
_COMPANY_THERE = Query(bool, f"SELECT EXISTS (SELECT FROM {SCHEMA}.companies WHERE id = :id)")


async def add(work: Work, key: ApiKey) -> None:
    """Save a new key."""
    await _ADD.run(work.db, **columns(key))


async def lock(work: Work, key_id: ApiKeyId) -> ApiKey | None:
    """Return a key and hold its row until the transaction ends."""
    return await _LOCK.one(work.db, id=key_id)


async def held(work: Work, key_id: ApiKeyId) -> HeldKey | None:
    """Return a key that was not revoked, of a service that its world knows and nobody blocked."""
    return await _HELD.one(work.db, id=key_id)


async def listed(work: Work, key_id: ApiKeyId) -> ListedKey:
    """Return a key that is there, as super admins see it."""
    return await _LISTED.value(work.db, id=key_id)


async def page(
    work: Work,
    service_id: UserId | None,
    is_active: bool | None,
    is_test: bool | None,
    now: datetime,
    limit: int,
    offset: int,
) -> tuple[list[ListedKey], int]:
    """Return some keys, newest first, and the number of all that fit."""
    chosen = {"service_id": service_id, "is_active": is_active, "is_test": is_test, "now": now}
    found = await _PAGE.all(work.db, **chosen, limit=limit, offset=offset)
    return found, await _COUNT.value(work.db, **chosen)


async def revoke(work: Work, key_id: ApiKeyId, now: datetime) -> None:
    """End a key for good."""
    await _REVOKE.run(work.db, id=key_id, now=now)


async def used(work: Work, last: dict[ApiKeyId, datetime]) -> None:
    """Note when keys were last used."""
    await _USED.run(work.db, ids=list(last), times=list(last.values()))


async def service(work: Work, user_id: UserId, *, is_test: bool) -> UserId | None:
    """Return the id of a service account of one of the two worlds that is there."""
    return await _SERVICE.one(work.db, id=user_id, is_test=is_test)


async def to_sandbox(work: Work, user_id: UserId) -> None:
    """Let a service account be known in the test world too, so that things there can be its."""
    await _TO_SANDBOX.run(work.db, id=user_id)


async def keep_service(
    work: Work,
    user_id: UserId,
    company_id: CompanyId | None,
    zone_ids: list[ZoneId],
    *,
    is_test: bool,
) -> None:
    """Keep a service account to a company or to zones of its world."""
    keep = _KEEP_SERVICE[is_test]
    await keep.run(work.db, id=user_id, company_id=company_id, zone_ids=zone_ids)


async def zone_in_sandbox(work: Work, zone_id: ZoneId) -> bool:
    """Tell whether the test world has this zone."""
    return await _ZONE_THERE.value(work.db, id=zone_id)


async def company_in_sandbox(work: Work, company_id: CompanyId) -> bool:
    """Tell whether the test world has this company."""
    return await _COMPANY_THERE.value(work.db, id=company_id)
