"""The trail stream: what is appended is read once; a loss is noticed before it can be hidden."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from geo.fix import Fix
from geo.screening import Refusal
from tracking import keys, trail
from tracking.trail import Batch, Mark, TrailRecord

ANNA, BRUNO = UUID(int=1), UUID(int=2)
F32 = st.floats(-1e6, 1e6, width=32)
RECORDS = st.builds(
    TrailRecord,
    courier_id=st.uuids(),
    epoch=st.integers(0, (1 << 32) - 1),
    received_ms=st.integers(0, 1 << 48),
    fix=st.builds(
        Fix,
        seq=st.integers(1, (1 << 32) - 1),
        t_ms=st.integers(0, 1 << 48),
        lat=st.floats(-1e9, 1e9),
        lng=st.floats(-1e9, 1e9),
        speed_mps=st.none() | F32,
        heading_deg=st.none() | F32,
        accuracy_m=st.none() | F32,
        flags=st.integers(0, 255),
    ),
    refusal=st.sampled_from([None, *(reason.value for reason in Refusal)]),
)


def record(courier_id: UUID, seq: int, epoch: int = 7) -> TrailRecord:
    """Return a fix on its way."""
    return TrailRecord(courier_id, epoch, 5, Fix(seq, seq * 1000, 1.0, 2.0, None, None, None), None)


async def append(
    redis: Redis,
    records: Sequence[TrailRecord],
    known: dict[UUID, Mark] | None = None,
    at_most: int = 100,
) -> set[UUID]:
    """Append as a gateway's tick does; return whose fixes Redis has lost."""
    async with redis.pipeline(transaction=True) as pipeline:
        trail.append(pipeline, Batch.of(records), known or {}, at_most)
        (lost,) = await pipeline.execute()
    return {UUID(bytes=one) for one in lost}


async def accepted(redis: Redis, *couriers: UUID) -> list[Mark]:
    """Return the accepted marks of couriers."""
    return list((await trail.marks(redis, keys.ACCEPTED, couriers)).values())


@given(st.lists(RECORDS, max_size=20))
def test_packed_records_come_back(records: list[TrailRecord]) -> None:
    """Every field, and what is unknown stays unknown."""
    assert trail.unpack(trail.pack(records)) == records


@given(st.lists(RECORDS, max_size=20))
def test_numpy_and_struct_agree_on_a_record(records: list[TrailRecord]) -> None:
    """Field by field; batches are built by the one and read by the other."""
    rows = np.frombuffer(trail.pack(records), trail.ROW)
    assert len(rows) == len(records)
    for row, one in zip(rows, records, strict=True):
        assert bytes(row["courier"].item()) == one.courier_id.bytes
        assert [row[name].item() for name in ("epoch", "seq", "t_ms", "received_ms", "flags")] == [
            *(one.epoch, one.fix.seq, one.fix.t_ms, one.received_ms, one.fix.flags)
        ]
        assert (row["lat"].item(), row["lng"].item()) == (one.fix.lat, one.fix.lng)
        assert trail.REFUSALS[row["refusal"]] == one.refusal


async def test_all_fixes_of_a_tick_are_one_entry_and_marks_say_how_far_each_courier_got(
    redis: Redis,
) -> None:
    """Whoever is not in it has no mark."""
    records = [record(ANNA, 1), record(BRUNO, 5), record(ANNA, 2)]
    assert await append(redis, records) == set()
    assert await redis.xlen(keys.TRAIL) == 1
    assert await accepted(redis, ANNA, BRUNO, uuid4()) == [Mark(7, 2), Mark(7, 5), Mark()]


async def test_marks_of_one_epoch_never_go_back_and_a_new_epoch_counts_anew(redis: Redis) -> None:
    """Another gateway may be behind; a phone that lost its memory begins at 1."""
    await append(redis, [record(ANNA, 9)])
    await append(redis, [record(ANNA, 4)])
    assert await accepted(redis, ANNA) == [Mark(7, 9)]
    await append(redis, [record(ANNA, 1, epoch=8)])
    assert await accepted(redis, ANNA) == [Mark(8, 1)]


async def test_a_lost_mark_stops_the_entry_and_names_the_courier(redis: Redis) -> None:
    """After a wipe a later fix must not pass for those before it."""
    await append(redis, [record(ANNA, 3), record(BRUNO, 3)])
    await redis.flushall()
    await append(redis, [record(BRUNO, 3)])
    known = {ANNA: Mark(7, 3), BRUNO: Mark(7, 3)}
    assert await append(redis, [record(ANNA, 4), record(BRUNO, 4)], known) == {ANNA}
    assert await redis.xlen(keys.TRAIL) == 1
    assert await accepted(redis, ANNA, BRUNO) == [Mark(), Mark(7, 3)]


