"""Statements: written once per shape, compiled once, run by asyncpg, read into dataclasses.

A statement is a SQLAlchemy Core expression over the tables' metadata, or plain SQL with `:name`
parameters where that reads better. Compiling happens at the first run, never per call.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_type_hints

from sqlalchemy import Select, Table, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.sql.expression import ClauseElement

from api.kit.db import Connection, Record

Row = TypeVar("Row")

_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class _Text(NamedTuple):
    """SQL with $1, $2 …, the names of these in order, and the values that are always the same."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]


class _Compiled:
    """A statement that is compiled when it is first used."""

    def __init__(self, source: str | ClauseElement) -> None:
        self.source = source

    @cached_property
    def text(self) -> _Text:
        if isinstance(self.source, str):
            names: list[str] = []

            def place(match: re.Match[str]) -> str:
                if match[1] not in names:
                    names.append(match[1])
                return f"${names.index(match[1]) + 1}"

            return _Text(_PARAMETER.sub(place, self.source), tuple(names), {})
        compiled: Any = self.source.compile(dialect=_DIALECT)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        return _Text(str(compiled), tuple(compiled.positiontup or ()), constants)

    def arguments(self, given: dict[str, Any]) -> tuple[str, list[Any]]:
        sql, names, constants = self.text
        values = constants | given
        if len(values) != len(set(names)):
            message = f"the statement takes {sorted(set(names))}, given were {sorted(given)}"
            raise TypeError(message)
        return sql, [values[name] for name in names]


class Command(_Compiled):
    """A statement that returns nothing."""

    async def run(self, db: Connection, **parameters: Any) -> int:
        """Run it; return how many rows it touched."""
        sql, arguments = self.arguments(parameters)
        tag: str = await db.execute(sql, *arguments)
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def run_many(self, db: Connection, rows: Sequence[dict[str, Any]]) -> None:
        """Run it once for each of `rows`, sent together: all of them, or none."""
        if rows:
            given = [self.arguments(row) for row in rows]
            await db.executemany(given[0][0], [arguments for _sql, arguments in given])


class Query(_Compiled, Generic[Row]):
    """A statement that returns rows, each read into `row`: a dataclass, or a scalar type."""

    def __init__(self, row: type[Row], source: str | ClauseElement) -> None:
        super().__init__(source)
        self._read = _reader(row)

    async def one(self, db: Connection, **parameters: Any) -> Row | None:
        """Return the first row, or None."""
        sql, arguments = self.arguments(parameters)
        record = await db.fetchrow(sql, *arguments)
        return None if record is None else self._read(record)

    async def all(self, db: Connection, **parameters: Any) -> list[Row]:
        """Return every row."""
        sql, arguments = self.arguments(parameters)
        return [self._read(record) for record in await db.fetch(sql, *arguments)]

    async def value(self, db: Connection, **parameters: Any) -> Row:
        """Return the only row of a statement that always has one (a count, an insert)."""
        row = await self.one(db, **parameters)
        if row is None:
            message = "the statement returned no row"
            raise LookupError(message)
        return row


def _reader(row: type[Row]) -> Callable[[Record], Row]:
    """Return a function from a record to `row`; enum columns become members."""
    if not is_dataclass(row):
        return lambda record: record[0]
    hints = get_type_hints(row)
    enums = {name: member for name, hint in hints.items() if (member := _enum_in(hint))}
    names = tuple(field.name for field in fields(row))

    def read(record: Record) -> Row:
        values = {name: record[name] for name in names}
        for name, enum in enums.items():
            if values[name] is not None:
                values[name] = enum(values[name])
        return row(**values)

    return read


def _enum_in(hint: Any) -> type[Enum] | None:
    for part in (hint, *get_args(hint)):
        if isinstance(part, type) and issubclass(part, Enum):
            return part
    return None


def selecting(row: type[Any], table: Table) -> Select[Any]:
    """Return `SELECT <the fields of row> FROM table`, to be narrowed with `.where(...)`."""
    return select(*(table.c[field.name] for field in fields(row)))


def locked(rows: Select[Any]) -> Select[Any]:
    """Return `rows`, held until the transaction ends; rows that refer to them may still be added.

    A plain FOR UPDATE would wait for everybody who has added such a row, an event of a courier for
    instance, and two of these who then lock the courier wait for each other.
    """
    return rows.with_for_update(key_share=True)


def inserting(row: type[Any], table: Table) -> Command:
    """Return the insertion of a whole `row`; run it with `**columns(row)`."""
    names = [field.name for field in fields(row)]
    return Command(insert(table).values({name: bindparam(name) for name in names}))


def saving(table: Table, changing: Sequence[str]) -> Command:
    """Return an update of the columns `changing` of the row with `id`."""
    values: dict[str, Any] = {name: bindparam(name) for name in changing}
    return Command(update(table).where(table.c.id == bindparam("id")).values(values))


def columns(row: Any, only: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the fields of a row as statement parameters."""
    names = only if only is not None else [field.name for field in fields(row)]
    return {name: getattr(row, name) for name in names}
