"""The door of delivery slots."""

from datetime import timedelta

from api.kit.actor import PUBLIC
from api.kit.endpoint import Endpoint, Owner
from api.kit.errors import FieldError, InvalidInput
from api.kit.page import page_of, place_of
from api.kit.schema import Nothing, PageView
from api.kit.work import Work
from api.slots import repository, service
from api.slots.repository import Choice
from api.slots.schema import (
    LONGEST_RANGE_DAYS,
    FreeSlotQuery,
    FreeSlotView,
    OpenedView,
    PlannedSlotView,
    SkippedView,
    SlotDraft,
    SlotPath,
    SlotQuery,
    SlotsDraft,
    SlotView,
)
from api.slots.wall_clock import passed_at
from api.zones import repository as zones
from api.zones.time_zones import time_zone

_USUAL_RANGE = timedelta(days=6)
_LONGEST_RANGE = timedelta(days=LONGEST_RANGE_DAYS - 1)


async def free_slots(
    work: Work, _path: Nothing, query: FreeSlotQuery, _body: Nothing
) -> PageView[FreeSlotView]:
    """Slots of a zone that take orders, with their free places; the earliest first."""
    zone = await zones.zone(work, query.zone_id)
    if zone is None or not zone.is_active:
        unknown = "we deliver in no such zone; see GET /api/v1/delivery-zones"
        raise InvalidInput(fields=[FieldError("zoneId", "not_found", unknown)])
    passed = passed_at(work.now, time_zone(zone.time_zone))
    if query.date_from is None and query.date_until is not None:
        first = max(passed.date(), query.date_until - _LONGEST_RANGE)
    else:
        first = query.date_from or passed.date()
    last = query.date_until or first + _USUAL_RANGE
    choice = Choice(zone.id, first=first, last=last, begins_after=passed)
    found, total = await repository.page(work, choice, place_of(query))
    return page_of(query, [FreeSlotView.of(slot) for slot in found], total)


async def all_slots(
    work: Work, _path: Nothing, query: SlotQuery, _body: Nothing
) -> PageView[SlotView]:
    """Slots with their load, full, closed and past ones too; the earliest first."""
    choice = Choice(query.zone_id, work.actor.scope, query.date_from, query.date_until)
    found, total = await repository.page(work, choice, place_of(query))
    return page_of(query, [SlotView.of(slot) for slot in found], total)


async def any_slot(work: Work, path: SlotPath, _query: Nothing, _body: Nothing) -> PlannedSlotView:
    """One slot as staff set it; its ETag is what a change demands, its load stands in the list."""
    return PlannedSlotView.of(await service.own(work, path.slot_id))


async def open_slots(work: Work, _path: Nothing, _query: Nothing, draft: SlotsDraft) -> OpenedView:
    """Open slots on one day or by a weekly pattern, all of them or none."""
    opened = await service.open_slots(work, draft)
    return OpenedView(
        slots=[SlotView.of(slot) for slot in opened.slots],
        skipped=[SkippedView.of(hours) for hours in opened.skipped],
    )


async def change(work: Work, path: SlotPath, _query: Nothing, draft: SlotDraft) -> SlotView:
    """Replace places and hours of a slot, close it or open it again."""
    return SlotView.of(await service.change(work, path.slot_id, draft))


_ADMIN = "/api/v1/admin/delivery-slots"
_ONE = f"{_ADMIN}/{{slotId}}"

ENDPOINTS = (
    Endpoint("GET", "/api/v1/delivery-slots", free_slots, PUBLIC, Owner.ANYONE),
    Endpoint("GET", _ADMIN, all_slots, "slot:read", Owner.OWN_ZONES),
    Endpoint("POST", _ADMIN, open_slots, "slot:manage", Owner.OWN_ZONES, status=201),
    Endpoint("GET", _ONE, any_slot, "slot:read", Owner.OWN_ZONES, versioned=True),
    Endpoint("PUT", _ONE, change, "slot:manage", Owner.OWN_ZONES, versioned=True),
)
