"""The address book: own addresses only, each with its zone, exactly one default."""

import asyncio
from typing import Any

from tests.support.cast import Cast
from tests.support.examples import ADDRESS
from tests.support.people import Person

BOOK = "/api/v1/users/me/addresses"


async def book(person: Person) -> list[dict[str, Any]]:
    """Return the addresses as the person sees them."""
    return list((await person.get(BOOK)).data["addresses"])


async def test_an_address_is_kept_with_the_zone_that_holds_it(cast: Cast) -> None:
    person = await cast.customer()
    inside = (await person.post(BOOK, ADDRESS | {"apartment": "3 E"})).data
    assert (inside["zoneId"], inside["isDeliverable"], inside["isDefault"]) == (
        cast.zone_id,
        True,
        True,
    )
    assert (inside["latitude"], inside["longitude"]) == (41.15, -8.61)
    outside = (await person.post(BOOK, ADDRESS | {"latitude": 10.0})).data
    assert (outside["zoneId"], outside["isDeliverable"], outside["isDefault"]) == (
        None,
        False,
        False,
    )
    assert await book(person) == [inside, outside]
    assert (await person.get(f"{BOOK}/{outside['id']}")).data == outside
    moved = (await person.put(f"{BOOK}/{outside['id']}", ADDRESS | {"name": "Work"})).data
    assert (moved["name"], moved["zoneId"], moved["isDefault"]) == ("Work", cast.zone_id, False)


async def test_one_address_is_the_default_whatever_happens(cast: Cast) -> None:
    person = await cast.customer()
    ids = [(await person.post(BOOK, ADDRESS | {"name": f"{n}"})).data["id"] for n in range(3)]

    async def default() -> list[str]:
        return [one["id"] for one in await book(person) if one["isDefault"]]

    assert await default() == [ids[0]]
    assert (await person.put(f"{BOOK}/{ids[1]}/default")).data["isDefault"] is True
    assert await default() == [ids[1]]
    assert (await person.put(f"{BOOK}/{ids[2]}", ADDRESS | {"isDefault": True})).status == 200
    assert await default() == [ids[2]]
    assert (await person.put(f"{BOOK}/{ids[2]}", ADDRESS)).data["isDefault"] is True
    assert (await person.ask("DELETE", f"{BOOK}/{ids[2]}")).status == 204
    assert await default() == [ids[1]]
    assert (await person.get(f"{BOOK}/{ids[2]}")).status == 404


async def test_parallel_changes_leave_one_default(cast: Cast) -> None:
    person = await cast.customer()
    drafts = [person.post(BOOK, ADDRESS | {"isDefault": True}) for _ in range(8)]
    assert {answer.status for answer in await asyncio.gather(*drafts)} == {201}
    ids = [one["id"] for one in await book(person)]
    await asyncio.gather(*(person.put(f"{BOOK}/{one}/default") for one in ids))
    assert [one["isDefault"] for one in await book(person)] == [True] + [False] * 7


async def test_a_book_ends_somewhere(cast: Cast) -> None:
    person = await cast.customer()
    for _ in range(50):
        assert (await person.post(BOOK, ADDRESS)).status == 201
    assert (await person.post(BOOK, ADDRESS)).code == "address_book_full"


async def test_a_lost_answer_adds_no_second_address(cast: Cast) -> None:
    person = await cast.customer()
    first, second = [(await person.post(BOOK, ADDRESS, key="one")).data for _ in range(2)]
    assert first == second
    assert len(await book(person)) == 1
