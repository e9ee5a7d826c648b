"""The trail stream: every fix once, packed, on its way to PostgreSQL, and how far each got.

*accepted* is set with the stream entry by the gateway, *durable* by the trail writer after the
commit. An unknown mark counts as nothing, then phones send again and history drops the doubles.

A gateway says with each entry which marks it left behind last. Where Redis has lost one of them it
has lost fixes too: nothing is appended before the phones concerned have begun anew, because a later
fix would pass for all those before it. For the same reason the stream is never cut short.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ResponseError

from geo.fix import Fix
from geo.screening import Refusal
from tracking import keys

_RECORD = struct.Struct("<16sIIqqddfffBB")
_MARK = struct.Struct("<II")
_FIELD = b"f"
ROW = np.dtype([
    ("courier", "V16"),
    ("epoch", "<u4"),
    ("seq", "<u4"),
    ("t_ms", "<i8"),
    ("received_ms", "<i8"),
    ("lat", "<f8"),
    ("lng", "<f8"),
    ("speed_mps", "<f4"),
    ("heading_deg", "<f4"),
    ("accuracy_m", "<f4"),
    ("flags", "u1"),
    ("refusal", "u1"),
])
"""A packed record as numpy sees it; `refusal` is a place in `REFUSALS`, NaN is unknown."""

REFUSALS = (None, *(reason.value for reason in Refusal))
_GROUP = "pg"

_BEHIND = """
local function behind(known, mark)
  if not known then return true end
  local epoch, seq = struct.unpack('<I4I4', known)
  local other_epoch, other_seq = struct.unpack('<I4I4', mark)
  return epoch ~= other_epoch or seq < other_seq
end
"""
"""Tells whether a mark that Redis knows falls short of another."""

_APPEND = (
    _BEHIND
    + """
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then
  return redis.error_reply('FULL the trail writer is away and the trail stream is full')
end
local lost = {}
for i = 3, #ARGV, 3 do
  if ARGV[i + 1] ~= '' and behind(redis.call('HGET', KEYS[2], ARGV[i]), ARGV[i + 1]) then
    lost[#lost + 1] = ARGV[i]
  end
end
if #lost > 0 then return lost end
redis.call('XADD', KEYS[1], '*', 'f', ARGV[1])
for i = 3, #ARGV, 3 do
  if behind(redis.call('HGET', KEYS[2], ARGV[i]), ARGV[i + 2]) then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2])
  end
end
return lost
"""
)
"""Stream and accepted marks; blob, most entries, then courier, last known mark, new mark each."""

_MOVE_ON = (
    _BEHIND
    + """
