"""Places for addresses and addresses for places, asked of a service that speaks like Nominatim.

The protocol is Nominatim's `search` and `reverse` with `format=jsonv2`; several hosted services
speak it as well. A service that fails is left alone for a while, so that nobody waits for it.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Annotated, Any

import aiohttp
import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from api.kit.errors import NotFound, Unavailable
from api.kit.resources import Key
from api.settings import Settings
from api.version import VERSION
from geo.point import Point

log = logging.getLogger("api.geocoding")

DEADLINE_S = 3.0
"""How long one question may take, its second try included."""

PAUSE_S = 0.2
REST_S = 5.0
"""So long a service that failed is not asked again."""

AT_ONCE = 4
"""Whoever asks may hold a database connection meanwhile: most connections stay free."""

STREET_RANK = 26
"""Nominatim's place rank of streets; below it are quarters, towns and countries."""

_MOST = 5
_MOST_BYTES = 256 * 1024


class GeocoderOff(NotFound):
    """The installation has no geocoder."""

    code, title = "geocoder_off", "No geocoder is set up here: send latitude and longitude"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that an address may mean; `is_precise` from a street upwards."""

    point: Point
    label: str
    street: str | None
    building: str | None
    city: str | None
    postcode: str | None
    country_code: str | None
    is_precise: bool


class _Parts(BaseModel):
    """An address, taken apart by the service."""

    road: str | None = None
    house_number: str | None = None
    city: str | None = None
    town: str | None = None
    village: str | None = None
    postcode: str | None = None
    country_code: str | None = None


class _Found(BaseModel):
    """One place of an answer; numbers come as texts."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    display_name: str = ""
    place_rank: int = 30
    address: _Parts = _Parts()


_MANY = TypeAdapter(list[_Found])
_ONE = TypeAdapter(_Found)


class _Failed(Exception):
    """The service did not answer as it should; `again` where the next try may go better."""

    def __init__(self, why: str, *, again: bool = True) -> None:
        super().__init__(why)
        self.again = again


class Geocoder:
    """Asks the service that the settings name; close it when the program ends."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.geocoder_url.rstrip("/")
        self._key = settings.geocoder_key.get_secret_value()
        self._countries = ",".join(settings.geocoder_countries)
        self._free = AT_ONCE
        self._asked_again_at = 0.0
        contact = f" ({settings.geocoder_contact})" if settings.geocoder_contact else ""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=DEADLINE_S),
            headers={"User-Agent": f"Hermod/{VERSION}{contact}"},
        )

    @property
    def is_on(self) -> bool:
        """Tell whether a service is set up."""
        return bool(self._url)

    async def search(self, text: str, locale: str) -> list[Candidate]:
        """Return the places that an address may mean, best first.

        Raises `GeocoderOff`, `Unavailable`.
        """
        query = {"q": text, "limit": str(_MOST)}
        if self._countries:
            query["countrycodes"] = self._countries
        answer = await self._ask("/search", query, locale)
        return [] if answer is None else [_candidate(found) for found in _read(_MANY, answer)]

    async def reverse(self, point: Point, locale: str) -> Candidate | None:
        """Return the address nearest to a place, or None where the map is empty.

        Raises `GeocoderOff`, `Unavailable`.
        """
        query = {"lat": f"{point.lat:.7f}", "lon": f"{point.lng:.7f}"}
        answer = await self._ask("/reverse", query, locale)
        return None if answer is None else _candidate(_read(_ONE, answer))

    async def close(self) -> None:
        """Close the connections to the service."""
        await self._session.close()

    async def _ask(self, path: str, query: dict[str, str], locale: str) -> Any:
        """Return what the service says, asked twice at most; None where it finds nothing."""
        if not self.is_on:
            raise GeocoderOff
        if self._free == 0:
            message = "Many addresses are being looked up: try again in a moment"
            raise Unavailable(message, headers={"Retry-After": "1"})
        if time.monotonic() < self._asked_again_at:
            raise _away()
        query |= {"format": "jsonv2", "addressdetails": "1", "accept-language": locale}
        if self._key:
            query["key"] = self._key
        self._free -= 1
        try:
            async with asyncio.timeout(DEADLINE_S):
                try:
                    return await self._once(path, query)
                except _Failed as error:
                    if not error.again:
                        raise
                    await asyncio.sleep(PAUSE_S)
                    return await self._once(path, query)
        except (_Failed, TimeoutError) as error:
            self._asked_again_at = time.monotonic() + REST_S
            log.warning(
                "the geocoder does not answer", extra={"error": str(error) or type(error).__name__}
            )
            raise _away() from error
        finally:
            self._free += 1

    async def _once(self, path: str, query: dict[str, str]) -> Any:
        raw = bytearray()
        try:
            async with self._session.get(self._url + path, params=query) as response:
                status = response.status
                if status not in {200, 404}:  # some answer 404 where the map is empty
                    raise _Failed(f"status {status}", again=status >= 500)
                async for part in response.content.iter_any():
                    raw += part
                    if len(raw) > _MOST_BYTES:
                        raise _Failed("too much", again=False)
        except aiohttp.ClientError as error:
            raise _Failed(type(error).__name__) from error
        try:
            answer = orjson.loads(raw)
        except ValueError as error:
            raise _Failed("no JSON", again=False) from error
        if isinstance(answer, dict) and "error" in answer:
            return None
        if status == 404:
            raise _Failed("status 404", again=False)
        return answer


def _read(shape: TypeAdapter[Any], answer: object) -> Any:
    try:
        return shape.validate_python(answer)
    except ValidationError as error:
        log.warning("the geocoder says what we do not understand", extra={"count": len(str(error))})
        raise _away() from error


def _away() -> Unavailable:
    message = "The geocoder does not answer: try again, or send latitude and longitude"
    return Unavailable(message, headers={"Retry-After": str(int(REST_S))})


def _candidate(found: _Found) -> Candidate:
    parts = found.address
    return Candidate(
        point=Point(found.lat, found.lon),
        label=found.display_name.replace("\x00", "")[:500],
        street=parts.road,
        building=parts.house_number,
        city=parts.city or parts.town or parts.village,
        postcode=parts.postcode,
        country_code=parts.country_code,
        is_precise=found.place_rank >= STREET_RANK,
    )


GEOCODER: Key[Geocoder] = Key("geocoder")
