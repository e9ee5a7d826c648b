"""The JSON door: what pydantic's parser lets through and a database or a ledger cannot take.

Refused with a place and a sentence: duplicate keys, NaN and infinities (1e999 too), integers beyond
64 bits, NUL characters, lone surrogates, nesting without end. Then the model checks the rest,
strictly.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import isinf
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from api.kit.errors import FieldError, InvalidInput
from api.kit.field_errors import field_errors

Model = TypeVar("Model", bound=BaseModel)

INT64 = 1 << 63


MOST = 20
"""How many refusals one answer names."""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Stands in the decoded text where something was that we do not take."""

    code: str
    message: str


_NUL = _Wrong("invalid_text", "a text holds a NUL character: take it out")
_SURROGATE = _Wrong(
    "invalid_text", "a text holds half a surrogate pair: send the whole character or none of it"
)
_TWICE = _Wrong("duplicate_key", "this key stands twice in one object: send it once")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _TWICE if name in found else value
    return found


def _finite(text: str) -> float | _Wrong:
    number = float(text)
    if isinf(number):
        return _Wrong("invalid_number", f"the number {text[:20]} is too large: send a smaller one")
    return number


def _int64(text: str) -> int | _Wrong:
    if len(text) > 20 or not -INT64 <= (number := int(text)) < INT64:
        return _Wrong(
            "invalid_number",
            f"the number {text[:20]}… does not fit 64 bits: send one from {-INT64} to {INT64 - 1}",
        )
    return number


def _no_constant(text: str) -> _Wrong:
    return _Wrong(
        "invalid_number", f"{text} is not a JSON number: send a finite one, or leave the field out"
    )


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_finite,
    parse_int=_int64,
    parse_constant=_no_constant,
)


def _wrong_text(text: str) -> _Wrong | None:
    if "\x00" in text:
        return _NUL
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE
    return None


def _refusals(value: object) -> Iterator[tuple[str, _Wrong]]:
    """Yield what is refused in a decoded text, each with its path; `.a.0` is the first of `a`."""
    match value:
        case _Wrong():
            yield "", value
        case str():
            yield from _refusals(_wrong_text(value))
        case dict():
            for name, inner in value.items():
                for part in (_wrong_text(name), inner):
                    for path, wrong in _refusals(part):
                        yield f".{_shown(name)}{path}", wrong
        case list():
            for number, inner in enumerate(value):
                for path, wrong in _refusals(inner):
                    yield f".{number}{path}", wrong


def _shown(name: str) -> str:
    """Return a key without what no answer can carry either."""
    return name.replace("\x00", "").encode(errors="replace").decode()


_DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19


def is_plain(raw: bytes) -> bool:
    """Tell whether `raw` is JSON that surely holds nothing we refuse: nearly every body does.

    orjson itself refuses NaN, infinities and half surrogates; a NUL can only be an escape, an
    integer beyond 64 bits has 19 digits, and a key that stands twice loses a colon on the way.
    """
    if b"\\u" in raw or _LONG_NUMBER in raw.translate(_DIGITS_AS_ZEROS):
        return False
    try:
        return orjson.dumps(orjson.loads(raw)).count(b":") == raw.count(b":")
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # no JSON, or nested deeply
        return False


def check_json(raw: bytes) -> None:
    """Raise `InvalidInput` where `raw` is not JSON that we take."""
    if not is_plain(raw):
        refuse(raw)


def refuse(raw: bytes) -> None:
    """Raise `InvalidInput` that names all that is wrong with `raw`, if anything is."""
    try:
        refused = list(islice(_refusals(_DECODER.decode(raw.decode("utf-8"))), MOST))
    except UnicodeDecodeError as error:
        raise _bad_body("the body is not UTF-8 text: encode it as UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _bad_body(f"the body is not JSON: {error.msg} at {where}") from error
    except RecursionError as error:
        raise _bad_body("the body is nested too deeply: send it flatter") from error
    if refused:
        fields = [FieldError(path.strip(".") or "body", w.code, w.message) for path, w in refused]
        raise InvalidInput(fields=fields)


def parse_body(model: type[Model], raw: bytes) -> Model:
    """Return the model that `raw` spells; raise `InvalidInput` naming each wrong field."""
    if not raw:
        raw = b"{}"
    if not is_plain(raw):
        refuse(raw)
    try:
        return model.__pydantic_validator__.validate_json(raw, strict=True)  # type: ignore[no-any-return]  # pydantic-core ships no generic
    except ValidationError as error:
        raise InvalidInput(fields=field_errors(model, error)) from error


def _bad_body(message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError("body", "invalid_json", message)])
