"""COLUMNS: what stands in a file of orders, and what becomes of a row: the draft of one order."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from api.imports.sheet import Row
from api.kit.errors import FieldError
from api.kit.field_errors import field_errors
from api.kit.ids import CompanyId
from api.orders.schema import OrderDraft


@dataclass(frozen=True, slots=True)
class Column:
    """A column: which field of an order draft it fills, and what is to be written there."""

    name: str
    field: str
    remedy: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a row: in which column, None for the row or the file as a whole."""

    row: int | None
    column: str | None
    code: str
    message: str
    remedy: str


def _place(name: str) -> tuple[Column, ...]:
    """Return the columns of a place."""
    return (
        Column(
            f"{name}Latitude",
            f"{name}.latitude",
            "Write degrees north, like 41.1496",
            is_required=True,
        ),
        Column(
            f"{name}Longitude",
            f"{name}.longitude",
            "Write degrees east, like -8.6109",
            is_required=True,
        ),
        Column(
            f"{name}Address",
            f"{name}.address",
            "Write street, number and town, at most 300 characters",
            is_required=True,
        ),
        Column(f"{name}ContactName", f"{name}.contactName", "Write at most 100 characters"),
        Column(
            f"{name}ContactPhone",
            f"{name}.contactPhone",
            "Write the number with its country, like +351912345678",
        ),
        Column(f"{name}Notes", f"{name}.notes", "Write at most 2000 characters"),
    )


_WHEN = "Write a time with its offset, like 2026-11-21T12:00:00Z, or leave it empty"
COLUMNS = (
    Column(
        "reference",
        "externalReference",
        "Give each delivery a name of its own, at most 100 characters, like A-1001",
        is_required=True,
    ),
    *_place("pickup"),
    *_place("dropoff"),
    Column("item", "items.0.title", "Say what it is, in at most 200 characters", is_required=True),
    Column("quantity", "items.0.quantity", "Write a whole number from 1 to 1000"),
    Column("weightGrams", "items.0.weightGrams", "Write whole grams of one piece"),
    Column("volumeCm3", "items.0.volumeCm3", "Write whole cubic centimetres of one piece"),
    Column("readyAt", "readyAt", _WHEN),
    Column("windowStart", "windowStart", _WHEN),
    Column("windowEnd", "windowEnd", _WHEN),
    Column("paymentMethod", "paymentMethod", "Write one of the words, or leave it empty"),
    Column("notes", "notes", "Write at most 2000 characters"),
)
NAMES = tuple(column.name for column in COLUMNS)
REQUIRED = tuple(column.name for column in COLUMNS if column.is_required)
_BY_NAME = {column.name: column for column in COLUMNS}


def draft_of(row: Row, company_id: CompanyId | None) -> OrderDraft | list[Mistake]:
    """Return the order that a row asks for, or what is wrong with it."""
    if row.is_too_long:
        remedy = "Put a cell that holds the delimiter into quotation marks, or empty the last ones"
        return [Mistake(row.number, None, "too_many_cells", "more cells than columns", remedy)]
    if wrong := [name for name, cell in row.cells.items() if "\x00" in cell]:
        return [
            Mistake(row.number, name, "invalid_text", "a NUL character", "Take it out")
            for name in wrong
        ]
    given = _nested(row.cells)
    if company_id is not None:
        given["companyId"] = company_id
    try:
        return OrderDraft.model_validate(given)
    except ValidationError as error:
        return mistakes(row.number, field_errors(OrderDraft, error))


def mistakes(row: int, errors: list[FieldError]) -> list[Mistake]:
    """Return what an order refuses, by the columns of the row."""
    return [_mistake(row, error) for error in errors]


def _mistake(row: int, error: FieldError) -> Mistake:
    column = _column_of(error.field)
    if column is None:
        return Mistake(row, None, error.code, error.message, "Correct the row")
    is_empty = error.code == "required"
    message = "this cell must not be empty" if is_empty else error.message
    return Mistake(row, column.name, error.code, message, column.remedy)


def _column_of(field: str) -> Column | None:
    """Return the column that fills a field, or the first one of those that fill its parts."""
    for column in COLUMNS:
        if column.field == field or column.field.startswith(f"{field}."):
            return column
    return None


def _nested(cells: dict[str, str]) -> dict[str, Any]:
    """Return the cells that hold something, as the draft of an order nests them."""
    given: dict[str, Any] = {"pickup": {}, "dropoff": {}, "items": [{}]}
    for name, cell in cells.items():
        if not cell:
            continue
        match _BY_NAME[name].field.split("."):
            case [field]:
                given[field] = cell
            case [place, field]:
                given[place][field] = cell
            case [_items, _first, field]:
                given["items"][0][field] = cell
    if "externalReference" not in given:
        given["externalReference"] = ""
    return given
