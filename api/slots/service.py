"""Delivery slots: opening and changing them, taking a place and giving it back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import SlotId, ZoneId, new_id
from api.kit.work import Work
from api.slots import repository
from api.slots.model import Slot
from api.slots.schema import MOST_AT_ONCE, SlotDraft, SlotsDraft
from api.slots.wall_clock import Hours, first_overlap, is_skipped, reading_at
from api.zones import service as zones
from api.zones.model import Zone
from api.zones.time_zones import time_zone

OPENED_AHEAD = timedelta(days=366)
_LIST = "GET /api/v1/delivery-slots"


class SlotOverlap(Conflict):
    """The zone has a slot at some of these hours."""

    code = "slot_overlap"
    title = "The zone has a slot at these hours: choose others, or change that one"


class SlotBooked(Conflict):
    """The hours of a slot are promised to somebody."""

    code = "slot_booked"
    title = "Orders are promised these hours: close the slot and open another one"


class SlotBelowBooked(Conflict):
    """Fewer places than orders."""

    code = "slot_below_booked"
    title = "More orders are booked than that: send at least their number, or close the slot"


class SlotFull(Conflict):
    """Every place is taken."""

    code = "slot_full"
    title = f"The slot is full: choose another of {_LIST}"


class SlotClosed(Conflict):
    """The slot takes no orders."""

    code = "slot_closed"
    title = f"The slot is closed: choose another of {_LIST}"


class SlotBegun(Conflict):
    """The slot has begun, or is over."""

    code = "slot_begun"
    title = f"The slot has begun already: choose a later one of {_LIST}"


@dataclass(frozen=True, slots=True)
class Opened:
    """New slots, and the hours that the clock jumps over."""

    slots: Sequence[Slot]
    skipped: Sequence[Hours]


async def open_slots(work: Work, draft: SlotsDraft) -> Opened:
    """Open the slots of a day or of a weekly pattern, all of them or none.

    Hours that do not exist on a day (the clock is put forward) are left out and told. Raises
    `InvalidInput` for a foreign zone and for days past or too far, `SlotOverlap`.
    """
    try:
        zone = await zones.lock_own(work, draft.zone_id)
    except NotFound as error:
        stranger = FieldError("zoneId", "not_found", "there is no such zone")
        raise InvalidInput(fields=[stranger]) from error
    _check_days(work, zone, draft)
    asked = list(draft.wanted())
    skipped = [hours for hours in asked if is_skipped(hours, time_zone(zone.time_zone))]
    made = [_slot(work, zone, draft, hours) for hours in asked if hours not in skipped]
    _check_number(zone, made, skipped)
    standing = await repository.of_days(work, zone.id, made[0].date, made[-1].date)
    _check_apart([*standing, *made])
    await repository.add(work, made)
    work.record(
        "slot.open",
        "zone",
        zone.id,
        new=draft.model_dump(mode="json", by_alias=True) | {"slots": len(made)},
    )
    return Opened(made, skipped)


async def own(work: Work, slot_id: SlotId) -> Slot:
    """Return a slot of a zone that the caller may look after; raise `NotFound` for others."""
    slot = await repository.slot(work, slot_id)
    if slot is None or not work.actor.covers(slot.zone_id):
        raise NotFound("There is no such slot")
    return slot


async def change(work: Work, slot_id: SlotId, draft: SlotDraft) -> Slot:
    """Replace places and hours of a slot, close it or open it again.

    Raises `NotFound` for a slot of a foreign zone, `PreconditionFailed` where somebody else changed
    it first, `SlotBelowBooked`, `SlotBooked` for other hours than were promised, `SlotOverlap`.
    """
    old = await _lock_own(work, slot_id)
    work.check_version(old.version)
    hours = draft.on(old.date)
    if draft.max_orders < old.current_orders:
        message = f"{old.current_orders} orders are booked: send at least as many, or close it"
        raise SlotBelowBooked(message)
    changed = replace(
        old,
        start_time=hours.start,
        end_time=hours.end,
        max_orders=draft.max_orders,
        is_available=draft.is_available,
        version=old.version + 1,
        updated_at=work.now,
    )
    if hours != old.hours:
        await _check_move(work, old, changed)
    await repository.change(work, changed)
    work.record("slot.change", "slot", slot_id, old=_audited(old), new=_audited(changed))
    return changed


async def book(work: Work, slot_id: SlotId, zone_id: ZoneId) -> Slot:
    """Take a place in a slot for an order in the zone; it belongs to the caller's transaction.

    Raises `InvalidInput` for a slot of another zone, `SlotClosed`, `SlotBegun`, `SlotFull`.
    """
    slot = await repository.lock(work, slot_id)
    if slot is None:
        unknown = FieldError("slotId", "not_found", f"there is no such slot; see {_LIST}")
        raise InvalidInput(fields=[unknown])
    work.tick()
    if slot.zone_id != zone_id:
        message = f"the order lies in another zone: choose one of {_LIST}?zoneId={zone_id}"
        raise InvalidInput(fields=[FieldError("slotId", "other_zone", message)])
    if not slot.is_available:
        raise SlotClosed
    if slot.span.starts_at <= work.now:
        raise SlotBegun
    if slot.free_places < 1:
        raise SlotFull
    await repository.take(work, slot_id)
    return slot


async def release(work: Work, slot_id: SlotId) -> None:
    """Give the place of a cancelled order back; the caller sees to it that this happens once."""
    await repository.free(work, slot_id)


async def _lock_own(work: Work, slot_id: SlotId) -> Slot:
    """Return a slot that the caller may look after, held; its zone first, as when slots open."""
    await zones.lock_own(work, (await own(work, slot_id)).zone_id)
    slot = await repository.lock(work, slot_id)
    if slot is None:
        raise NotFound("There is no such slot")
    work.tick()
    return slot


def _slot(work: Work, zone: Zone, draft: SlotsDraft, hours: Hours) -> Slot:
    return Slot(
        id=SlotId(new_id()),
        zone_id=zone.id,
        time_zone=zone.time_zone,
        date=hours.date,
        start_time=hours.start,
        end_time=hours.end,
        max_orders=draft.max_orders,
        current_orders=0,
        is_available=draft.is_available,
        version=1,
        created_at=work.now,
        updated_at=work.now,
    )


def _check_days(work: Work, zone: Zone, draft: SlotsDraft) -> None:
    today = reading_at(work.now, time_zone(zone.time_zone)).date()
    if draft.date < today:
        past = FieldError("date", "too_early", f"lies in the past: today is {today} there")
        raise InvalidInput(fields=[past])
    last, name = (draft.last_date, "lastDate") if draft.last_date else (draft.date, "date")
    if last > today + OPENED_AHEAD:
        far = FieldError(name, "too_far", f"at most {OPENED_AHEAD.days} days ahead")
        raise InvalidInput(fields=[far])


def _check_number(zone: Zone, made: Sequence[Slot], skipped: Sequence[Hours]) -> None:
    if len(made) > MOST_AT_ONCE:
        many = f"this makes {len(made)} slots, at most {MOST_AT_ONCE} at once: send fewer days"
        raise InvalidInput(fields=[FieldError("lastDate", "too_many", many)])
    if skipped and not made:
        jump = f"the clock of {zone.time_zone} jumps over {skipped[0]}: choose other hours"
        raise InvalidInput(fields=[FieldError("times", "skipped_hours", jump)])
    if not made:
        none = "none of these days lies between date and lastDate"
        raise InvalidInput(fields=[FieldError("daysOfWeek", "no_such_day", none)])


def _check_apart(slots: Iterable[Slot]) -> None:
    clash = first_overlap(slot.hours for slot in slots)
    if clash:
        one, other = clash
        raise SlotOverlap(f"{other} overlaps {one}: choose other hours, or change that slot")


async def _check_move(work: Work, old: Slot, changed: Slot) -> None:
    if old.current_orders:
        message = f"{old.current_orders} orders are promised {old.hours}: close it, open another"
        raise SlotBooked(message)
    if is_skipped(changed.hours, time_zone(changed.time_zone)):
        jump = f"the clock of {changed.time_zone} jumps over {changed.hours}: choose other hours"
        raise InvalidInput(fields=[FieldError("startTime", "skipped_hours", jump)])
    standing = await repository.of_days(work, old.zone_id, old.date, old.date)
    _check_apart([changed, *(slot for slot in standing if slot.id != old.id)])


def _audited(slot: Slot) -> dict[str, object]:
    return {
        "hours": str(slot.hours),
        "max_orders": slot.max_orders,
        "is_available": slot.is_available,
    }
