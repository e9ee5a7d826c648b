"""The JSON door: what a database or a ledger cannot take is refused with a sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from api.kit.errors import InvalidInput
from api.kit.json_door import check_json, is_plain, parse_body, refuse
from api.kit.schema import Draft

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\u00e9"), inner),
    max_leaves=12,
)


class Parcel(Draft):
    """A body of the tests."""

    title: str
    weight_grams: int = 0
    tags: list[str] = Field(default_factory=list)


def refusals(raw: bytes) -> list[tuple[str, str, str]]:
    """Return place, code and sentence of each thing for which `raw` is refused."""
    with pytest.raises(InvalidInput) as caught:
        check_json(raw)
    return [(one.field, one.code, one.message) for one in caught.value.fields]


@given(VALUES, st.booleans())
def test_plain_json_goes_through(value: Any, escaped: bool) -> None:
    check_json(json.dumps(value, ensure_ascii=escaped).encode())


def _object_of(values: list[str]) -> str:
    """Return an object whose keys are often the same, with colons in them."""
    return "{" + ", ".join(f'"k:{n % 3}" : {value}' for n, value in enumerate(values)) + "}"


def _some_key_twice(value: Any) -> bool:
    if not isinstance(value, tuple):
        return False
    names = [name for name, _inner in value[1]]
    return len(set(names)) < len(names) or any(_some_key_twice(inner) for _name, inner in value[1])


LIKELY_WRONG = st.sampled_from([
    *('"a"', '"a":1', '{"a":1}', '"b":"a:b"', "1", "-0", "1.5e3", "1e999", "NaN", "Infinity"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775809", "1" * 30),
    *(
        '"\\u0000"',
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\u003a"',
        '"\u00e9"',
        "\x00",
        "\ud800",
        "\ufeff",
    ),
    *("{", "}", "[", "]", ",", ":", " ", "\n", "true", "null", '"', "\\", "[" * 300, "]" * 300),
])


@given(st.lists(LIKELY_WRONG, max_size=12).map("".join) | VALUES.map(json.dumps))
def test_what_the_short_look_takes_the_long_one_takes_too(text: str) -> None:
    raw = text.encode(errors="surrogatepass")
    if is_plain(raw):
        refuse(raw)


@given(st.recursive(st.just("1"), lambda inner: st.lists(inner).map(_object_of), max_leaves=20))
def test_the_short_look_sees_a_key_that_stands_twice(text: str) -> None:
    pairs = json.loads(text, object_pairs_hook=lambda pairs: ("object", pairs))
    assert is_plain(text.encode()) is not _some_key_twice(pairs)


def test_an_ordinary_body_needs_the_short_look_only() -> None:
    body = {"at": "2026-11-21T12:00:00Z", "caf\u00e9": [1.5, -7, None, True], "b": {"c": {}}}
    for separators in ((",", ":"), (", ", ": ")):
        assert is_plain(json.dumps(body, ensure_ascii=False, separators=separators).encode())


@pytest.mark.parametrize(
    ("raw", "where", "says"),
    [
        (b'{"a": 1, "b": 2, "a": 3}', "a", "stands twice in one object: send it once"),
        (b'[{"x": {"a": 1, "a": 1}}]', "0.x.a", "stands twice"),
        (b'{"a": NaN}', "a", "NaN is not a JSON number: send a finite one"),
        (b'{"a": [-Infinity]}', "a.0", "-Infinity is not a JSON number"),
        (b"NaN", "body", "NaN is not a JSON number"),
        (b"[1e999]", "0", "1e999 is too large: send a smaller one"),
        (b'{"b": {"a": -1e400}}', "b.a", "-1e400 is too large"),
        (b"[9223372036854775808]", "0", "does not fit 64 bits: send one from -9223372036854775808"),
        (b"[1, -9223372036854775809]", "1", "does not fit 64 bits"),
        (b"1" + b"0" * 400, "body", "does not fit 64 bits"),
        (b"-" + b"9" * 60_000, "body", "does not fit 64 bits"),
        (b'"\\u0000"', "body", "NUL character: take it out"),
        (b'{"a\\u0000": 1}', "a", "NUL character"),
        (b'{"\\u0000": 1}', "body", "NUL character"),
        (b'["\\ud800"]', "0", "half a surrogate pair: send the whole character"),
        (b'{"a": {"b": ["x\\udfffy"]}}', "a.b.0", "half a surrogate pair"),
        (b'{"a": {"b\\ud800": 1}}', "a.b?", "half a surrogate pair"),
        (b'"\\ude00\\ud83d"', "body", "half a surrogate pair"),
    ],
)
def test_what_we_cannot_keep_is_refused_where_it_stands(raw: bytes, where: str, says: str) -> None:
    ((field, code, message),) = refusals(raw)
    assert (field, says in message) == (where, True)
    assert code in {"duplicate_key", "invalid_number", "invalid_text"}


def test_several_refusals_are_told_at_once_but_never_very_many() -> None:
    found = refusals(b'{"lat": NaN, "lng": [1e999, 0, "\\u0000"], "n": 99999999999999999999}')
    assert [where for where, _, _ in found] == ["lat", "lng.0", "lng.2", "n"]
    assert len(refusals(b"[" + b"NaN," * 9_999 + b"0]")) == 20


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'"\xff"', "not UTF-8"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"{'a': 1}", "not JSON: Expecting property name"),
        (b"{} {}", "not JSON: Extra data at line 1, column 4"),
        (b"", "not JSON"),
        (b"[" * 60_000, "nested too deeply"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_is_a_fault_of_the_body(raw: bytes, says: str) -> None:
    ((field, code, message),) = refusals(raw)
    assert (field, code, says in message) == ("body", "invalid_json", True)


def test_whole_surrogate_pairs_and_extreme_integers_are_taken() -> None:
    check_json(b'["\\ud83d\\ude00", 9223372036854775807, -9223372036854775808, 1e308, 1e-400]')


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (b'{"title": 5}', {"title": "string_type"}),
        (b'{"title": "x", "weightGrams": "7"}', {"weightGrams": "int_type"}),
        (b'{"title": "x", "weightGrams": 7.0}', {"weightGrams": "int_type"}),
        (b'{"title": "x", "weightGrams": true}', {"weightGrams": "int_type"}),
        (b'{"title": "x", "weight_grams": 7}', {"weight_grams": "unknown_field"}),
        (b'{"tags": ["a", null]}', {"title": "required", "tags.1": "string_type"}),
        (b"[]", {"body": "model_type"}),
        (b"null", {"body": "model_type"}),
        (b'"{}"', {"body": "model_type"}),
        (b"", {"title": "required"}),
    ],
)
def test_nothing_is_converted_in_silence(raw: bytes, wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_body(Parcel, raw)
    assert {field.field: field.code for field in caught.value.fields} == wrong


def test_a_good_body_becomes_its_model() -> None:
    parsed = parse_body(Parcel, '{"title": " Ma\u00e7\u00e3 ", "tags": ["a"]}'.encode())
    assert parsed == Parcel(title="Ma\u00e7\u00e3", tags=["a"])


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    try:
        found = parse_body(Parcel, raw).title
    except InvalidInput as refused:
        found = refused.fields[0].message
    assert isinstance(found, str)
