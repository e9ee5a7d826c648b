"""Zones: drawing them, changing them, finding the one that holds a point."""

from dataclasses import replace

from api.kit.db import UniqueViolation
from api.kit.errors import FieldError, InvalidInput, NotFound, PreconditionFailed
from api.kit.ids import ZoneId, new_id
from api.kit.money import Money
from api.kit.work import Work
from api.zones import repository
from api.zones.fees import delivery_fee
from api.zones.model import Zone
from api.zones.schema import ZoneDraft
from geo import cells
from geo import polygon as shapes
from geo.point import Point, distance_m
from geo.polygon import GeometryError

COVER_RESOLUTION = 9
_AUDITED = ("name", "code", "base_fee_minor", "per_km_fee_minor", "currency", "is_active")


async def draw(work: Work, draft: ZoneDraft) -> Zone:
    """Save a new zone; raise `InvalidInput` for a bad shape, a taken code, an unknown currency."""
    zone = await _from_draft(work, draft)
    try:
        async with work.db.transaction():
            await repository.add(work, zone)
    except UniqueViolation as error:
        raise _code_taken() from error
    work.record("zone.add", "zone", zone.id, new=_audited(zone))
    return zone


async def redraw(work: Work, zone_id: ZoneId, draft: ZoneDraft) -> Zone:
    """Replace a zone; raise `PreconditionFailed` where somebody else changed it first."""
    old = await own(work, zone_id)
    new = await _from_draft(work, draft)
    version = old.version if work.expected_version is None else work.expected_version
    changed = replace(new, id=old.id, created_at=old.created_at, version=version)
    try:
        async with work.db.transaction():
            saved = await repository.change(work, changed)
    except UniqueViolation as error:
        raise _code_taken() from error
    if not saved:
        raise PreconditionFailed
    work.record("zone.change", "zone", zone_id, old=_audited(old), new=_audited(changed))
    return replace(changed, version=version + 1)


async def close(work: Work, zone_id: ZoneId) -> Zone:
    """Take a zone out of service; orders under way go on."""
    old = await own(work, zone_id)
    version = old.version if work.expected_version is None else work.expected_version
    closed = replace(old, is_active=False, version=version, updated_at=work.now)
    if not await repository.change(work, closed):
        raise PreconditionFailed
    work.record("zone.close", "zone", zone_id, old=_audited(old), new=_audited(closed))
    return replace(closed, version=version + 1)


async def get(work: Work, zone_id: ZoneId) -> Zone:
    """Return a zone; raise `NotFound`."""
    zone = await repository.zone(work, zone_id)
    if zone is None:
        raise NotFound("There is no such zone")
    return zone


async def own(work: Work, zone_id: ZoneId) -> Zone:
    """Return a zone that the caller may look after; raise `NotFound` for others."""
    if not work.actor.covers(zone_id):
        raise NotFound("There is no such zone")
    return await get(work, zone_id)


async def lock_own(work: Work, zone_id: ZoneId) -> Zone:
    """Return a zone that the caller may look after and hold its row; raise `NotFound`."""
    zone = await repository.lock(work, zone_id) if work.actor.covers(zone_id) else None
    if zone is None:
        raise NotFound("There is no such zone")
    work.tick()
    return zone


async def at_point(work: Work, point: Point, field: str) -> Zone:
    """Return the zone that holds `point`; raise `InvalidInput` on `field` where none does."""
    zone = await repository.at_point(work, point)
    if zone is None:
        outside = "we do not deliver here; see GET /api/v1/delivery-zones"
        raise InvalidInput(fields=[FieldError(field, "outside_zones", outside)])
    return zone


async def quote(work: Work, pickup: Point, dropoff: Point) -> tuple[Zone, Money, int]:
    """Return the zone, the fee and the straight distance in metres of a delivery."""
    zone = await repository.around(work, pickup, dropoff)
    if zone is None:
        await at_point(work, dropoff, "dropoff")
        await at_point(work, pickup, "pickup")
        apart = "pickup and dropoff must lie in the same zone"
        raise InvalidInput(fields=[FieldError("pickup", "other_zone", apart)])
    metres = distance_m(pickup, dropoff)
    fee = delivery_fee(zone.base_fee_minor, zone.per_km_fee_minor, metres, zone.currency)
    return zone, fee, round(metres)


async def _from_draft(work: Work, draft: ZoneDraft) -> Zone:
    try:
        shape = shapes.parse(draft.polygon, "polygon")
    except GeometryError as error:
        bad = FieldError(error.field, "bad_geometry", error.message)
        raise InvalidInput(fields=[bad]) from error
    try:
        h3_cells = cells.cover(shape, COVER_RESOLUTION)
    except ValueError as error:
        large = FieldError("polygon", "too_large", "a zone is a market: at most 10,000 km2")
        raise InvalidInput(fields=[large]) from error
    if await repository.decimals_of(work, draft.currency) is None:
        unknown = FieldError("currency", "unknown_currency", "we do not know this currency")
        raise InvalidInput(fields=[unknown])
    values = draft.model_dump(exclude={"polygon"})
    return Zone(
        id=ZoneId(new_id()),
        polygon=shape,
        h3_cells=h3_cells,
        version=1,
        created_at=work.now,
        updated_at=work.now,
        **values,
    )


def _audited(zone: Zone) -> dict[str, object]:
    return {name: getattr(zone, name) for name in _AUDITED}


def _code_taken() -> InvalidInput:
    return InvalidInput(fields=[FieldError("code", "taken", "another zone has this code")])