for i = 1, #ARGV, 2 do
  if behind(redis.call('HGET', KEYS[1], ARGV[i]), ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
"""
)
"""Marks; courier and new mark each."""


@dataclass(frozen=True, slots=True)
class TrailRecord:
    """A fix with the courier it belongs to and the reason, if any, why it was not believed."""

    courier_id: UUID
    epoch: int
    received_ms: int
    fix: Fix
    refusal: str | None


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How far a courier's fixes got: all of `epoch` up to `seq`."""

    epoch: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Packed records, how far each courier's fixes get in them, and when each was heard (ms)."""

    blob: bytes = b""
    marks: Mapping[UUID, Mark] = field(default_factory=dict)
    heard_ms: Mapping[UUID, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.blob) // _RECORD.size

    @classmethod
    def of(cls, records: Sequence[TrailRecord]) -> "Batch":
        """Return records packed."""
        heard_ms = {record.courier_id: record.received_ms for record in records}
        return cls(pack(records), reached(records), heard_ms)

    def without(self, courier_id: UUID) -> "Batch":
        """Return what is left when one courier's records are taken out."""
        if courier_id not in self.marks:
            return self
        rows = np.frombuffer(self.blob, ROW)
        others = rows["courier"] != np.void(courier_id.bytes)
        marks = {one: mark for one, mark in self.marks.items() if one != courier_id}
        heard_ms = {one: at_ms for one, at_ms in self.heard_ms.items() if one != courier_id}
        return Batch(rows[others].tobytes(), marks, heard_ms)


def joined(batches: Sequence[Batch]) -> Batch:
    """Return batches as one, in their sequence."""
    if len(batches) == 1:
        return batches[0]
    marks: dict[UUID, Mark] = {}
    heard_ms: dict[UUID, int] = {}
    for batch in batches:
        for courier_id, mark in batch.marks.items():
            marks[courier_id] = _further(marks.get(courier_id, mark), mark)
        heard_ms |= batch.heard_ms
    return Batch(b"".join(batch.blob for batch in batches), marks, heard_ms)


def _further(former: Mark, mark: Mark) -> Mark:
    """Return the mark that stands after both; of another epoch the later one holds.

    Epochs are by the phone's clock: the newer one may bear the lower number.
    """
    return max(mark, former) if former.epoch == mark.epoch else mark


def pack(records: Sequence[TrailRecord]) -> bytes:
    """Return records as one blob."""
    nan = float("nan")
    return b"".join(
        _RECORD.pack(
            record.courier_id.bytes,
            record.epoch,
            record.fix.seq,
            record.fix.t_ms,
            record.received_ms,
            record.fix.lat,
            record.fix.lng,
            nan if record.fix.speed_mps is None else record.fix.speed_mps,
            nan if record.fix.heading_deg is None else record.fix.heading_deg,
            nan if record.fix.accuracy_m is None else record.fix.accuracy_m,
            record.fix.flags & 0xFF,
            REFUSALS.index(record.refusal),
        )
        for record in records
    )


def unpack(blob: bytes) -> list[TrailRecord]:
    """Return the records of a blob."""
    return [
        TrailRecord(
            courier_id=UUID(bytes=courier),
            epoch=epoch,
            received_ms=received_ms,
            fix=Fix(seq, t_ms, lat, lng, _known(speed), _known(heading), _known(accuracy), flags),
            refusal=REFUSALS[refusal],
        )
        for (
            courier,
            epoch,
            seq,
            t_ms,
            received_ms,
            lat,
            lng,
            speed,
            heading,
            accuracy,
            flags,
            refusal,
        ) in _RECORD.iter_unpack(blob)
    ]


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124  # NaN is the only such number


def reached(records: Sequence[TrailRecord]) -> dict[UUID, Mark]:
    """Return how far the fixes of each courier get in `records`, in the epoch that comes last."""
    found: dict[UUID, Mark] = {}
    for record in records:
        mark = Mark(record.epoch, record.fix.seq)
        found[record.courier_id] = _further(found.get(record.courier_id, mark), mark)
    return found


def append(
    pipeline: Pipeline,
    batch: Batch,
    known: Mapping[UUID, Mark],
    at_most_entries: int,
) -> None:
    """Add to a pipeline: one stream entry for all of `batch`, and the marks that say so.

    `known` are the accepted marks that Redis must hold. The command's reply are the couriers (16
    bytes each) whose mark is lost: then nothing was appended. It fails while the stream is full.
    """
    marks: list[bytes] = []
    for courier_id, mark in batch.marks.items():
        before = known.get(courier_id, Mark())
        expected = b"" if before == Mark() else _packed(before)
        marks += (courier_id.bytes, expected, _packed(mark))
    pipeline.eval(_APPEND, 2, keys.TRAIL, keys.ACCEPTED, batch.blob, at_most_entries, *marks)


def _packed(mark: Mark) -> bytes:
    return _MARK.pack(mark.epoch, mark.seq)


def set_marks(pipeline: Pipeline, key: str, marks: Mapping[UUID, Mark]) -> None:
    """Add the saving of marks to a pipeline; within an epoch a mark never goes back."""
    if marks:
        pairs = [part for one, mark in marks.items() for part in (one.bytes, _packed(mark))]
        pipeline.eval(_MOVE_ON, 1, key, *pairs)


async def marks(redis: Redis, key: str, courier_ids: Sequence[UUID]) -> dict[UUID, Mark]:
    """Return the marks of these couriers; an unknown one counts as nothing."""
    if not courier_ids:
        return {}
    raw: Any = await redis.hmget(key, [one.bytes for one in courier_ids])
    return {
        one: Mark(*_MARK.unpack(packed)) if packed is not None else Mark()
        for one, packed in zip(courier_ids, raw, strict=True)
    }


async def open_group(redis: Redis) -> None:
    """Make the writer's consumer group where it is missing (a new or wiped Redis)."""
    try:
        await redis.xgroup_create(keys.TRAIL, _GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


async def next_batch(
    redis: Redis, consumer: str, *, unacknowledged: bool, entries: int, wait_ms: int
) -> list[tuple[bytes, bytes]]:
    """Return stream entries for the writer, packed: its own unfinished ones, or new ones."""
    start = "0" if unacknowledged else ">"
    wait = None if unacknowledged else wait_ms
    found: Any = await redis.xreadgroup(
        _GROUP, consumer, {keys.TRAIL: start}, count=entries, block=wait
    )
    if not found:
        return []
    batch = found[0][1] if isinstance(found, list) else next(iter(found.values()))[0]
    return [(entry_id, fields[_FIELD] if fields else b"") for entry_id, fields in batch]


async def finish(redis: Redis, entry_ids: Sequence[bytes], durable: Mapping[UUID, Mark]) -> None:
    """Note that the fixes of these entries are committed, and drop the entries."""
    async with redis.pipeline(transaction=True) as pipeline:
        set_marks(pipeline, keys.DURABLE, durable)
        pipeline.xack(keys.TRAIL, _GROUP, *entry_ids)
        pipeline.xdel(keys.TRAIL, *entry_ids)
        await pipeline.execute()
