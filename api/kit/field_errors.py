"""From pydantic's findings to our field errors: camelCase paths, plain sentences, nearest names."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from api.kit.errors import FieldError

_CODES = {"missing": "required", "extra_forbidden": "unknown_field"}
_ENUM_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")


def field_errors(model: type[BaseModel], error: ValidationError) -> list[FieldError]:
    """Return one `FieldError` per finding, in pydantic's order."""
    return [_field_error(model, finding) for finding in error.errors(include_url=False)]


def _field_error(model: type[BaseModel], finding: Any) -> FieldError:
    about = finding.get("ctx", {}).get("field")  # see `api.kit.schema.wrong`
    path = (*finding["loc"], about) if about else tuple(finding["loc"])
    kind = str(finding["type"])
    code = _CODES.get(kind, kind)
    if code == "unknown_field":
        message = f"unknown field; {_nearest(_names_at(model, path[:-1]), str(path[-1]))}"
    elif kind == "missing":
        message = "this field is required"
    elif kind in {"enum", "literal_error"}:
        message = f"{_plain(str(finding['msg']))}{_meant(finding)}"
    else:
        message = _plain(str(finding["msg"]))
    return FieldError(".".join(map(str, path)) or "body", code, message)


def _plain(message: str) -> str:
    """Return pydantic's sentence without the Python in it."""
    return _ENUM_MEMBER.sub(r"\1", message).removeprefix("Value error, ")


def _meant(finding: Any) -> str:
    """Return the question whether the nearest of the values was meant, where one is near."""
    values = re.findall(r"'([^']*)'", str(finding.get("ctx", {}).get("expected", "")))
    close = get_close_matches(str(finding.get("input", "")), values, n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def _nearest(names: Sequence[str], given: str) -> str:
    close = get_close_matches(given, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known here: {', '.join(sorted(names))}" if names else "no fields are taken here"


def _names_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the names of the fields that the model nested at `path` knows."""
    here: list[type[BaseModel]] = [model]
    for step in path:
        if isinstance(step, int):
            continue
        here = [
            inner
            for outer in here
            for field in outer.model_fields.values()
            if field.alias == step
            for inner in _models_in(field.annotation)
        ]
    return [field.alias or name for one in here for name, field in one.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
