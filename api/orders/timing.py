"""When an order is ready and when it is promised: as worked out, as asked for, or as its slot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.kit.errors import FieldError, InvalidInput
from api.kit.ids import SlotId, ZoneId
from api.kit.work import Work
from api.orders.schema import OrderDraft
from api.planning import just_in_time, promised_window
from api.slots import service as slots
from api.slots.wall_clock import Span

FURTHEST_AHEAD = timedelta(days=60)
FURTHEST_BACK = timedelta(days=1)
"""Goods may be ready for hours before somebody types the order in."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The times of an order; nobody delivers before `not_before`, which only a window sets."""

    slot_id: SlotId | None
    ready_at: datetime
    not_before: datetime | None
    promised_from: datetime
    promised_until: datetime


async def agree(work: Work, draft: OrderDraft, zone_id: ZoneId, distance_m: int) -> Timing:
    """Return the times of an order; with a slot a place of it is taken.

    Raises `InvalidInput` for times past, too far or in contradiction, and what
    `slots.book` raises.
    """
    if draft.slot_id is not None:
        return await _in_slot(work, draft, draft.slot_id, zone_id, distance_m)
    if draft.window_start is None or draft.window_end is None:
        ready_at = _ready_at(work, draft, default=work.now)
        return Timing(None, ready_at, None, *promised_window(work, ready_at, distance_m))
    default = just_in_time(work, draft.window_start, distance_m)
    ready_at = _ready_at(work, draft, default=default)
    _check_window(work, draft.window_end, ready_at)
    begins = max(draft.window_start, work.now)
    return Timing(None, ready_at, begins, begins, draft.window_end)


async def _in_slot(
    work: Work, draft: OrderDraft, slot_id: SlotId, zone_id: ZoneId, distance_m: int
) -> Timing:
    span = (await slots.book(work, slot_id, zone_id)).span
    _check_same(draft, span)
    default = just_in_time(work, span.starts_at, distance_m)
    ready_at = _ready_at(work, draft, default=default)
    if ready_at >= span.ends_at:
        late = f"the slot ends at {_shown(span.ends_at)}: choose a later one, or be ready earlier"
        raise InvalidInput(fields=[FieldError("readyAt", "too_late", late)])
    return Timing(slot_id, ready_at, span.starts_at, span.starts_at, span.ends_at)


def _check_same(draft: OrderDraft, span: Span) -> None:
    """Refuse a window beside a slot that is not the slot's own."""
    given = {"windowStart": draft.window_start, "windowEnd": draft.window_end}
    own = {"windowStart": span.starts_at, "windowEnd": span.ends_at}
    wrong = [
        FieldError(name, "not_the_slots", f"the slot has {_shown(own[name])}: leave the window out")
        for name, moment in given.items()
        if moment is not None and moment != own[name]
    ]
    if wrong:
        raise InvalidInput(fields=wrong)


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}Z"


def _ready_at(work: Work, draft: OrderDraft, *, default: datetime) -> datetime:
    if draft.ready_at is None:
        return default
    if draft.ready_at > work.now + FURTHEST_AHEAD and draft.slot_id is None:
        far = FieldError("readyAt", "too_far", "at most 60 days ahead")
        raise InvalidInput(fields=[far])
    if draft.ready_at < work.now - FURTHEST_BACK:
        past = FieldError("readyAt", "too_early", "lies in the past: leave it out for now")
        raise InvalidInput(fields=[past])
    return max(draft.ready_at, work.now)


def _check_window(work: Work, ends_at: datetime, ready_at: datetime) -> None:
    if ends_at <= work.now or ends_at <= ready_at:
        past = FieldError("windowEnd", "too_early", "must lie ahead, and after readyAt")
        raise InvalidInput(fields=[past])
    if ends_at > work.now + FURTHEST_AHEAD:
        far = FieldError("windowEnd", "too_far", "at most 60 days ahead")
        raise InvalidInput(fields=[far])
