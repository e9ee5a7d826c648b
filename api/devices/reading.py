"""What phone apps send, read as fixes: the OsmAnd protocol (Traccar Client) and OwnTracks' JSON.

Times are real Unix milliseconds, None where the app sent none; what an app does not know is None.
An app keeps a fix until it is answered with success and sends the same one again and again, so that
only what nobody could ever read is refused: anything else that a fix says is judged later.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from api.kit.errors import FieldError, InvalidInput

KNOT_MPS = 1852 / 3600
KMH_MPS = 1 / 3.6
MOST = 500
"""So many fixes one request may carry."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SECONDS_END = 1 << 31
_MS_END = 253_402_214_400_000  # the end of the year 9999


@dataclass(frozen=True, slots=True)
class Reading:
    """One GPS reading as an app reported it, in our units."""

    t_ms: int | None
    lat: float
    lng: float
    speed_mps: float | None
    heading_deg: float | None
    accuracy_m: float | None


def osmand_query(values: Mapping[str, str]) -> Reading:
    """Return the fix of a query or a form: `lat lon timestamp speed bearing accuracy`.

    `speed` is in knots; `location=lat,lon` and `heading` are other spellings; the rest is ignored.
    """
    lat, lng = values.get("lat"), values.get("lon")
    if "location" in values:
        lat, _, lng = values["location"].partition(",")
    heading = values.get("bearing", values.get("heading"))
    return Reading(
        t_ms=_time(values.get("timestamp"), "timestamp"),
        lat=_needed(lat, "lat"),
        lng=_needed(lng, "lon"),
        speed_mps=_measure(values.get("speed"), "speed", KNOT_MPS),
        heading_deg=_heading(heading, "bearing"),
        accuracy_m=_measure(values.get("accuracy"), "accuracy"),
    )


def osmand_json(body: Any) -> list[Reading]:
    """Return the fixes of Traccar Client 9 and later: `location` is one place or a list of them."""
    location = _object(body, "body").get("location")
    places = location if isinstance(location, list) else [location]
    if len(places) > MOST:
        raise _wrong("location", "too_long", f"at most {MOST} fixes in one request")
    return [_background_place(place) for place in places]


def _background_place(place: Any) -> Reading:
    coords = _object(_object(place, "location").get("coords"), "location.coords")
    return Reading(
        t_ms=_time(place.get("timestamp"), "location.timestamp"),
        lat=_needed(coords.get("latitude"), "location.coords.latitude"),
        lng=_needed(coords.get("longitude"), "location.coords.longitude"),
        speed_mps=_measure(coords.get("speed"), "location.coords.speed"),
        heading_deg=_heading(coords.get("heading"), "location.coords.heading"),
        accuracy_m=_measure(coords.get("accuracy"), "location.coords.accuracy"),
    )


def owntracks(body: Any) -> list[Reading]:
    """Return the fix of an OwnTracks message; none for those about something else.

    `vel` is in km/h. An encrypted message cannot be read here.
    """
    message = _object(body, "body")
    if message.get("_type") == "encrypted":
        told = "this server has no key: take the encryption key out of the app's settings"
        raise _wrong("_type", "encrypted", told)
    if message.get("_type") != "location":
        return []
    return [
        Reading(
            t_ms=_time(message.get("tst"), "tst"),
            lat=_needed(message.get("lat"), "lat"),
            lng=_needed(message.get("lon"), "lon"),
            speed_mps=_measure(message.get("vel"), "vel", KMH_MPS),
            heading_deg=_heading(message.get("cog"), "cog"),
            accuracy_m=_measure(message.get("acc"), "acc"),
        )
    ]


def only(sent: Sequence[tuple[str, str]], field: str) -> str:
    """Return the value of a parameter; raise `InvalidInput` where it was sent twice."""
    value, *others = (given for name, given in sent if name == field)
    if others:
        raise _wrong(field, "duplicate_key", "this stands there more than once: send it once")
    return value


def _time(value: Any, field: str) -> int | None:
    """Return Unix milliseconds from seconds, milliseconds, or ISO 8601 text (UTC unless said)."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise _wrong(field, "invalid_time", "send Unix seconds or ISO 8601") from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        t_ms = (moment - datetime.fromtimestamp(0, UTC)).total_seconds() * 1000
    else:
        number = _number(value, field)
        t_ms = number * 1000 if abs(number) < _SECONDS_END else number
    if not 0 <= t_ms < _MS_END:
        raise _wrong(field, "out_of_range", "send the Unix time of the fix")
    return round(t_ms)


def _needed(value: Any, field: str) -> float:
    if value is None or value == "":
        raise _wrong(field, "required", "a fix needs a latitude and a longitude in degrees")
    return _number(value, field)


def _measure(value: Any, field: str, unit: float = 1.0) -> float | None:
    """Return a measure in our unit; apps say -1, or nothing, for what they do not know."""
    if value is None or value == "":
        return None
    number = _number(value, field)
    return None if number < 0 else number * unit


def _heading(value: Any, field: str) -> float | None:
    known = _measure(value, field)
    return None if known is None else known % 360


def _number(value: Any, field: str) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(field, "invalid_number", "send a number")
    if not math.isfinite(value) or abs(value) > 1e15:
        raise _wrong(field, "invalid_number", "send a finite number that is not so large")
    return float(value)


def _object(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(field, "required", "send an object, as the app does")
    return value


def _wrong(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError(field, code, message)])
