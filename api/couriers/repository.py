"""Every statement about couriers; `api/trails` has those about their trails."""

from collections.abc import Iterable

from sqlalchemy import bindparam

from api.couriers.lifecycle import CourierStatus
from api.couriers.model import Courier, NamedCourier, couriers
from api.kit.ids import CourierId, UserId, ZoneId
from api.kit.page import Place
from api.kit.statement import Command, Query, columns, inserting, locked, saving, selecting
from api.kit.work import Work

_ALL = selecting(Courier, couriers)
_LOCK = Query(Courier, locked(_ALL.where(couriers.c.id == bindparam("id"))))
_LOCK_ALL = Command(
    "SELECT FROM couriers WHERE id = ANY(:ids::uuid[]) ORDER BY id FOR NO KEY UPDATE"
)
_BY_USER = Query(Courier, _ALL.where(couriers.c.user_id == bindparam("user_id")))
_LOCK_BY_USER = Query(Courier, locked(_ALL.where(couriers.c.user_id == bindparam("user_id"))))
_ADD = inserting(Courier, couriers)
_APPLY = (
    "vehicle_type",
    "vehicle_number",
    "capacity_items",
    "capacity_grams",
    "capacity_cm3",
    "home_zone_id",
    "verification_status",
    "rejected_reason",
    "updated_at",
)
_SAVE_APPLICATION = saving(couriers, _APPLY)
_SHIFT = ("status", "shift_started_at", "shift_ends_at", "total_deliveries", "updated_at")
_SAVE_SHIFT = saving(couriers, _SHIFT)
_VERIFIED = ("verification_status", "rejected_reason", "updated_at")
_SAVE_VERIFICATION = saving(couriers, _VERIFIED)

_SET_ACTIVE = Command(
    """
    UPDATE couriers SET is_active = :is_active, updated_at = :updated_at WHERE user_id = :user_id
    """
)

_NAMED = """
    SELECT c.*, u.first_name, u.last_name
    FROM couriers AS c JOIN users AS u ON u.id = c.user_id
"""
_ONE_NAMED = Query(NamedCourier, _NAMED + "WHERE c.id = :id")
_MANY_NAMED = Query(NamedCourier, _NAMED + "WHERE c.id = ANY(:ids)")
_CHOSEN = """
    WHERE (:status::text IS NULL OR c.status = :status)
      AND (:zone_id::uuid IS NULL OR c.home_zone_id = :zone_id)
      AND (:scope::uuid[] IS NULL OR c.home_zone_id = ANY(:scope))
"""
_PAGE = Query(
    NamedCourier,
    _NAMED
    + _CHOSEN
    + "AND (:after::uuid IS NULL OR c.id > :after) ORDER BY c.id LIMIT :limit OFFSET :offset",
)
_COUNT = Query(int, "SELECT count(*) FROM couriers AS c " + _CHOSEN)


async def lock(work: Work, courier_id: CourierId) -> Courier | None:
    """Return the courier and hold the row until the transaction ends."""
    return await _LOCK.one(work.db, id=courier_id)


async def lock_all(work: Work, ids: Iterable[CourierId]) -> None:
    """Hold the rows of some couriers until the transaction ends, taken in one sequence."""
    await _LOCK_ALL.run(work.db, ids=list(ids))


async def by_user(work: Work, user_id: UserId) -> Courier | None:
    """Return the courier whose account this is."""
    return await _BY_USER.one(work.db, user_id=user_id)


async def lock_by_user(work: Work, user_id: UserId) -> Courier | None:
    """Return the courier whose account this is and hold the row until the transaction ends."""
    return await _LOCK_BY_USER.one(work.db, user_id=user_id)


async def add(work: Work, added: Courier) -> None:
    """Save a new courier."""
    await _ADD.run(work.db, **columns(added))


async def save_application(work: Work, changed: Courier) -> None:
    """Save vehicle, capacity and home zone."""
    await _SAVE_APPLICATION.run(work.db, **columns(changed, ("id", *_APPLY)))


async def save_shift(work: Work, changed: Courier) -> None:
    """Save the status and what belongs to the shift."""
    await _SAVE_SHIFT.run(work.db, **columns(changed, ("id", *_SHIFT)))


async def save_verification(work: Work, changed: Courier) -> None:
    """Save what a manager found."""
    await _SAVE_VERIFICATION.run(work.db, **columns(changed, ("id", *_VERIFIED)))


async def set_active(work: Work, user_id: UserId, is_active: bool) -> None:
    """Save whether the courier of an account, if there is one, may work at all."""
    await _SET_ACTIVE.run(work.db, user_id=user_id, is_active=is_active, updated_at=work.now)


async def named(work: Work, courier_id: CourierId) -> NamedCourier | None:
    """Return a courier with the name."""
    return await _ONE_NAMED.one(work.db, id=courier_id)


async def all_named(work: Work, ids: list[CourierId]) -> list[NamedCourier]:
    """Return couriers with their names."""
    return await _MANY_NAMED.all(work.db, ids=ids)


async def page(
    work: Work, status: CourierStatus | None, zone_id: ZoneId | None, place: Place
) -> tuple[list[NamedCourier], int]:
    """Return some couriers and the number of all that fit."""
    chosen = {"status": status, "zone_id": zone_id, "scope": work.actor.scope}
    found = await _PAGE.all(work.db, **chosen, **columns(place))
    return found, await _COUNT.value(work.db, **chosen)
