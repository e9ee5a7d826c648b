"""The JSON door: what pydantic's parser lets through and a database or a ledger cannot take.

Refused with a sentence: duplicate keys, NaN and infinities (1e999 too), integers beyond 64 bits,
NUL characters, lone surrogates, nesting without end. Then the model checks the rest, strictly.
"""

import json
from typing import Any, Never, TypeVar

from pydantic import BaseModel, ValidationError

from api.kit.errors import FieldError, InvalidInput
from api.kit.field_errors import field_errors

Model = TypeVar("Model", bound=BaseModel)

INT64 = 1 << 63


class _Refused(ValueError):
    """The text is JSON, but not of the kind that we take."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            message = f"the key '{name}' stands twice in one object: send it once"
            raise _Refused(message)
        found[name] = value
    return found


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        message = f"the number {text[:20]} is too large"
        raise _Refused(message)
    return number


def _int64(text: str) -> int:
    if len(text) > 20 or not -INT64 <= (number := int(text)) < INT64:
        message = f"the number {text[:20]}… does not fit 64 bits"
        raise _Refused(message)
    return number


def _no_constant(text: str) -> Never:
    message = f"{text} is not a JSON number: leave the field out or send null"
    raise _Refused(message)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=_finite,
    parse_int=_int64,
    parse_constant=_no_constant,
)


def _check_texts(value: object) -> None:
    """Refuse NUL and lone surrogates in every text; they can only come in through escapes."""
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
                message = "a text holds a NUL character or half a surrogate pair: take it out"
                raise _Refused(message)
        case dict():
            for name, inner in value.items():
                _check_texts(name)
                _check_texts(inner)
        case list():
            for inner in value:
                _check_texts(inner)


def check_json(raw: bytes) -> None:
    """Raise `InvalidInput` where `raw` is not JSON that we take."""
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
        if b"\\u" in raw:
            _check_texts(value)
    except UnicodeDecodeError as error:
        raise _bad_body("the body is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _bad_body(f"the body is not JSON: {error.msg} at {where}") from error
    except RecursionError as error:
        raise _bad_body("the body is nested too deeply") from error
    except _Refused as error:
        raise _bad_body(str(error)) from error


def parse_body(model: type[Model], raw: bytes) -> Model:
    """Return the model that `raw` spells; raise `InvalidInput` naming each wrong field."""
    if not raw:
        raw = b"{}"
    check_json(raw)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise InvalidInput(fields=field_errors(model, error)) from error


def _bad_body(message: str) -> InvalidInput:
    return InvalidInput(fields=[FieldError("body", "invalid_json", message)])
