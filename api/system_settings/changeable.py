"""Which settings administrators may change while the programs run, and what they may become.

Types, bounds and descriptions are those of `api/settings.py`; what the environment says is the
default. Settings that a program reads only when it starts are not in the list.
"""

import logging
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from api.settings import Settings

log = logging.getLogger("api.settings")

CHANGEABLE = (
    "offer_s",
    "dispatch_service_s",
    "silence_s",
    "orders_per_customer",
    "import_rows",
    "trail_days",
    "code_s",
    "reset_code_s",
    "code_gap_s",
    "codes_per_day",
    "codes_per_address_per_day",
    "lock_after",
    "lock_s",
    "rate_auth_per_min",
    "rate_public_per_min",
    "rate_read_per_min",
    "rate_write_per_min",
    "rate_upload_per_min",
)

NAMES = {to_camel(name): name for name in CHANGEABLE}
"""The keys by which clients name them."""


def field_of(name: str) -> FieldInfo:
    """Return type, bounds and description of a setting."""
    return Settings.model_fields[name]


def type_of(name: str) -> Any:
    """Return the type of a setting together with its bounds."""
    field = field_of(name)
    return Annotated[(field.annotation, *field.metadata)]


_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(type_of(name)) for name in CHANGEABLE}


def bounds(name: str) -> tuple[float | None, float | None]:
    """Return the least value and the greatest that a setting may have; None where it has none."""
    schema = _ADAPTERS[name].json_schema()
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    return least, schema.get("maximum", schema.get("exclusiveMaximum"))


def merged(base: Settings, kept: Mapping[str, Any]) -> Settings:
    """Return `base` with what is kept under the clients' keys.

    What no longer fits (after an update of the program) is left out, and the log says so.
    """
    values: dict[str, Any] = {}
    for key, value in kept.items():
        name = NAMES.get(key, "")
        try:
            values[name] = _ADAPTERS[name].validate_python(value)
        except (KeyError, ValidationError):
            log.warning("a kept setting does not fit any more", extra={"setting": key})
    return base.model_copy(update=values)
