"""Comparing what is in PostgreSQL with the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.ledger.book import Book, Page

_FIELDS = """
    courier_id, epoch, seq, st_y(location::geometry) AS lat, st_x(location::geometry) AS lng,
    xmin::text::bigint AS written
"""
_ROWS = f"""
    SELECT {_FIELDS}, (extract(epoch FROM ts) * 1000)::bigint AS t_ms FROM courier_positions
    UNION ALL
    SELECT {_FIELDS}, t_ms FROM undated_fixes
    ORDER BY courier_id, epoch, seq
"""  # noqa: S608  # put together from constants
_NEAR_E7 = 2
MOST_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    `stored` are different fixes in PostgreSQL; `lost` are durable by word and not there;
    `duplicated` are rows beyond the first of a fix; `reordered` are rows that hold another fix
    than the one of that number, or were written before a lower number of the same phone and epoch;
    `unknown` are rows of no fix that was ever sent. `examples` say where something is lost.
    """

    stored: int
    lost: int
    duplicated: int
    reordered: int
    unknown: int
    examples: tuple[str, ...] = ()


@dataclass(slots=True)
class _Look:
    """What is found of one page so far."""

    page: Page
    found: bytearray
    written: int = 0
    reordered: int = 0


async def check(db: asyncpg.Connection, book: Book) -> Verdict:
    """Return how history compares with `book`; reads every row once."""
    looks = {key: _Look(page, bytearray(page.taken)) for key, page in book.pages.items()}
    unknown = 0
    async with db.transaction(readonly=True):
        async for row in db.cursor(_ROWS, prefetch=5000):
            unknown += not _note(looks, row)
    return _sum(looks, unknown)


def _note(looks: Mapping[tuple[UUID, int], _Look], row: Any) -> bool:
    """Take up a row; tell whether it is of a fix that was sent."""
    look = looks.get((row["courier_id"], row["epoch"]))
    seq = row["seq"]
    if look is None or not 1 <= seq <= look.page.sent:
        return False
    look.found[seq - 1] = min(255, look.found[seq - 1] + 1)
    look.reordered += row["written"] < look.written or not _is_same(look.page, row)
    look.written = max(look.written, row["written"])
    return True


def _is_same(page: Page, row: Any) -> bool:
    at = row["seq"] - 1
    return bool(
        row["t_ms"] == page.times_ms[at]
        and abs(row["lat"] * 1e7 - page.lats_e7[at]) < _NEAR_E7
        and abs(row["lng"] * 1e7 - page.lngs_e7[at]) < _NEAR_E7
    )


def _sum(looks: Mapping[tuple[UUID, int], _Look], unknown: int) -> Verdict:
    stored = lost = duplicated = reordered = 0
    examples: list[str] = []
    for look in looks.values():
        durable, found = look.page.durable, look.found
        stored += len(found) - found.count(0)
        duplicated += sum(found) - (len(found) - found.count(0))
        lost += found[:durable].count(0) + max(0, durable - len(found))
        reordered += look.reordered
        if missing := [seq for seq, times in enumerate(found[:durable], start=1) if not times]:
            whose = f"courier {look.page.courier_id} epoch {look.page.epoch}"
            span = f"{len(missing)} are missing, from {missing[0]} to {missing[-1]}"
            examples.append(f"{whose}: of {durable} durable fixes {span}")
    return Verdict(stored, lost, duplicated, reordered, unknown, tuple(examples[:MOST_EXAMPLES]))
