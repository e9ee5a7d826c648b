"""Every statement about zones."""

from sqlalchemy import bindparam

from api.kit.ids import ZoneId
from api.kit.page import Place
from api.kit.statement import Command, Query, columns, inserting, locked, selecting
from api.kit.work import Work
from api.zones.model import Zone, zones
from geo.point import Point

_BY_ID = selecting(Zone, zones).where(zones.c.id == bindparam("id"))
_ZONE = Query(Zone, _BY_ID)
_LOCK = Query(Zone, locked(_BY_ID))
_ADD = inserting(Zone, zones)
_CHANGE = Command(
    """
    UPDATE zones SET name = :name, code = :code, polygon = :polygon, h3_cells = :h3_cells,
        base_fee_minor = :base_fee_minor, per_km_fee_minor = :per_km_fee_minor,
        free_above_minor = :free_above_minor, currency = :currency, time_zone = :time_zone,
        is_active = :is_active, version = version + 1, updated_at = :updated_at
    WHERE id = :id AND version = :version
    """
)
_AT_POINT = Query(
    Zone,
    """
    SELECT * FROM zones
    WHERE is_active AND ST_Covers(polygon, :point::geography)
    ORDER BY id LIMIT 1
    """,
)
_AROUND = Query(
    Zone,
    """
    SELECT * FROM zones
    WHERE is_active AND ST_Covers(polygon, :a::geography) AND ST_Covers(polygon, :b::geography)
    ORDER BY id LIMIT 1
    """,
)
_PAGE = Query(
    Zone,
    """
    SELECT * FROM zones
    WHERE (is_active OR :hidden_too)
      AND (:point::geography IS NULL OR ST_Covers(polygon, :point::geography))
      AND (:scope::uuid[] IS NULL OR NOT :hidden_too OR id = ANY(:scope))
      AND (:after::uuid IS NULL OR id > :after)
    ORDER BY id LIMIT :limit OFFSET :offset
    """,
)
_COUNT = Query(
    int,
    """
    SELECT count(*) FROM zones
    WHERE (is_active OR :hidden_too)
      AND (:point::geography IS NULL OR ST_Covers(polygon, :point::geography))
      AND (:scope::uuid[] IS NULL OR NOT :hidden_too OR id = ANY(:scope))
    """,
)
_DECIMALS = Query(int, "SELECT decimals FROM currencies WHERE code = :code")


async def zone(work: Work, zone_id: ZoneId) -> Zone | None:
    """Return the zone with this id."""
    return await _ZONE.one(work.db, id=zone_id)


async def lock(work: Work, zone_id: ZoneId) -> Zone | None:
    """Return the zone and hold its row until the transaction ends; orders are placed meanwhile."""
    return await _LOCK.one(work.db, id=zone_id)


async def add(work: Work, added: Zone) -> None:
    """Save a new zone; raise `UniqueViolation` where its code is taken."""
    await _ADD.run(work.db, **columns(added))


async def change(work: Work, changed: Zone) -> bool:
    """Save a zone if it still has the version of `changed`; False where it has moved on."""
    return await _CHANGE.run(work.db, **columns(changed, _CHANGED)) > 0


async def at_point(work: Work, point: Point) -> Zone | None:
    """Return the active zone that holds `point`."""
    return await _AT_POINT.one(work.db, point=point)


async def around(work: Work, a: Point, b: Point) -> Zone | None:
    """Return the active zone that holds both points; zones may overlap."""
    return await _AROUND.one(work.db, a=a, b=b)


async def page(
    work: Work, *, point: Point | None, hidden_too: bool, place: Place
) -> tuple[list[Zone], int]:
    """Return some zones and the number of all; inactive ones only where `hidden_too`."""
    chosen = {"point": point, "hidden_too": hidden_too, "scope": work.actor.scope}
    found = await _PAGE.all(work.db, **chosen, **columns(place))
    return found, await _COUNT.value(work.db, **chosen)


async def decimals_of(work: Work, currency: str) -> int | None:
    """Return the decimals of a currency we know; None for others."""
    return await _DECIMALS.one(work.db, code=currency)


_CHANGED = (
    "id",
    "version",
    "name",
    "code",
    "polygon",
    "h3_cells",
    "base_fee_minor",
    "per_km_fee_minor",
    "free_above_minor",
    "currency",
    "time_zone",
    "is_active",
    "updated_at",
)
