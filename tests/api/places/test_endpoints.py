"""Places and addresses through the API, with a geocoder, without one, and while it is away."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.app import RESOURCES
from api.integrations.geocoding import GEOCODER, Geocoder
from tests.support.cast import Cast
from tests.support.examples import ADDRESS
from tests.support.map_server import MapServer, place
from tests.support.people import Person

BOOK = "/api/v1/users/me/addresses"
TEXT = {k: v for k, v in ADDRESS.items() if k not in {"latitude", "longitude"}}
LINE = "Rua das Flores 1, Porto"
BY_TEXT = f"/api/v1/geo/geocode?text={LINE}&locale=pt"
BY_PLACE = "/api/v1/geo/reverse?latitude=41.15&longitude=-8.61"


@pytest.fixture
async def maps(cast: Cast) -> AsyncIterator[MapServer]:
    """Return the geocoder that the installation asks from here on."""
    found = MapServer()
    async with TestServer(found.app()) as server:
        url = str(server.make_url(""))
        geocoder = Geocoder(cast.stack.settings.model_copy(update={"geocoder_url": url}))
        cast.stack.api.app[RESOURCES].put(GEOCODER, geocoder)
        yield found
        await geocoder.close()


async def refused(person: Person) -> dict[str, str]:
    """Add the address without a place and return what is wrong with it."""
    answer = await person.post(BOOK, TEXT)
    assert answer.status == 422
    return dict(answer.fields)


async def test_an_address_without_a_place_is_looked_up_and_its_zone_found(
    cast: Cast, maps: MapServer
) -> None:
    person = await cast.customer()
    maps.places[LINE] = [place(LINE, 41.15, -8.61), place(LINE, 41.151, -8.61)]
    kept = (await person.post(BOOK, TEXT)).data
    assert (kept["latitude"], kept["longitude"], kept["zoneId"]) == (41.15, -8.61, cast.zone_id)
    assert (kept["geocodeStatus"], kept["isDeliverable"]) == ("ok", True)
    maps.places[LINE] = [place(LINE, 10.0, -8.61)]
    moved = (await person.put(f"{BOOK}/{kept['id']}", TEXT)).data
    assert (moved["latitude"], moved["zoneId"], moved["isDeliverable"]) == (10.0, None, False)
    assert maps.asked[-1].query["accept-language"] == "en"
    asked = len(maps.asked)
    sent = (await person.put(f"{BOOK}/{kept['id']}", ADDRESS)).data
    assert (sent["latitude"], sent["geocodeStatus"]) == (41.15, "ok")
    assert len(maps.asked) == asked


async def test_an_address_that_fits_several_places_says_so(cast: Cast, maps: MapServer) -> None:
    person = await cast.customer()
    for found in (
        [place(LINE, 41.15, -8.61), place(LINE, 41.17, -8.61)],
        [place("Porto", 41.15, -8.61, rank=16)],
    ):
        maps.places[LINE] = found
        kept = (await person.post(BOOK, TEXT)).data
        assert (kept["latitude"], kept["geocodeStatus"]) == (41.15, "ambiguous")
    maps.places[LINE] = [place(LINE, 41.15, -8.61), place("Porto", 41.2, -8.6, rank=16)]
    assert (await person.post(BOOK, TEXT)).data["geocodeStatus"] == "ok"


async def test_without_a_geocoder_a_place_is_asked_for(cast: Cast) -> None:
    person = await cast.customer()
    assert await refused(person) == {"latitude": "required"}
    for path in (BY_TEXT, BY_PLACE):
        off = await person.get(path)
        assert (off.status, off.code) == (404, "geocoder_off")


@pytest.mark.usefixtures("maps")
async def test_an_address_that_nobody_finds_is_not_kept(cast: Cast) -> None:
    person = await cast.customer()
    assert await refused(person) == {"latitude": "not_found"}
    half = await person.post(BOOK, TEXT | {"latitude": 41.15})
    assert half.fields == {"longitude": "required"}
    assert (await person.get(BOOK)).data["addresses"] == []


async def test_while_the_geocoder_is_away_a_place_can_be_sent(cast: Cast, maps: MapServer) -> None:
    maps.failures = [web.Response(status=503), web.Response(status=503)]
    person = await cast.customer()
    answer = await person.post(BOOK, TEXT)
    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert (await person.post(BOOK, TEXT)).status == 503  # left alone for a while
    assert len(maps.asked) == 2
    assert (await person.post(BOOK, ADDRESS)).status == 201
    assert len((await person.get(BOOK)).data["addresses"]) == 1


async def test_places_are_found_by_text_and_addresses_by_place(cast: Cast, maps: MapServer) -> None:
    person = await cast.customer()
    parts = {"road": "Rua das Flores", "house_number": "1", "city": "Porto", "postcode": "4050"}
    here = place(LINE, 41.15, -8.61, **parts, country_code="pt")
    maps.places[LINE] = [here, place(LINE, 10.0, 10.0)]
    first, second = (await person.get(BY_TEXT)).data["candidates"]
    assert first == {
        "label": LINE,
        "street": "Rua das Flores",
        "building": "1",
        "city": "Porto",
        "postcode": "4050",
        "countryCode": "pt",
        "latitude": 41.15,
        "longitude": -8.61,
        "isPrecise": True,
        "zoneId": cast.zone_id,
        "isDeliverable": True,
    }
    assert (second["zoneId"], second["isDeliverable"]) == (None, False)
    assert maps.asked[-1].query["accept-language"] == "pt"
    assert (await person.get(BY_PLACE)).status == 404
    maps.near = here
    assert (await person.get(BY_PLACE)).data == first
