"""The reckoning: a history in order passes, and every planted mistake is found."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from api.kit.db import Database
from api.trails.arranging import arranged
from api.trails.history import ensure_day
from benchmarks.ledger.book import Book, Page, ride
from benchmarks.ledger.checking import Verdict, check
from geo import chunk
from geo.point import Point
from tracking.trail import TrailRecord, pack

ANNA, BRUNO = UUID(int=1), UUID(int=2)
EPOCH = 1_790_000_000
MIDDLE = Point(46.9, 8.4)
NUMBERS = range(1, 6)

_ADD = """
    INSERT INTO courier_positions (courier_id, epoch, seq, ts, received_at, location)
    VALUES ($1, $2, $3, $4, now(), st_makepoint($6, $5)::geography)
"""
_ADD_UNDATED = """
    INSERT INTO undated_fixes (courier_id, epoch, seq, t_ms, received_at, location)
    VALUES ($1, $2, $3, $4, now(), st_makepoint($6, $5)::geography)
"""

_ADD_PART = """
    INSERT INTO trail_chunks (courier_id, day, part, fixes, first_at, last_at, packed)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class History:
    """A ledger of two phones, and the database that is compared with it."""

    def __init__(self, db: asyncpg.Connection) -> None:
        self.db = db
        self.book = Book()

    def page(self, courier_id: UUID, *, taken: int = 5, durable: int = 5, off_ms: int = 0) -> Page:
        """Open a page with fixes of a phone, all of them sent."""
        page = self.book.open_page(courier_id, EPOCH)
        for step in range(taken):
            page.take(max(0, EPOCH * 1000 + step * 1000 + off_ms), ride(MIDDLE, 1, step))
        page.sent, page.durable = taken, durable
        return page

    async def write(
        self, page: Page, seqs: Iterable[int], *, later_ms: int = 0, north: float = 0.0
    ) -> None:
        """Write fixes of a page in one transaction."""
        async with self.db.transaction():
            for seq in seqs:
                fix = page.fix(min(seq, page.taken))
                moment = datetime.fromtimestamp((fix.t_ms + later_ms) / 1000, UTC)
                where = (fix.lat + north, fix.lng)
                await self.db.execute(_ADD, page.courier_id, page.epoch, seq, moment, *where)

    async def write_undated(self, page: Page, seqs: Iterable[int]) -> None:
        """Write fixes of days that no trail is kept for."""
        for seq in seqs:
            fix = page.fix(seq)
            place = (fix.lat, fix.lng)
            await self.db.execute(_ADD_UNDATED, page.courier_id, page.epoch, seq, fix.t_ms, *place)

    async def write_part(self, page: Page, seqs: Sequence[int]) -> None:
        """Write fixes of a page as one part of their day."""
        fixes = [page.fix(seq) for seq in seqs]
        records = [TrailRecord(page.courier_id, page.epoch, f.t_ms, f, None) for f in fixes]
        (day,) = arranged(pack(records), 0, 1 << 60).days
        moments = [datetime.fromtimestamp(t_ms / 1000, UTC) for t_ms in day.span_ms]
        packed = chunk.pack(day.columns())
        await self.db.execute(
            _ADD_PART, day.courier_id, day.day, seqs[0], len(seqs), *moments, packed
        )

    async def verdict(self) -> Sequence[int]:
        """Return stored, lost, duplicated, reordered, unknown."""
        found: Verdict = await check(self.db, self.book)
        assert bool(found.examples) == bool(found.lost)
        return (found.stored, found.lost, found.duplicated, found.reordered, found.unknown)


@pytest.fixture
async def history(database: Database, database_url: str) -> AsyncIterator[History]:
    """Return an empty ledger beside an empty history."""
    async with database.connection() as ours:
        await ensure_day(ours, datetime.fromtimestamp(EPOCH, UTC).date())
    db = await asyncpg.connect(database_url)
    yield History(db)
    await db.close()


async def test_what_is_there_once_and_in_order_is_in_order(history: History) -> None:
    """Whatever is stored beyond what phones heard of is no mistake."""
    anna, bruno = history.page(ANNA), history.page(BRUNO, durable=3)
    await history.write(bruno, (1, 2))
    await history.write(anna, NUMBERS)
    await history.write(bruno, (3, 4))
    assert await history.verdict() == (9, 0, 0, 0, 0)


async def test_fixes_of_impossible_days_count_as_stored(history: History) -> None:
    """They have a table of their own."""
    await history.write_undated(history.page(ANNA, off_ms=-EPOCH * 1000), NUMBERS)
    assert await history.verdict() == (5, 0, 0, 0, 0)


async def test_a_part_counts_like_rows(history: History) -> None:
    """Its fixes are there, once, and in the sequence in which parts were written."""
    anna = history.page(ANNA)
    await history.write(anna, (1, 2))
    await history.write_part(anna, (3, 4, 5))
    assert await history.verdict() == (5, 0, 0, 0, 0)
    await history.write(anna, (5,))
    assert await history.verdict() == (5, 0, 1, 0, 0)


async def test_a_part_written_too_early_is_out_of_order(history: History) -> None:
    """Its fixes stand before lower numbers."""
    anna = history.page(ANNA)
    await history.write_part(anna, (4, 5))
    await history.write(anna, (1, 2, 3))
    assert await history.verdict() == (5, 0, 0, 2, 0)


async def test_a_durable_fix_that_is_not_there_is_lost(history: History) -> None:
    """Be it in the middle or at the end; one that was not yet durable is not."""
    await history.write(history.page(ANNA), (1, 2, 4))
    await history.write(history.page(BRUNO, durable=2), (1, 2))
    assert await history.verdict() == (5, 2, 0, 0, 0)


async def test_word_of_fixes_that_were_never_taken_is_a_loss(history: History) -> None:
    """A phone would forget what comes next."""
    await history.write(history.page(ANNA, durable=8), NUMBERS)
    assert (await check(history.db, history.book)).lost == 3


async def test_a_fix_that_is_there_twice_is_a_double(history: History) -> None:
    """Under another time, or in the other table."""
    anna = history.page(ANNA)
    await history.write(anna, NUMBERS)
    await history.write_undated(anna, (5,))
    stored, lost, duplicated, *_others = await history.verdict()
    assert (stored, lost, duplicated) == (5, 0, 1)


async def test_a_number_written_before_a_lower_one_is_out_of_order(history: History) -> None:
    """Two transactions, the later fixes first."""
    anna = history.page(ANNA)
    await history.write(anna, (4, 5))
    await history.write(anna, (1, 2, 3))
    assert await history.verdict() == (5, 0, 0, 2, 0)


@pytest.mark.parametrize("changes", [{"later_ms": 1}, {"north": 0.001}])
async def test_another_fix_under_a_number_is_out_of_order(
    history: History, changes: dict[str, float]
) -> None:
    """Its time or its place is not what was sent."""
    anna = history.page(ANNA)
    await history.write(anna, (1, 2, 3, 4))
    await history.write(anna, (5,), **changes)  # type: ignore[arg-type]  # both are numbers
    assert await history.verdict() == (5, 0, 0, 1, 0)


async def test_what_nobody_sent_is_unknown(history: History) -> None:
    """A number beyond the last, or somebody else's epoch."""
    await history.write(history.page(ANNA), (*NUMBERS, 6))
    stranger = Page(BRUNO, EPOCH)
    stranger.take(EPOCH * 1000, MIDDLE)
    await history.write(stranger, (1,))
    assert await history.verdict() == (5, 0, 0, 0, 2)
