"""The trail writer: every fix once in PostgreSQL, whatever dies, whatever phones claim."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.kit.db import Database
from api.kit.errors import Unavailable
from geo.fix import Fix
from geo.screening import Refusal
from jobs import cleanup, trail_writer
from jobs.station import Station
from jobs.trail_settling import TrailSettling
from jobs.trail_writer import TrailWriter
from tests.support.cast import Cast
from tracking import keys, trail
from tracking.trail import Batch, Mark, TrailRecord
from tracking.wire import parse_fixes

ANNA, BRUNO = UUID(int=1), UUID(int=2)
EPOCH = 7


def now_ms() -> int:
    """Return the real time: the business clock of these tests."""
    return round(datetime.now(UTC).timestamp() * 1000)  # noqa: TID251  # as the station's clock


def fix(seq: int, **changes: Any) -> Fix:
    """Return a fix of a second ago."""
    good = Fix(seq, now_ms() - 1000 + seq, 41.15, -8.61, 5.0, 90.0, 8.0)
    return replace(good, **changes)


def record(
    courier_id: UUID, seq: int, refusal: str | None = None, epoch: int = EPOCH, **changes: Any
) -> TrailRecord:
    """Return a fix on its way to history."""
    return TrailRecord(courier_id, epoch, now_ms(), fix(seq, **changes), refusal)


async def append(station: Station, *records: TrailRecord) -> None:
    """Put records on the stream, as one tick of a gateway does."""
    async with station.redis.pipeline(transaction=True) as pipeline:
        trail.append(pipeline, Batch.of(records), {}, 1000)
        await pipeline.execute()


async def drain(writer: TrailWriter) -> None:
    """Write everything that is on the stream, and let it find its place."""
    for _ in range(3):
        await writer.run_once()
    await TrailSettling(writer._station).run_once()


async def history(station: Station) -> list[Any]:
    """Return what is in PostgreSQL, in the order of the fixes."""
    async with station.database.connection() as db:
        sql = "SELECT * FROM courier_positions ORDER BY courier_id, epoch, seq, ts"
        return list(await db.fetch(sql))


async def durable(station: Station, courier_id: UUID = ANNA) -> Mark:
    """Return how far a courier's fixes are durable."""
    return (await trail.marks(station.redis, keys.DURABLE, [courier_id]))[courier_id]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for entries that nobody writes."""
    monkeypatch.setattr(trail_writer, "WAIT_MS", 1)


async def test_fixes_become_durable_and_leave_the_stream(station: Station) -> None:
    """Marks after the commit, nothing left to do."""
    await append(station, record(ANNA, 1), record(BRUNO, 4), record(ANNA, 2))
    await drain(TrailWriter(station))
    found = await history(station)
    assert [(row["courier_id"], row["seq"]) for row in found] == [(ANNA, 1), (ANNA, 2), (BRUNO, 4)]
    assert await durable(station) == Mark(EPOCH, 2)
    assert await durable(station, BRUNO) == Mark(EPOCH, 4)
    assert await station.redis.xlen(keys.TRAIL) == 0


async def test_every_field_of_a_fix_is_kept(station: Station) -> None:
    """As it was sent; the unknown stays unknown."""
    told = record(ANNA, 1)
    silent = record(ANNA, 2, speed_mps=None, heading_deg=None, accuracy_m=None)
    await append(station, told, silent)
    await drain(TrailWriter(station))
    one, two = await history(station)
    assert (one["location"].lat, one["location"].lng) == (41.15, -8.61)
    assert (one["speed_mps"], one["heading_deg"], one["accuracy_m"]) == (5.0, 90, 8.0)
    assert one["ts"] == datetime.fromtimestamp(told.fix.t_ms / 1000, UTC)
    assert one["received_at"] == datetime.fromtimestamp(told.received_ms / 1000, UTC)
    assert (one["epoch"], one["refusal"]) == (EPOCH, None)
    assert one["h3_cell"] is not None
    assert (two["speed_mps"], two["heading_deg"], two["accuracy_m"]) == (None, None, None)


async def test_a_day_sent_again_in_any_order_changes_nothing(station: Station) -> None:
    """The same fixes twice in one entry, in the next, and shuffled."""
    records = [record(ANNA, seq) for seq in range(1, 21)]
    await append(station, *records, *records)
    await append(station, *reversed(records))
    await drain(TrailWriter(station))
    before = await history(station)
    await append(station, *records[::3], *records[1::2])
    await drain(TrailWriter(station))
    assert [row["seq"] for row in before] == list(range(1, 21))
    assert await history(station) == before


async def test_a_writer_killed_after_the_commit_writes_nothing_twice(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one finds the entry unfinished, inserts nothing, and sets the marks."""

    async def killed(*_arguments: Any) -> None:
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    await append(station, record(ANNA, 1), record(ANNA, 2))
    with monkeypatch.context() as patch:
        patch.setattr(trail, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            await drain(TrailWriter(station))
    await TrailSettling(station).run_once()
    assert len(await history(station)) == 2
    assert await durable(station) == Mark()
    await append(station, record(ANNA, 3))
    await drain(TrailWriter(station))
    assert [row["seq"] for row in await history(station)] == [1, 2, 3]
    assert await durable(station) == Mark(EPOCH, 3)
    assert await station.redis.xlen(keys.TRAIL) == 0


async def test_while_the_database_is_away_nothing_is_durable_and_nothing_is_lost(
    station: Station, database_url: str
) -> None:
    """The same writer goes on where it stood."""
    closed = await Database.open(database_url, size=1)
    await closed.pool.close()
    writer = TrailWriter(replace(station, database=closed))
    await append(station, record(ANNA, 1))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await drain(writer)
    assert await durable(station) == Mark()
    writer._station = station
    await append(station, record(ANNA, 2))
    await drain(writer)
    assert [row["seq"] for row in await history(station)] == [1, 2]


async def test_a_wiped_redis_costs_one_failed_round(station: Station) -> None:
    """The group of readers is gone with everything else; it is made again."""
    writer = TrailWriter(station)
    await append(station, record(ANNA, 1))
    await drain(writer)
    await station.redis.flushall()
    with pytest.raises(Exception, match="NOGROUP"):
        await drain(writer)
    await append(station, record(ANNA, 2))
    await drain(writer)
    assert [row["seq"] for row in await history(station)] == [1, 2]
    assert await durable(station) == Mark(EPOCH, 2)


async def test_two_writers_do_not_write_anything_twice(station: Station) -> None:
    """Two workers run, or the old one has not ended yet."""
    one, two = TrailWriter(station), TrailWriter(station)
    for seq in range(1, 31):
        await append(station, record(ANNA, seq))
        await (one if seq % 2 else two).run_once()
    await drain(one)
    await drain(two)
    assert [row["seq"] for row in await history(station)] == list(range(1, 31))


@pytest.mark.parametrize("refusal", [reason.value for reason in Refusal])
async def test_a_fix_not_believed_is_stored_with_its_reason(station: Station, refusal: str) -> None:
    """An invalid place is no place; the others keep theirs."""
    wrong: dict[str, float] = {"lat": 1e9, "lng": -1e9} if refusal == Refusal.INVALID else {}
    await append(station, record(ANNA, 1, refusal, **wrong))
    await drain(TrailWriter(station))
    (row,) = await history(station)
    assert row["refusal"] == refusal
    assert (row["location"] is None) == (row["h3_cell"] is None) == (refusal == Refusal.INVALID)


@pytest.mark.parametrize(
    "t_ms",
    [0, 1, 946_684_800_000, 4_102_444_800_000, 253_402_300_800_000, (1 << 48) - 1],
    ids=["1970", "1970 and a bit", "2000", "2100", "10000", "10889"],
)
async def test_a_clock_wrong_by_years_makes_no_table_and_stops_nothing(
    station: Station, t_ms: int
) -> None:
    """The fix is kept apart, as it was sent and once; the next ones are stored."""
    before = await tables(station)
    wrong = record(ANNA, 1, Refusal.OUTDATED, t_ms=t_ms)
    await append(station, wrong, wrong, record(ANNA, 2))
    await append(station, wrong)
    await drain(TrailWriter(station))
    assert [row["seq"] for row in await history(station)] == [2]
    (kept,) = await undated(station)
    assert (kept["courier_id"], kept["epoch"], kept["seq"]) == (ANNA, EPOCH, 1)
    assert (kept["t_ms"], kept["refusal"]) == (t_ms, Refusal.OUTDATED)
    assert (kept["location"].lat, kept["location"].lng) == (41.15, -8.61)
    assert await durable(station) == Mark(EPOCH, 2)
    assert len(await tables(station)) <= len(before) + 1


async def undated(station: Station) -> list[Any]:
    """Return the fixes of days that no trail is kept for."""
    async with station.database.connection() as db:
        return list(await db.fetch("SELECT * FROM undated_fixes ORDER BY courier_id, epoch, seq"))


async def test_a_fix_kept_apart_is_not_stored_again_when_its_day_has_come(station: Station) -> None:
    """The phone sends it again four days later, for it has not heard that it is durable."""
    ahead = record(ANNA, 1, Refusal.FUTURE, t_ms=now_ms() + 4 * 86_400_000)
    writer = TrailWriter(station)
    await append(station, ahead)
    await drain(writer)
    later = replace(station.clock, start=station.clock.start + timedelta(days=4), speed=1.0)
    writer._station = replace(station, clock=later)
    await append(station, ahead, record(ANNA, 2))
    await drain(writer)
    assert [row["seq"] for row in await history(station)] == [2]
    assert [row["seq"] for row in await undated(station)] == [1]


async def test_fixes_kept_apart_are_forgotten_like_all_others(station: Station) -> None:
    """When they are older than trails may be kept, by when they were received."""
    await append(station, record(ANNA, 1, t_ms=0), record(BRUNO, 1, t_ms=0))
    await drain(TrailWriter(station))
    long_ago = timedelta(days=station.settings.trail_days + 1)
    async with station.database.connection() as db:
        older = "UPDATE undated_fixes SET received_at = received_at - $2::interval"
        await db.execute(f"{older} WHERE courier_id = $1", ANNA, long_ago)
    await cleanup.forget_old(station)
    assert [row["courier_id"] for row in await undated(station)] == [BRUNO]


async def tables(station: Station) -> list[str]:
    """Return the names of all partitions."""
    async with station.database.connection() as db:
        rows = await db.fetch(
            "SELECT relname FROM pg_class WHERE relname ~ '^courier_positions_\\d+$'"
        )
    return [row["relname"] for row in rows]


async def test_days_that_have_no_table_yet_get_one(station: Station) -> None:
    """A phone was without network for a week: its fixes are stored under their days."""
    days = [now_ms() - back * 86_400_000 for back in (7, 3, 3, 0)]
    records = [record(ANNA, seq, t_ms=t_ms) for seq, t_ms in enumerate(days, start=1)]
    await append(station, *records)
    await drain(TrailWriter(station))
    assert [row["seq"] for row in await history(station)] == [1, 2, 3, 4]
    day = datetime.fromtimestamp(days[0] / 1000, UTC)
    assert f"courier_positions_{day:%Y%m%d}" in await tables(station)


async def test_a_table_dropped_meanwhile_is_no_trap(station: Station) -> None:
    """Retention has dropped the day that a writer remembers to have a table."""
    old_ms = now_ms() - station.settings.trail_days * 86_400_000 + 60_000
    writer = TrailWriter(station)
    await append(station, record(ANNA, 1, t_ms=old_ms))
    await drain(writer)
    later = replace(station.clock, start=station.clock.start + timedelta(days=2), speed=1.0)
    writer._station = replace(station, clock=later)
    day = datetime.fromtimestamp(old_ms / 1000, UTC)
    async with station.database.connection() as db:
        await db.execute(f"DROP TABLE courier_positions_{day:%Y%m%d}")
    await append(station, record(ANNA, 2, t_ms=old_ms), record(ANNA, 3))
    await drain(writer)
    assert [row["seq"] for row in await history(station)] == [3]


NUMBERS = st.one_of(
    st.floats(-1e9, 1e9, allow_nan=False),
    st.integers(-(10**9), 10**9),
    st.sampled_from([0, -0.0, 90, -90, 180, -180, 90.0000001, 1e-300, 359.99, 1e9]),
)
READINGS = st.tuples(
    st.one_of(
        st.integers(0, (1 << 48) - 1),
        st.integers(-86_400_000, 86_400_000).map(lambda d: d + now_ms()),
    ),
    NUMBERS,
    NUMBERS,
    st.none() | NUMBERS,
    st.none() | NUMBERS,
    st.none() | NUMBERS,
)
REASONS = st.sampled_from([None, *(reason.value for reason in Refusal)])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(readings=st.lists(st.tuples(READINGS, REASONS), min_size=1, max_size=20))
async def test_nothing_that_comes_through_the_door_stops_the_writer(
    station: Station, readings: Sequence[tuple[Any, str | None]]
) -> None:
    """Any numbers a phone may send: believable ones are stored once, the mark passes them all."""
    courier_id = uuid4()
    records = []
    for seq, (numbers, reason) in enumerate(readings, start=1):
        _epoch, (sent,) = parse_fixes(EPOCH, [[seq, *numbers]], 1)
        on_globe = -90 <= sent.lat <= 90 and -180 <= sent.lng <= 180
        refusal = reason if on_globe else Refusal.INVALID.value
        records.append(TrailRecord(courier_id, EPOCH, now_ms(), sent, refusal))
    await append(station, *records)
    await drain(TrailWriter(station))
    assert await durable(station, courier_id) == Mark(EPOCH, len(records))
    stored = {row["seq"] for row in await history(station) if row["courier_id"] == courier_id}
    day_ms = 86_400_000
    certain = {one.fix.seq for one in records if abs(one.fix.t_ms - now_ms()) < day_ms}
    assert certain <= stored


async def test_the_last_place_of_a_courier_is_kept_for_when_redis_is_wiped(cast: Cast) -> None:
    """Only what was believed, and never back in time."""
    courier = UUID((await cast.courier()).courier_id)
    writer, settling = TrailWriter(cast.stack.station), TrailSettling(cast.stack.station)

    async def locate(*records: TrailRecord) -> Any:
        await append(cast.stack.station, *records)
        await writer.run_once()
        await writer.run_once()
        await settling.run_once()
        await settling.locate()
        sql = "SELECT current_location AS place, last_location_update AS at FROM couriers"
        (row,) = await cast.stack.rows(sql)
        return row

    t_ms = now_ms()
    row = await locate(
        record(courier, 1, t_ms=t_ms - 2),
        record(courier, 2, t_ms=t_ms - 1, lat=41.2),
        record(courier, 3, Refusal.JUMP, t_ms=t_ms, lat=42.0),
    )
    assert row["place"].lat == 41.2
    assert row["at"] == datetime.fromtimestamp((t_ms - 1) / 1000, UTC)
    row = await locate(record(courier, 4, t_ms=t_ms - 500, lat=43.0))
    assert row["place"].lat == 41.2
