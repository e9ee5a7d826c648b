"""Phone apps as they send: requests in the very form of Traccar Client, OsmAnd and OwnTracks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.support.people import Person


@dataclass
class Said:
    """What a receiver answered."""

    status: int
    text: str
    kind: str


async def send(
    person: Person, method: str, path: str, headers: dict[str, str] | None = None, body: str = ""
) -> Said:
    """Send a request as an app does: no access token, no envelope."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method, person.base + path, headers=headers, data=body.encode() if body else None
        ) as response,
    ):
        return Said(response.status, await response.text(), response.content_type)


def seconds(at: datetime) -> int:
    """Return a moment as the apps' Unix seconds."""
    return int(at.timestamp())


async def traccar_8(
    person: Person, token: str, at: datetime, lat: float, lon: float, **more: Any
) -> Said:
    """Send what Traccar Client up to version 8 sends: POST, all in the query, speed in knots."""
    query = {
        "id": token,
        "timestamp": seconds(at),
        "lat": lat,
        "lon": lon,
        "speed": 10.0,
        "bearing": 90.0,
        "altitude": 81.0,
        "accuracy": 8.0,
        "batt": 71.0,
    } | more
    return await send(person, "POST", "/phones/osmand?" + urlencode(query))


async def traccar_9(
    person: Person, token: str, at: datetime, lat: float, lon: float, **coords: Any
) -> Said:
    """Send what Traccar Client from version 9 on sends: JSON, m/s, -1 for what it does not know."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    known = {
        "latitude": lat,
        "longitude": lon,
        "accuracy": 5,
        "speed": -1,
        "heading": -1,
        "altitude": 5,
    } | coords
    listed = ",".join(f'"{name}":{value}' for name, value in known.items())
    body = (
        f'{{"location":{{"timestamp":"{stamp}","coords":{{{listed}}},"is_moving":false,'
        '"odometer":0,"event":"motionchange","battery":{"level":1,"is_charging":false},'
        f'"activity":{{"type":"still"}},"extras":{{}},"_":"&id={token}&lat={lat}&lon={lon}'
        f'&timestamp={stamp}&"}},"device_id":"{token}"}}'
    )
    return await send(person, "POST", "/phones/osmand", {"Content-Type": "application/json"}, body)


async def osmand(person: Person, token: str, at: datetime, lat: float, lon: float) -> Said:
    """Send what OsmAnd's online tracking sends with the address of docs/operate/phones.md."""
    ms = round(at.timestamp() * 1000)
    query = f"id={token}&lat={lat}&lon={lon}&timestamp={ms}&hdop=6.0&altitude=81.0"
    return await send(person, "GET", f"/phones/osmand?{query}")


def basic(user: str, password: str) -> str:
    """Return the value of the header for HTTP Basic authentication."""
    return aiohttp.encode_basic_auth(user, password)


async def owntracks(person: Person, token: str, body: str) -> Said:
    """Send what OwnTracks sends: JSON, the token as password."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Authorization": basic("carla", token),
        "X-Limit-U": "carla",
        "X-Limit-D": "phone",
        "User-Agent": "Owntracks-Android/gms/420500002",
    }
    return await send(person, "POST", "/phones/owntracks", headers, body)


def location(at: datetime, lat: float, lon: float, more: str = "") -> str:
    """Return an OwnTracks message about a place; speed in km/h."""
    return (
        f'{{"_type":"location","_id":"a5f4c2","acc":12,"alt":81,"batt":64,"bs":1,"cog":90,'
        f'"conn":"m","created_at":{seconds(at) + 1},"lat":{lat},"lon":{lon},"m":1,"t":"t",'
        f'"tid":"ca","topic":"owntracks/carla/phone","tst":{seconds(at)},"vac":2,"vel":36{more}}}'
    )
