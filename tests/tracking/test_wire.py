"""Frames to and from phones and maps: what is packed comes back; what is wrong is named."""

import base64
import math
import re
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.fix import Fix
from tests.tracking.gateways import EPOCH, hello, reading
from tracking.wire import (
    BadFrame,
    MapRecord,
    pack_fix,
    pack_records,
    parse_fixes,
    parse_hello,
    parse_packed,
    parse_view,
    unpack_records,
)

U32 = (1 << 32) - 1
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
FIXES = st.builds(
    Fix,
    seq=st.integers(1, U32),
    t_ms=st.integers(EPOCH * 1000, EPOCH * 1000 + U32),
    lat=st.floats(-90, 90),
    lng=st.floats(-180, 180),
    speed_mps=st.none() | st.floats(0, 60),
    heading_deg=st.none() | st.floats(0, 357),
    accuracy_m=st.none() | st.floats(0, 254),
    flags=st.integers(0, 255),
)
RECORDS = st.builds(
    MapRecord,
    ref=st.integers(0, 65_535),
    north=st.integers(-32_767, 32_767),
    east=st.integers(-32_767, 32_767),
    north_half_mps=st.integers(-127, 127),
    east_half_mps=st.integers(-127, 127),
    heading=st.integers(0, 255),
    age_tenths=st.integers(0, 255),
    state=st.integers(0, 31),
    seq_low=st.integers(0, 255),
)


def packed(*fixes: Fix, epoch: int = EPOCH) -> str:
    """Return fixes as the text of an `f` event."""
    return base64.b64encode(b"".join(pack_fix(epoch, fix) for fix in fixes)).decode()


@given(st.lists(FIXES, max_size=20))
def test_a_packed_fix_comes_back_within_the_units_of_the_wire(fixes: list[Fix]) -> None:
    """Places to 1e-7 degrees, speed to 1/8 m/s, heading to a 512th of the circle."""
    epoch, found = parse_packed(EPOCH, packed(*fixes), 200)
    assert epoch == EPOCH
    for fix, back in zip(fixes, found, strict=True):
        assert (back.seq, back.t_ms, back.flags) == (fix.seq, fix.t_ms, fix.flags)
        assert abs(back.lat - fix.lat) <= 0.51e-7
        assert abs(back.lng - fix.lng) <= 0.51e-7
        for was, now, unit in (
            (fix.speed_mps, back.speed_mps, 0.25),
            (fix.heading_deg, back.heading_deg, 360 / 256),
            (fix.accuracy_m, back.accuracy_m, 1),
        ):
            assert (was is None) == (now is None)
            if was is not None and now is not None:
                assert abs(was - now) <= unit / 2 + 1e-9


def test_a_packed_fix_lies_on_the_wire_as_documented() -> None:
    """A phone written from the document, in another language, is understood."""
    raw = struct.pack("<IIiiBBBB", 7, 1500, 411_500_000, -86_100_000, 20, 64, 8, 0b10001)
    _, (fix,) = parse_packed(1000, base64.b64encode(raw).decode(), 200)
    assert fix == Fix(7, 1_001_500, 41.15, -8.61, 5.0, 90.0, 8.0, 17)
    raw = struct.pack("<IIiiBBBB", 7, 0, 0, 0, 255, 255, 255, 0)
    _, (fix,) = parse_packed(1000, base64.b64encode(raw).decode(), 200)
    assert (fix.speed_mps, fix.heading_deg, fix.accuracy_m) == (None, None, None)


@given(FIXES)
def test_a_fix_says_the_same_in_both_forms(fix: Fix) -> None:
    """Phones may send `p` or `f`."""
    fields = [fix.seq, fix.t_ms, fix.lat, fix.lng, fix.speed_mps, fix.heading_deg, fix.accuracy_m]
    _, (spelled,) = parse_fixes(EPOCH, [fields], 200)
    assert (spelled.seq, spelled.t_ms) == (fix.seq, fix.t_ms)
    assert (spelled.lat, spelled.lng, spelled.accuracy_m) == (fix.lat, fix.lng, fix.accuracy_m)


