"""Reading what apps send: units, unknowns, times in every spelling, nonsense named."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.devices.reading import KNOT_MPS, Reading, only, osmand_json, osmand_query, owntracks
from api.kit.errors import InvalidInput

PLACE = {"lat": "41.15", "lon": "-8.61"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=10,
)


def field_of(error: pytest.ExceptionInfo[InvalidInput]) -> str:
    """Return which field a refusal names."""
    (named,) = error.value.fields
    return named.field


@pytest.mark.parametrize(
    ("written", "t_ms"),
    [
        ("1377177267", 1377177267000),
        ("1442068686579", 1442068686579),
        ("1442068686.579", 1442068686579),
        ("2016-01-27T18:55:47Z", 1453920947000),
        ("2016-01-27T19:55:47.250+01:00", 1453920947250),
        ("2014-06-04 09:10:11", 1401873011000),
        ("", None),
    ],
)
def test_a_time_is_read_as_apps_write_it(written: str, t_ms: int | None) -> None:
    """Seconds, milliseconds, ISO 8601; without an offset it is UTC."""
    assert osmand_query(PLACE | {"timestamp": written}).t_ms == t_ms
    assert osmand_query(PLACE).t_ms is None


@pytest.mark.parametrize("written", ["now", "-5", "1e30", "nan", "99999999999999999999", "2016-13"])
def test_a_time_that_is_none_is_named(written: str) -> None:
    """And never a crash."""
    with pytest.raises(InvalidInput) as error:
        osmand_query(PLACE | {"timestamp": written})
    assert field_of(error) == "timestamp"


def test_the_osmand_protocol_tells_knots() -> None:
    """Ten knots; a heading of 450 degrees is east; the rest is ignored."""
    more = {"speed": "10", "bearing": "450", "accuracy": "8", "batt": "7", "alarm": "sos"}
    assert osmand_query(PLACE | more) == Reading(None, 41.15, -8.61, 10 * KNOT_MPS, 90.0, 8.0)
    assert osmand_query({"location": "41.15,-8.61", "heading": "5"}).heading_deg == 5.0


def test_minus_one_stands_for_unknown() -> None:
    """As the newer Traccar Client says it."""
    coords = {"latitude": 41.15, "longitude": -8.61, "speed": -1, "heading": -1, "accuracy": 5}
    (found,) = osmand_json({"location": {"coords": coords}, "device_id": "x"})
    assert found == Reading(None, 41.15, -8.61, None, None, 5.0)


def test_a_batch_is_read_in_its_sequence() -> None:
    """Where an app is set to send several at once."""
    places = [{"coords": {"latitude": lat, "longitude": 1.0}} for lat in (1, 2, 3)]
    assert [one.lat for one in osmand_json({"location": places})] == [1.0, 2.0, 3.0]
    with pytest.raises(InvalidInput):
        osmand_json({"location": places * 400})


def test_owntracks_tells_kilometres_per_hour() -> None:
    """And old versions write numbers as text."""
    message = {"_type": "location", "lat": "41.15", "lon": -8.61, "tst": 1377177267, "vel": 36}
    assert owntracks(message) == [Reading(1377177267000, 41.15, -8.61, 10.0, None, None)]


@pytest.mark.parametrize("kind", ["transition", "waypoints", "lwt", "status", "card", None])
def test_other_messages_of_owntracks_say_nothing_about_a_place(kind: str | None) -> None:
    """They are taken, so that the app does not send them for ever."""
    assert owntracks({"_type": kind, "lat": 1.0, "lon": 1.0}) == []


def test_an_encrypted_message_says_what_to_do() -> None:
    """It must not pass for a fix that was taken."""
    with pytest.raises(InvalidInput) as error:
        owntracks({"_type": "encrypted", "data": "DJo3q"})
    assert "settings" in error.value.fields[0].message


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"lon": "1"}, "lat"),
        ({"lat": "1"}, "lon"),
        ({"lat": "", "lon": "1"}, "lat"),
        ({"lat": "1_0", "lon": "1"}, "lat"),
        ({"lat": "nan", "lon": "1"}, "lat"),
        ({"lat": "inf", "lon": "1"}, "lat"),
        ({"lat": "1", "lon": "1e400"}, "lon"),
        ({"location": "41.15"}, "lon"),
        (PLACE | {"speed": "fast"}, "speed"),
        (PLACE | {"accuracy": "0x10"}, "accuracy"),
    ],
)
def test_what_is_no_number_is_named(values: dict[str, str], named: str) -> None:
    """With the app's own name for it."""
    with pytest.raises(InvalidInput) as error:
        osmand_query(values)
    assert field_of(error) == named


def test_a_place_off_the_globe_is_read() -> None:
    """It is judged later: an app would send it again and again."""
    assert osmand_query({"lat": "91", "lon": "-8.61"}).lat == 91.0


def test_a_parameter_stands_once() -> None:
    """Which of the two is meant nobody knows."""
    assert only([("lat", "1"), ("cell", "a"), ("cell", "b")], "lat") == "1"
    with pytest.raises(InvalidInput):
        only([("lat", "1"), ("lat", "2")], "lat")


def readings_or_refusal(read: Callable[[], object]) -> object:
    """Return what a reader returns, or the fields that it refuses."""
    try:
        return read()
    except InvalidInput as error:
        return error.fields


@given(JSON)
def test_no_json_whatever_makes_the_readers_fail(body: Any) -> None:
    """A list of readings, or a refusal."""
    for reader in (osmand_json, owntracks):
        for wrapped in (body, {"location": body}, {"_type": "location", "lat": body, "lon": 1}):
            found = readings_or_refusal(lambda reader=reader, wrapped=wrapped: reader(wrapped))
            assert isinstance(found, list | tuple)


@given(st.dictionaries(st.sampled_from([*PLACE, "timestamp", "speed", "location"]), st.text()))
def test_no_query_whatever_makes_the_reader_fail(values: dict[str, str]) -> None:
    """The same for queries and forms."""
    found = readings_or_refusal(lambda: osmand_query(values))
    assert isinstance(found, Reading | tuple)
