"""Geocoding: the question as Nominatim takes it, and what becomes of every odd answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from api.integrations import geocoding
from api.integrations.geocoding import Geocoder, GeocoderOff
from api.kit.errors import Unavailable
from api.settings import Settings
from geo.point import Point
from tests.support.map_server import MapServer, place

FLOWERS = place("1, Rua das Flores, Porto", 41.1422, -8.6132, road="Rua das Flores", town="Porto")


@dataclass
class Asking:
    """A geocoder and the service that it asks."""

    geocoder: Geocoder
    server: MapServer


@pytest.fixture
async def asking(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asking]:
    """Return a geocoder beside its service, which is left alone after failures for no time."""
    monkeypatch.setattr(geocoding, "REST_S", 0.0)
    monkeypatch.setattr(geocoding, "PAUSE_S", 0.0)
    server = MapServer({"Rua das Flores 1, Porto": [FLOWERS]})
    async with TestServer(server.app()) as running:
        given = {
            "geocoder_url": str(running.make_url("")),
            "geocoder_key": SecretStr("a key"),
            "geocoder_contact": "ops@hermod.example",
            "geocoder_countries": ("pt", "es"),
        }
        geocoder = Geocoder(settings.model_copy(update=given))
        yield Asking(geocoder, server)
        server.woken.set()
        await geocoder.close()


async def test_a_text_is_asked_for_as_nominatim_takes_it(asking: Asking) -> None:
    (found,) = await asking.geocoder.search("Rua das Flores 1, Porto", "pt")
    assert (found.point, found.label) == (Point(41.1422, -8.6132), "1, Rua das Flores, Porto")
    assert (found.street, found.city, found.is_precise) == ("Rua das Flores", "Porto", True)
    (request,) = asking.server.asked
    assert request.query["accept-language"] == "pt"
    assert (request.query["countrycodes"], request.query["key"]) == ("pt,es", "a key")
    assert request.headers["User-Agent"].endswith("(ops@hermod.example)")
    assert await asking.geocoder.search("Nowhere 5", "pt") == []


async def test_a_place_has_the_address_nearest_to_it_or_none(asking: Asking) -> None:
    assert await asking.geocoder.reverse(Point(0.0, 0.0), "en") is None
    asking.server.near = place("Porto", 41.15, -8.61, rank=16, city="Porto")
    found = await asking.geocoder.reverse(Point(41.15, -8.61), "en")
    assert found is not None
    assert (found.city, found.is_precise) == ("Porto", False)
    assert asking.server.asked[-1].query["lon"] == "-8.6100000"


@pytest.mark.parametrize("status", [500, 503, None])
async def test_a_failure_is_tried_once_more(asking: Asking, status: int | None) -> None:
    """None stands for a connection that breaks."""
    asking.server.failures = [web.Response(status=status) if status else None]
    assert await asking.geocoder.search("Rua das Flores 1, Porto", "pt")
    assert len(asking.server.asked) == 2


async def test_two_failures_are_told_to_the_caller(asking: Asking) -> None:
    asking.server.failures = [web.Response(status=502), web.Response(status=502)]
    with pytest.raises(Unavailable, match="send latitude and longitude"):
        await asking.geocoder.search("Rua das Flores 1, Porto", "pt")
    assert len(asking.server.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 429},
        {"status": 401},
        {"status": 404, "text": "<html>no such page</html>"},
        {"text": "<html>hello</html>"},
        {"text": '[{"lat": "NaN", "lon": "1"}]'},
        {"text": '[{"lat": "91", "lon": "1"}]'},
        {"text": '{"lat": "1"}'},
        {"text": "[" + " " * 300_000 + "]"},
    ],
)
async def test_an_answer_that_a_second_try_does_not_mend_is_asked_for_once(
    asking: Asking, answer: dict[str, object]
) -> None:
    asking.server.failures = [web.Response(**answer)]  # type: ignore[arg-type]  # plain arguments
    with pytest.raises(Unavailable):
        await asking.geocoder.search("Rua das Flores 1, Porto", "pt")
    assert len(asking.server.asked) == 1


async def test_an_empty_map_may_be_said_with_404(asking: Asking) -> None:
    """Hosted services answer so; Nominatim itself does not."""
    said = {"error": "Unable to geocode"}
    asking.server.failures = [web.json_response(said, status=404) for _ in range(2)]
    assert await asking.geocoder.search("Nowhere 5", "en") == []
    assert await asking.geocoder.reverse(Point(0.0, 0.0), "en") is None


async def test_a_service_that_hangs_or_failed_is_left_alone(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geocoding, "DEADLINE_S", 0.05)
    monkeypatch.setattr(geocoding, "REST_S", 60.0)
    asking.server.hangs = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            await asking.geocoder.search("Rua das Flores 1, Porto", "pt")
    assert len(asking.server.asked) == 1


async def test_so_many_questions_at_once_and_no_more(asking: Asking) -> None:
    asking.server.hangs = True
    asks = [asyncio.create_task(asking.geocoder.search("x", "en")) for _ in range(5)]
    async with asyncio.timeout(10):
        await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)
    (refused,) = [one for one in asks if one.done()]
    assert isinstance(refused.exception(), Unavailable)
    for one in asks:
        one.cancel()
    await asyncio.wait(asks)
    asking.server.hangs = False
    assert await asking.geocoder.search("Rua das Flores 1, Porto", "pt")


async def test_without_a_service_nothing_is_asked(settings: Settings) -> None:
    geocoder = Geocoder(settings)
    with pytest.raises(GeocoderOff):
        await geocoder.search("Rua das Flores 1, Porto", "pt")
    await geocoder.close()