def test_what_a_phone_does_not_know_may_be_null_or_left_out() -> None:
    """A fix is at least number, time and place."""
    _, fixes = parse_fixes(EPOCH, [[1, 5, 1.0, 2.0], [2, 6, 1.0, 2.0, None, None, None]], 200)
    for fix in fixes:
        assert (fix.speed_mps, fix.heading_deg, fix.accuracy_m) == (None, None, None)


@given(st.lists(RECORDS, max_size=50))
def test_map_records_come_back_as_they_were(records: list[MapRecord]) -> None:
    """Twelve bytes each."""
    text = pack_records(records)
    assert len(base64.b64decode(text)) == 12 * len(records)
    assert unpack_records(text) == records


def test_a_map_record_lies_on_the_wire_as_documented() -> None:
    """ref, north, east, velocities, heading, age, state, low byte of the number."""
    text = pack_records([MapRecord(513, -2, 3, -4, 5, 64, 7, 18, 9)])
    assert base64.b64decode(text) == struct.pack("<HhhbbBBBB", 513, -2, 3, -4, 5, 64, 7, 18, 9)


def refused(act: Any, *arguments: Any) -> tuple[str, str]:
    """Return code and field of the error that `act` raises."""
    with pytest.raises(BadFrame) as caught:
        act(*arguments)
    assert caught.value.answer["message"]
    return caught.value.answer["code"], caught.value.answer["field"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"v": 2}, "v"),
        ({"v": None}, "v"),
        ({"epoch": -1}, "epoch"),
        ({"epoch": 1 << 32}, "epoch"),
        ({"epoch": True}, "epoch"),
        ({"epoch": 1.5}, "epoch"),
        ({"epoch": "1"}, "epoch"),
        ({"epoch": None}, "epoch"),
        ({"firstSeq": None}, "firstSeq"),
        ({"lastSeq": [1]}, "lastSeq"),
        ({"firstSeq": 6, "lastSeq": 4}, "firstSeq"),
        ({"firstSeq": 0, "lastSeq": 4}, "firstSeq"),
        ({"token": "x"}, "token"),
    ],
)
def test_a_wrong_hello_is_answered_with_the_field(changes: dict[str, Any], field: str) -> None:
    """So that whoever writes a phone finds the mistake."""
    assert refused(parse_hello, hello() | changes) == ("bad_payload", field)


@pytest.mark.parametrize("payload", [None, [], "hello", 1])
def test_a_hello_that_is_no_object_is_refused(payload: Any) -> None:
    """Not an object: nothing to read."""
    assert refused(parse_hello, payload) == ("bad_payload", "hello")


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        (0, 0, "fixes.1.0"),
        (0, -1, "fixes.1.0"),
        (0, 1 << 32, "fixes.1.0"),
        (0, "1", "fixes.1.0"),
        (0, True, "fixes.1.0"),
        (1, -1, "fixes.1"),
        (1, 1 << 48, "fixes.1"),
        (1, 1.5, "fixes.1"),
        (1, None, "fixes.1"),
        (1, True, "fixes.1"),
        (2, None, "fixes.1.2"),
        (2, "41", "fixes.1.2"),
        (3, [], "fixes.1.3"),
        (3, 10**400, "fixes.1.3"),
        (4, True, "fixes.1.4"),
        (5, "north", "fixes.1.5"),
        (6, {}, "fixes.1.6"),
    ],
)
def test_a_wrong_number_of_a_fix_is_answered_with_its_place(
    place: int, value: Any, field: str
) -> None:
    """Which fix, which number of it."""
    wrong = reading(2)
    wrong[place] = value
    code, named = refused(parse_fixes, EPOCH, [reading(1), wrong], 200)
    assert code == "bad_payload"
    assert named.startswith(field)