def test_the_epoch_sent_last_counts_though_its_number_is_lower() -> None:
    """A phone began anew by a clock that was wrong before, or is wrong now."""
    sent = [record(ANNA, 9, epoch=8), record(ANNA, 1), record(ANNA, 2), record(ANNA, 1)]
    assert trail.reached(sent) == {ANNA: Mark(7, 2)}


@pytest.mark.parametrize(
    ("held", "expected", "is_lost"),
    [
        (None, Mark(), False),
        (None, Mark(7, 1), True),
        (Mark(7, 1), Mark(), False),
        (Mark(7, 5), Mark(7, 5), False),
        (Mark(7, 6), Mark(7, 5), False),
        (Mark(7, 4), Mark(7, 5), True),
        (Mark(6, 9), Mark(7, 5), True),
        (Mark(7, (1 << 32) - 2), Mark(7, 1 << 31), False),
    ],
)
async def test_redis_must_hold_at_least_what_was_left_there(
    redis: Redis, held: Mark | None, expected: Mark, is_lost: bool
) -> None:
    """More is what another gateway wrote; less, or another epoch, is a Redis from yesterday."""
    if held is not None:
        await append(redis, [record(ANNA, held.seq, held.epoch)])
    lost = await append(redis, [record(ANNA, (1 << 32) - 1)], {ANNA: expected})
    assert lost == ({ANNA} if is_lost else set())


async def test_a_full_stream_takes_nothing_and_drops_nothing(redis: Redis) -> None:
    """What was accepted stays until it is durable, however long the writer is away."""
    for seq in range(1, 4):
        await append(redis, [record(ANNA, seq)], at_most=3)
    with pytest.raises(ResponseError, match="full"):
        await append(redis, [record(ANNA, 4)], at_most=3)
    await trail.open_group(redis)
    batch = await trail.next_batch(redis, "w", unacknowledged=False, entries=9, wait_ms=1)
    assert [one.fix.seq for _entry, found in batch for one in trail.unpack(found)] == [1, 2, 3]
    assert await accepted(redis, ANNA) == [Mark(7, 3)]


async def test_a_batch_stays_unfinished_until_it_is_finished(redis: Redis) -> None:
    """A writer that died finds what it had not finished; afterwards the stream is empty."""
    await trail.open_group(redis)
    await trail.open_group(redis)
    await append(redis, [record(ANNA, 1)])
    await append(redis, [record(ANNA, 2)])
    first = await trail.next_batch(redis, "w", unacknowledged=False, entries=1, wait_ms=1)
    assert [one.fix.seq for _entry, found in first for one in trail.unpack(found)] == [1]
    again = await trail.next_batch(redis, "w", unacknowledged=True, entries=9, wait_ms=1)
    assert again == first
    await trail.finish(redis, [entry for entry, _found in first], {ANNA: Mark(7, 1)})
    assert await trail.next_batch(redis, "w", unacknowledged=True, entries=9, wait_ms=1) == []
    rest = await trail.next_batch(redis, "w", unacknowledged=False, entries=9, wait_ms=1)
    assert [one.fix.seq for _entry, found in rest for one in trail.unpack(found)] == [2]
    await trail.finish(redis, [entry for entry, _found in rest], {ANNA: Mark(7, 2)})
    assert await redis.xlen(keys.TRAIL) == 0
    assert (await trail.marks(redis, keys.DURABLE, [ANNA]))[ANNA] == Mark(7, 2)


async def test_an_entry_deleted_while_unfinished_is_read_as_empty(redis: Redis) -> None:
    """It was committed by somebody else: nothing to write, but to be finished."""
    await trail.open_group(redis)
    await append(redis, [record(ANNA, 1)])
    ((entry, _found),) = await trail.next_batch(
        redis, "w", unacknowledged=False, entries=9, wait_ms=1
    )
    await redis.xdel(keys.TRAIL, entry)
    left = await trail.next_batch(redis, "w", unacknowledged=True, entries=9, wait_ms=1)
    assert left == [(entry, b"")]


async def test_nobodys_marks_are_no_question(redis: Redis) -> None:
    """An empty list is an empty answer."""
    assert await trail.marks(redis, keys.ACCEPTED, []) == {}


async def test_the_durable_mark_goes_back_only_with_a_new_epoch(redis: Redis) -> None:
    """A gateway that the phone has left writes its copies later than the one it went to."""
    await trail.open_group(redis)
    heard = []
    for mark in (Mark(7, 20), Mark(7, 10), Mark(6, 1), Mark(6, 2)):
        await append(redis, [record(ANNA, mark.seq, mark.epoch)])
        batch = await trail.next_batch(redis, "w", unacknowledged=False, entries=9, wait_ms=1)
        await trail.finish(redis, [entry for entry, _found in batch], {ANNA: mark})
        heard.append((await trail.marks(redis, keys.DURABLE, [ANNA]))[ANNA])
    assert heard == [Mark(7, 20), Mark(7, 20), Mark(6, 1), Mark(6, 2)]
    assert await redis.xlen(keys.TRAIL) == 0
