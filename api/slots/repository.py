"""Every statement about delivery slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from api.kit.ids import SlotId, ZoneId
from api.kit.page import Place
from api.kit.statement import Command, Query, columns
from api.kit.work import Work
from api.slots.model import Slot

_ROWS = """
    SELECT s.*, z.time_zone FROM delivery_slots AS s JOIN zones AS z ON z.id = s.zone_id
"""
_GET = Query(Slot, _ROWS + "WHERE s.id = :id")
_LOCK = Query(Slot, _ROWS + "WHERE s.id = :id FOR NO KEY UPDATE OF s")
_OF_DAYS = Query(
    Slot,
    _ROWS + "WHERE s.zone_id = :zone_id AND s.date >= :first AND s.date <= :last ORDER BY s.date",
)
_ADD = Command(
    """
    INSERT INTO delivery_slots (id, zone_id, date, start_time, end_time, max_orders,
        current_orders, is_available, version, created_at, updated_at)
    SELECT n.id, :zone_id, n.date, n.start_time, n.end_time, :max_orders, 0, :is_available, 1,
        :now, :now
    FROM unnest(:ids::uuid[], :dates::date[], :starts::time[], :ends::time[])
         AS n(id, date, start_time, end_time)
    """
)
_CHANGE = Command(
    """
    UPDATE delivery_slots SET start_time = :start_time, end_time = :end_time,
        max_orders = :max_orders, is_available = :is_available, version = :version,
        updated_at = :updated_at
    WHERE id = :id
    """
)
_TAKE = Command("UPDATE delivery_slots SET current_orders = current_orders + 1 WHERE id = :id")
_FREE = Command("UPDATE delivery_slots SET current_orders = current_orders - 1 WHERE id = :id")

_CHOSEN = """
    WHERE (:zone_id::uuid IS NULL OR s.zone_id = :zone_id)
      AND (:scope::uuid[] IS NULL OR s.zone_id = ANY(:scope))
      AND (:first::date IS NULL OR s.date >= :first)
      AND (:last::date IS NULL OR s.date <= :last)
      AND (:begins_after::timestamp IS NULL
           OR s.is_available AND s.current_orders < s.max_orders
              AND s.date + s.start_time > :begins_after)
"""
_PAGE = Query(
    Slot,
    _ROWS
    + _CHOSEN
    + """
      AND (:after::uuid IS NULL OR (s.date, s.start_time, s.id) >
           (SELECT a.date, a.start_time, a.id FROM delivery_slots AS a WHERE a.id = :after))
    ORDER BY s.date, s.start_time, s.id LIMIT :limit OFFSET :offset
    """,
)
_COUNT = Query(int, "SELECT count(*) FROM delivery_slots AS s" + _CHOSEN)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which slots a list shows; None stands for all.

    With `begins_after`, a reading of the wall clock, only those that take orders.
    """

    zone_id: ZoneId | None = None
    scope: list[ZoneId] | None = None
    first: date | None = None
    last: date | None = None
    begins_after: datetime | None = None


async def slot(work: Work, slot_id: SlotId) -> Slot | None:
    """Return the slot with this id."""
    return await _GET.one(work.db, id=slot_id)


async def lock(work: Work, slot_id: SlotId) -> Slot | None:
    """Return the slot and hold its row until the transaction ends."""
    return await _LOCK.one(work.db, id=slot_id)


async def of_days(work: Work, zone_id: ZoneId, first: date, last: date) -> list[Slot]:
    """Return the slots of a zone on some days, both included."""
    return await _OF_DAYS.all(work.db, zone_id=zone_id, first=first, last=last)


async def add(work: Work, added: Sequence[Slot]) -> None:
    """Save new slots of one zone that differ in their hours only."""
    one = added[0]
    await _ADD.run(
        work.db,
        zone_id=one.zone_id,
        max_orders=one.max_orders,
        is_available=one.is_available,
        now=one.created_at,
        ids=[slot.id for slot in added],
        dates=[slot.date for slot in added],
        starts=[slot.start_time for slot in added],
        ends=[slot.end_time for slot in added],
    )


async def change(work: Work, changed: Slot) -> None:
    """Save a locked slot."""
    await _CHANGE.run(work.db, **columns(changed, _CHANGED))


async def take(work: Work, slot_id: SlotId) -> None:
    """Count an order more; the database refuses one more than there are places."""
    await _TAKE.run(work.db, id=slot_id)


async def free(work: Work, slot_id: SlotId) -> None:
    """Count an order less."""
    await _FREE.run(work.db, id=slot_id)


async def page(work: Work, choice: Choice, place: Place) -> tuple[list[Slot], int]:
    """Return some slots, the earliest first, and the number of all that fit."""
    chosen = columns(choice)
    found = await _PAGE.all(work.db, **chosen, **columns(place))
    return found, await _COUNT.value(work.db, **chosen)


_CHANGED = (
    "id",
    "start_time",
    "end_time",
    "max_orders",
    "is_available",
    "version",
    "updated_at",
)