@pytest.mark.parametrize("wrong", [None, {}, "x", [], [1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8]])
def test_a_fix_of_another_length_is_refused(wrong: Any) -> None:
    """Four to seven numbers."""
    assert refused(parse_fixes, EPOCH, [wrong], 200) == ("bad_payload", "fixes.0")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "bad_payload"),
        (5, "bad_payload"),
        ("not base64!", "bad_payload"),
        ("é" * 20, "bad_payload"),
        ("AAAA", "bad_payload"),
        (base64.b64encode(bytes(20 * 201)).decode(), "too_many_fixes"),
    ],
)
def test_wrong_packed_fixes_are_refused(text: Any, code: str) -> None:
    """Not text, not base64, not whole records, too many."""
    assert refused(parse_packed, EPOCH, text, 200) == (code, "fixes")


def test_two_hundred_fixes_are_taken_and_one_more_is_not() -> None:
    """The limit, in both forms."""
    readings = [reading(seq) for seq in range(1, 202)]
    assert len(parse_fixes(EPOCH, readings[:200], 200)[1]) == 200
    assert refused(parse_fixes, EPOCH, readings, 200) == ("too_many_fixes", "fixes")
    assert len(parse_packed(EPOCH, base64.b64encode(bytes(20 * 200)).decode(), 200)[1]) == 200


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (None, "view"),
        ([1, 2, 3, 4], "view"),
        ({}, "bbox"),
        ({"bbox": [1, 2, 3]}, "bbox"),
        ({"bbox": [1, 2, 3, "4"]}, "bbox"),
        ({"bbox": [2, 2, 1, 4]}, "bbox"),
        ({"bbox": [1, 4, 2, 2]}, "bbox"),
        ({"bbox": [1, 2, 1, 4]}, "bbox"),
        ({"bbox": [-91, 2, 3, 4]}, "bbox"),
        ({"bbox": [1, 2, 3, 181]}, "bbox"),
        ({"bbox": [1, 2, 3, 4], "zoom": "far"}, "zoom"),
        ({"bbox": [1, 2, 3, 4], "rev": -1}, "rev"),
        ({"bbox": [1, 2, 3, 4], "box": 1}, "box"),
        ({"bbox": [1, 2, 3, math.nan]}, "bbox"),
        ({"bbox": [1, 2, 3, math.inf]}, "bbox"),
        ({"bbox": [1, 2, 3, 4], "zoom": -math.inf}, "zoom"),
        ({"bbox": [1, 2, 3, 4], "rev": math.nan}, "rev"),
    ],
)
def test_a_wrong_view_is_answered_with_the_field(payload: Any, field: str) -> None:
    """Degrees, the smaller ones first."""
    assert refused(parse_view, payload) == ("bad_payload", field)


@given(JSON, JSON)
def test_whatever_a_client_sends_is_parsed_or_named(first: Any, second: Any) -> None:
    """Nothing but a value or a `BadFrame` comes out of parsing."""
    for parse, arguments in (
        (parse_hello, (first,)),
        (parse_view, (first,)),
        (parse_fixes, (first, second, 200)),
        (parse_fixes, (EPOCH, [first, second], 200)),
        (parse_fixes, (EPOCH, [[1, 2, first, second]], 200)),
        (parse_packed, (first, second, 200)),
        (parse_packed, (EPOCH, second, 200)),
    ):
        try:
            parsed: Any = parse(*arguments)
        except BadFrame:
            continue
        assert parsed is not None
        if parse is parse_fixes:
            assert all(math.isfinite(fix.lat) and math.isfinite(fix.lng) for fix in parsed[1])


@pytest.mark.parametrize(
    ("parse", "payload", "said"),
    [
        (parse_view, {"bbox": [1, 2, 3, 4], "zooom": 3}, "did you mean 'zoom'?"),
        (parse_view, {"bbox": [1, 2, 3, 4], "q": 3}, "known: zoom bbox rev"),
        (parse_hello, hello() | {"fristSeq": 1}, "did you mean 'firstSeq'?"),
        (parse_hello, hello() | {"token": 1}, "known: v epoch firstSeq lastSeq"),
        (parse_view, {"bbox": [1, 2, 3, math.nan]}, "NaN and Infinity are not JSON"),
    ],
)
def test_a_wrong_field_is_answered_with_what_to_send(parse: Any, payload: Any, said: str) -> None:
    """The nearest name, or all of them."""
    with pytest.raises(BadFrame, match=re.escape(said)):
        parse(payload)
