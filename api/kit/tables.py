"""Declaring tables once: the metadata, our geography type, and columns that many tables share."""

from enum import StrEnum
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import CheckConstraint, Column, DateTime, MetaData, String, Uuid

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Shape(Geography):
    """A geography column read and written as EWKB, which `kit/db.py` turns into our values."""

    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        """Send the value as it is: the connection's codec has packed it."""
        return bindvalue

    def column_expression(self, col: Any) -> Any:
        """Read the column as it is: the connection's codec unpacks it."""
        return col


def point(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a column for one place on the globe."""
    return Column(name, Shape("POINT", srid=4326, spatial_index=False), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    """Return a column for an instant (UTC)."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def identity() -> Column[Any]:
    """Return the primary key: a version 7 UUID made by the application."""
    return Column("id", Uuid, primary_key=True)


def stamps() -> tuple[Column[Any], Column[Any]]:
    """Return created_at and updated_at, both on the business clock and set by the application."""
    return moment("created_at"), moment("updated_at")


def word(name: str, words: type[StrEnum], *, nullable: bool = False) -> Column[Any]:
    """Return a text column that takes the words of an enum only.

    The check belongs to the table that the column gets into; migrations must make it.
    """
    column: Column[Any] = Column(name, String, nullable=nullable)
    CheckConstraint(column.in_([word.value for word in words]), name=name)
    return column
