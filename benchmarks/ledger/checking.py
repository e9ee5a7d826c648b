"""Comparing what is in PostgreSQL with the ledger."""

import asyncio
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
from numpy.typing import NDArray

from benchmarks.city.errors import CityError
from benchmarks.ledger.book import Book, Page
from geo.chunk import unpack

_FIELDS = """
    courier_id, epoch, seq, st_y(location::geometry) AS lat, st_x(location::geometry) AS lng,
    xmin::text::bigint AS written
"""
_ROWS = f"""
    SELECT {_FIELDS}, (extract(epoch FROM ts) * 1000)::bigint AS t_ms FROM courier_positions
    UNION ALL
    SELECT {_FIELDS}, t_ms FROM undated_fixes
"""  # noqa: S608  # put together from constants
_PARTS = "SELECT courier_id, packed, xmin::text::bigint AS written FROM trail_chunks"
_WAITING = "SELECT count(*) FROM trail_journal"
_NEAR_E7 = 6
"""Packed places are kept to 1e-6 degrees."""
SETTLED_S = 120.0
_LOOK_EVERY_S = 0.2
MOST_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    `stored` are different fixes in PostgreSQL, in rows and in parts; `lost` are durable by word and
    not there; `duplicated` are there once more; `reordered` are not the fix of that number, or were
    written before a lower number of the same phone and epoch; `unknown` are fixes that were never
    sent. `examples` say where something is lost.
    """

    stored: int
    lost: int
    duplicated: int
    reordered: int
    unknown: int
    examples: tuple[str, ...] = ()


@dataclass(slots=True)
class _Look:
    """What is found of one page so far: numbers, and by which transaction each was written."""

    page: Page
    seqs: "array[int]"
    written: "array[int]"
    other: int = 0


async def check(db: asyncpg.Connection, book: Book) -> Verdict:
    """Return how history compares with `book`; reads every row and every part once.

    Raises CityError when fixes that are durable find no place.
    """
    await _settled(db)
    looks = {key: _Look(page, array("q"), array("q")) for key, page in book.pages.items()}
    unknown = 0
    async with db.transaction(readonly=True):
        async for row in db.cursor(_ROWS, prefetch=5000):
            place = (row["t_ms"], row["lat"], row["lng"])
            key = (row["courier_id"], row["epoch"])
            unknown += not _note(looks, key, row["seq"], place, row["written"])
        async for part in db.cursor(_PARTS, prefetch=50):
            for epoch, seq, t_ms, lat, lng in _unpacked(part["packed"]):
                key, place = (part["courier_id"], epoch), (t_ms, lat, lng)
                unknown += not _note(looks, key, seq, place, part["written"])
    return _sum(looks, unknown)


async def _settled(db: asyncpg.Connection) -> None:
    """Wait until everything that is durable has found its place."""
    until_s = time.monotonic() + SETTLED_S
    while await db.fetchval(_WAITING):
        if time.monotonic() > until_s:
            raise CityError(f"Durable fixes still wait in the journal after {SETTLED_S:g} s.")
        await asyncio.sleep(_LOOK_EVERY_S)


def _unpacked(packed: bytes) -> Iterator[tuple[Any, ...]]:
    found = unpack(packed)
    columns = (found.epochs, found.seqs, found.t_ms, found.lats, found.lngs)
    return zip(*(column.tolist() for column in columns), strict=True)


def _note(
    looks: Mapping[tuple[UUID, int], _Look],
    key: tuple[UUID, int],
    seq: int,
    place: Sequence[Any],
    written: int,
) -> bool:
    """Take up a fix; tell whether it is one that was sent."""
    look = looks.get(key)
    if look is None or not 1 <= seq <= look.page.sent:
        return False
    look.seqs.append(seq)
    look.written.append(written)
    look.other += not _is_same(look.page, seq, *place)
    return True


def _is_same(page: Page, seq: int, t_ms: int, lat: float, lng: float) -> bool:
    at = seq - 1
    return bool(
        t_ms == page.times_ms[at]
        and abs(lat * 1e7 - page.lats_e7[at]) < _NEAR_E7
        and abs(lng * 1e7 - page.lngs_e7[at]) < _NEAR_E7
    )


def _sum(looks: Mapping[tuple[UUID, int], _Look], unknown: int) -> Verdict:
    stored = lost = duplicated = reordered = 0
    examples: list[str] = []
    for look in looks.values():
        durable, seqs = look.page.durable, np.array(look.seqs, np.int64)
        order = np.lexsort((np.array(look.written, np.int64), seqs))
        different = set(seqs.tolist())
        stored += len(different)
        duplicated += len(seqs) - len(different)
        reordered += look.other + _out_of_order(seqs[order], np.array(look.written)[order])
        missing = [seq for seq in range(1, durable + 1) if seq not in different]
        lost += len(missing)
        if missing:
            whose = f"courier {look.page.courier_id} epoch {look.page.epoch}"
            span = f"{len(missing)} are missing, from {missing[0]} to {missing[-1]}"
            examples.append(f"{whose}: of {durable} durable fixes {span}")
    return Verdict(stored, lost, duplicated, reordered, unknown, tuple(examples[:MOST_EXAMPLES]))


def _out_of_order(seqs: NDArray[np.int64], written: NDArray[np.int64]) -> int:
    """Count the fixes that were written before one of a lower number; `seqs` are in order."""
    if not len(seqs):
        return 0
    before = np.maximum.accumulate(written)
    return int((written[1:] < before[:-1]).sum())
