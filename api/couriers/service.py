"""Couriers: applying, being verified, going on and off shift."""

from dataclasses import replace
from datetime import datetime, timedelta

from api.couriers import repository
from api.couriers.events import CourierMoved, VerificationChanged
from api.couriers.lifecycle import (
    COURIER,
    ON_SHIFT,
    VERIFICATION,
    WORKING,
    CourierStatus,
    Verification,
)
from api.couriers.model import Courier, NamedCourier
from api.couriers.schema import Application, VerificationChange
from api.kit.db import UniqueViolation
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import CourierId, new_id
from api.kit.lifecycle import By, capacity_of
from api.kit.work import Work
from api.zones import service as zones

LONGEST_SHIFT = timedelta(days=7)


class NotVerified(Conflict):
    """The courier's papers have not been verified, or the account is blocked."""

    code, title = "not_verified", "A manager must verify you before you can work"


class OnShift(Conflict):
    """The courier would have another vehicle, more room or another zone while at work."""

    code, title = (
        "on_shift",
        "Go offline first: vehicle, zone and more room do not change on shift",
    )


async def apply(work: Work, draft: Application) -> Courier:
    """Apply as a courier, or change vehicle and capacity; a rejected one is looked at again.

    Raises `OnShift` where dispatch counts on what was to be changed.
    """
    await zones.get(work, draft.home_zone_id)
    known = await repository.lock_by_user(work, work.actor.id)
    values = draft.model_dump()
    if known is None:
        courier = _newcomer(work, values)
        try:
            async with work.db.transaction():
                await repository.add(work, courier)
        except UniqueViolation:  # the same application, sent twice at once
            return await apply(work, draft)
        work.record("courier.apply", "courier", courier.id, new=_audited(courier))
        _tell(work, courier)
        return courier
    verification = known.verification_status
    if verification is Verification.REJECTED:
        verification = VERIFICATION.advance(verification, Verification.PENDING, By.COURIER)
    changed = replace(
        known,
        **values,
        verification_status=verification,
        rejected_reason=None,
        updated_at=work.now,
    )
    if known.status in ON_SHIFT and _is_counted_on(known, changed):
        raise OnShift
    await repository.save_application(work, changed)
    work.record("courier.change", "courier", known.id, old=_audited(known), new=_audited(changed))
    if verification is not known.verification_status:
        _tell(work, changed)
    return changed


def _is_counted_on(known: Courier, changed: Courier) -> bool:
    """Tell whether a change must not come in the middle of a shift; less room may be told at once.

    Offers were made, and zones see the courier, by what was known when the shift began.
    """
    return (
        (changed.vehicle_type, changed.home_zone_id) != (known.vehicle_type, known.home_zone_id)
        or changed.capacity_items > known.capacity_items
        or changed.capacity_grams > known.capacity_grams
        or changed.capacity_cm3 > known.capacity_cm3
    )


def _tell(work: Work, courier: Courier) -> None:
    work.emit(
        VerificationChanged(
            courier.id, courier.user_id, courier.home_zone_id, courier.verification_status
        )
    )


def _newcomer(work: Work, values: dict[str, object]) -> Courier:
    return Courier(
        id=CourierId(new_id()),
        user_id=work.actor.id,
        status=CourierStatus.OFFLINE,
        verification_status=Verification.PENDING,
        rejected_reason=None,
        is_active=True,
        current_location=None,
        last_location_update=None,
        total_deliveries=0,
        shift_started_at=None,
        shift_ends_at=None,
        created_at=work.now,
        updated_at=work.now,
        **values,  # type: ignore[arg-type]  # the fields of Application, checked there
    )


async def own(work: Work) -> Courier:
    """Return the courier whose account acts; raise `NotFound` before the application."""
    courier = await repository.by_user(work, work.actor.id)
    if courier is None:
        raise NotFound("Apply first: POST /api/v1/courier/register")
    return courier


async def lock_own(work: Work) -> Courier:
    """Return the acting courier and hold the row until the transaction ends."""
    courier = await repository.lock_by_user(work, work.actor.id)
    if courier is None:
        raise NotFound("Apply first: POST /api/v1/courier/register")
    return courier


async def lock_working(work: Work, courier_id: CourierId) -> Courier | None:
    """Return a courier who may be given deliveries now, locked; None for everybody else."""
    courier = await repository.lock(work, courier_id)
    if courier is None or not courier.is_active or courier.status not in WORKING:
        return None
    return courier


async def verify(work: Work, courier_id: CourierId, change: VerificationChange) -> NamedCourier:
    """Note what a manager found in the courier's papers."""
    old = await repository.lock(work, courier_id)
    if old is None or not work.actor.covers(old.home_zone_id):
        raise NotFound("There is no such courier")
    if old.verification_status is not change.status:
        status = VERIFICATION.advance(
            old.verification_status, Verification(change.status), capacity_of(work.actor)
        )
        changed = replace(
            old, verification_status=status, rejected_reason=change.reason, updated_at=work.now
        )
        await repository.save_verification(work, changed)
        work.record(
            "courier.verify",
            "courier",
            courier_id,
            old={"verification": old.verification_status},
            new={"verification": status, "reason": change.reason},
        )
        _tell(work, changed)
    return await named(work, courier_id)


async def named(work: Work, courier_id: CourierId) -> NamedCourier:
    """Return a courier with the name; raise `NotFound`."""
    courier = await repository.named(work, courier_id)
    if courier is None or not work.actor.covers(courier.home_zone_id):
        raise NotFound("There is no such courier")
    return courier


async def change_status(work: Work, status: CourierStatus, until: datetime | None) -> Courier:
    """Go online, on a break or home, by the courier's own wish."""
    courier = await lock_own(work)
    if until is not None and not work.now < until <= work.now + LONGEST_SHIFT:
        unlikely = FieldError("until", "out_of_range", "must lie ahead, within a week")
        raise InvalidInput(fields=[unlikely])
    if status is CourierStatus.ONLINE and not _may_work(courier):
        raise NotVerified
    if courier.status is CourierStatus.ON_DELIVERY and status is CourierStatus.ONLINE:
        status = courier.status
    return await move(work, courier, status, By.COURIER, until=until)


def _may_work(courier: Courier) -> bool:
    return courier.is_active and courier.verification_status is Verification.VERIFIED


async def move(
    work: Work,
    courier: Courier,
    status: CourierStatus,
    by: By,
    *,
    until: datetime | None = None,
    delivered: int = 0,
) -> Courier:
    """Bring a locked courier into `status`; the same status again changes the shift's end only."""
    moved = replace(
        courier, total_deliveries=courier.total_deliveries + delivered, updated_at=work.now
    )
    if courier.status is not status:
        moved = replace(moved, status=COURIER.advance(courier.status, status, by))
        work.emit(
            CourierMoved(courier.id, courier.user_id, courier.home_zone_id, courier.status, status)
        )
        work.record(
            "courier.status",
            "courier",
            courier.id,
            old={"status": courier.status},
            new={"status": status, "by": by},
        )
    if status is CourierStatus.OFFLINE:
        moved = replace(moved, shift_started_at=None, shift_ends_at=None)
    elif courier.status is CourierStatus.OFFLINE:
        moved = replace(moved, shift_started_at=work.now, shift_ends_at=until)
    elif until is not None:
        moved = replace(moved, shift_ends_at=until)
    await repository.save_shift(work, moved)
    return moved


def _audited(courier: Courier) -> dict[str, object]:
    return {
        "vehicleType": courier.vehicle_type,
        "capacityItems": courier.capacity_items,
        "homeZoneId": str(courier.home_zone_id),
        "verification": courier.verification_status,
    }
