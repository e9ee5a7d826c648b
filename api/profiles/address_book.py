"""The address book: each place with the zone that holds it, one of them the default."""

from dataclasses import replace

from api.identity import repository as identity_rows
from api.integrations.geocoding import GEOCODER
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import AddressId, new_id
from api.kit.work import Work
from api.profiles import repository
from api.profiles.model import Address, GeocodeStatus
from api.profiles.schema import AddressDraft
from api.zones import repository as zone_rows
from geo import cells
from geo.point import Point, distance_m

MOST = 50
CELL_RESOLUTION = 9
SAME_PLACE_M = 200.0
"""Answers so near to one another mean the same place: entrances, halves of a street."""


class AddressBookFull(Conflict):
    """Nobody lives in so many places."""

    code, title = "address_book_full", f"An address book holds {MOST} addresses: delete one first"


async def get(work: Work, address_id: AddressId) -> Address:
    """Return one of the caller's addresses; raise `NotFound`."""
    address = await repository.address(work, work.actor.id, address_id)
    if address is None:
        raise NotFound("You have no such address")
    return address


async def add(work: Work, draft: AddressDraft) -> Address:
    """Add an address; the first becomes the default."""
    await identity_rows.lock_user(work, work.actor.id)
    book = await repository.address_book(work, work.actor.id)
    if len(book) >= MOST:
        raise AddressBookFull
    address = await _placed(work, AddressId(new_id()), draft)
    address = replace(address, is_default=draft.is_default or not book)
    if address.is_default:
        await repository.no_default(work, work.actor.id)
    await repository.add_address(work, address)
    return address


async def change(work: Work, address_id: AddressId, draft: AddressDraft) -> Address:
    """Replace an address; the default stays one until another is made it."""
    await identity_rows.lock_user(work, work.actor.id)
    old = await get(work, address_id)
    placed = await _placed(work, address_id, draft)
    changed = replace(
        placed, is_default=old.is_default or draft.is_default, created_at=old.created_at
    )
    if changed.is_default:
        await repository.no_default(work, work.actor.id)
    await repository.save_address(work, changed)
    return changed


async def make_default(work: Work, address_id: AddressId) -> Address:
    """Make an address the default."""
    await identity_rows.lock_user(work, work.actor.id)
    chosen = replace(await get(work, address_id), is_default=True, updated_at=work.now)
    await repository.no_default(work, work.actor.id)
    await repository.save_address(work, chosen)
    return chosen


async def delete(work: Work, address_id: AddressId) -> None:
    """Delete an address; where it was the default, the newest becomes it."""
    await identity_rows.lock_user(work, work.actor.id)
    if not await repository.delete_address(work, work.actor.id, address_id):
        raise NotFound("You have no such address")
    await repository.some_default(work, work.actor.id)


async def _placed(work: Work, address_id: AddressId, draft: AddressDraft) -> Address:
    point, status = draft.point, GeocodeStatus.OK
    if point is None:
        point, status = await _geocoded(work, draft)
    zone = await zone_rows.at_point(work, point)
    return Address(
        id=address_id,
        user_id=work.actor.id,
        location=point,
        zone_id=None if zone is None else zone.id,
        h3_cell=cells.cell_of(point, CELL_RESOLUTION),
        geocode_status=status,
        created_at=work.now,
        updated_at=work.now,
        **draft.model_dump(exclude={"latitude", "longitude"}),
    )


async def _geocoded(work: Work, draft: AddressDraft) -> tuple[Point, GeocodeStatus]:
    """Return where the text of an address lies; raise `InvalidInput`, `Unavailable`."""
    geocoder = work[GEOCODER]
    if not geocoder.is_on:
        raise _no_place("required", "no geocoder is set up here: send latitude and longitude")
    user = await identity_rows.user(work, work.actor.id)
    found = await geocoder.search(draft.line, "en" if user is None else user.locale)
    if not found:
        message = "this address was not found: correct it, or send latitude and longitude"
        raise _no_place("not_found", message)
    best, *others = found
    rivals = [one for one in others if one.is_precise]
    near = all(distance_m(best.point, one.point) <= SAME_PLACE_M for one in rivals)
    sure = best.is_precise and near
    return best.point, GeocodeStatus.OK if sure else GeocodeStatus.AMBIGUOUS


def _no_place(code: str, message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError("latitude", code, message)])
