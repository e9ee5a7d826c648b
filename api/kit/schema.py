"""Bases of all request and reply models: camelCase in JSON, unknown fields refused."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError


class Draft(BaseModel):
    """What a client sends: camelCase only, no unknown field, no silent conversion."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        allow_inf_nan=False,
    )


class View(BaseModel):
    """What a client gets: made by name in code, camelCase in JSON."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
    )


def wrong(field: str, code: str, message: str) -> PydanticCustomError:
    """Return what a validator of a whole model raises to name the `field` that it is about."""
    return PydanticCustomError(code, message, {"field": field})


class Nothing(Draft):
    """No path variables, no query parameters or no body."""


class Empty(View):
    """A reply without content."""


class TextFile(View):
    """A reply that is a file: sent as it is, without the envelope. Errors keep theirs."""

    media_types: ClassVar[tuple[str, ...]] = ("application/octet-stream",)

    file_name: str
    media_type: str
    text: str


def _rfc3339(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


Moment = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str)]
"""A time in a reply: RFC 3339, UTC with Z, milliseconds."""


def _in_our_time(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2100:
        message = "must lie between the years 2000 and 2100"
        raise ValueError(message)
    return moment


WhenGiven = Annotated[
    AwareDatetime,
    AfterValidator(_in_our_time),
    Field(description="RFC 3339 with an offset, for example 2026-11-21T12:00:00Z"),
]
"""A time in a request: RFC 3339, the offset is required."""

Latitude = Annotated[float, Field(ge=-90, le=90, description="degrees north")]
Longitude = Annotated[float, Field(ge=-180, le=180, description="degrees east")]
ShortText = Annotated[str, Field(min_length=1, max_length=100)]
LongText = Annotated[str, Field(max_length=2000)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]


class MoneyView(View):
    """An amount in minor units, for example 1250 USD = 12.50."""

    amount: int
    currency: str


Item = TypeVar("Item")


class PageView(View, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    page: int
    page_size: int
    total_count: int
    total_pages: int


class PageQuery(Draft):
    """Which page of a list."""

    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 20


class AfterQuery(PageQuery):
    """Which page of a list that can also be read on from a row, whatever changes meanwhile."""

    after: Annotated[
        UUID | None,
        Field(description="id of the last row read: the page begins after it; leave out `page`"),
    ] = None

    @model_validator(mode="after")
    def _one_way_to_say_where(self) -> Self:
        if self.after is not None and self.page != 1:
            raise wrong("after", "not_together", "send page or after, not both")
        return self
