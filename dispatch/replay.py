"""Recorded ticks: an append-only log that survives a torn end, and the same decisions again."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import BinaryIO

from dispatch.errors import LogDamagedError
from dispatch.plan import Assignment, Plan, Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.solve import solve

_MAGIC = b"TICK"
_FRAME = struct.Struct("<4sII")
"""Magic, length of the packed body, CRC-32 of it; a CRC-32 of these follows (`_CHECK`)."""
_CHECK = struct.Struct("<I")
_BODY = struct.Struct("<BQIII")
"""Version, seed, lengths of problem, policy and plan, which follow."""
_VERSION = 1
_HEAD_SIZE = _FRAME.size + _CHECK.size


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded tick, as bytes, and where behind it the next one begins."""

    problem: bytes
    policy: str
    seed: int
    plan: bytes
    end: int


@dataclass(frozen=True, slots=True)
class Replay:
    """The plan decided again, and in what it differs from the recorded one: empty if in nothing."""

    plan: Plan
    differences: tuple[str, ...]


def encode_record(problem: bytes, policy: DispatchPolicy, seed: int, plan: bytes) -> bytes:
    """Return one record to append to a log: framed, packed (zlib) and with a checksum."""
    text = policy.to_text().encode()
    head = _BODY.pack(_VERSION, seed, len(problem), len(text), len(plan))
    body = zlib.compress(b"".join((head, problem, text, plan)), 6)
    frame = _FRAME.pack(_MAGIC, len(body), zlib.crc32(body))
    return frame + _CHECK.pack(zlib.crc32(frame)) + body


def records(log: BinaryIO) -> Iterator[Record]:
    """Yield the records from the stream's place to its end.

    A last record that was not written to its end is left out: cut the log to the `end` of the
    last one yielded before appending again. Raises LogDamagedError when a record was altered.
    """
    at = log.tell()
    while True:
        head = log.read(_HEAD_SIZE)
        if len(head) < _HEAD_SIZE:
            return
        magic, length, checksum = _FRAME.unpack_from(head)
        # The head has a checksum of its own: a wrong length would swallow the records behind it.
        if magic != _MAGIC or _CHECK.unpack_from(head, _FRAME.size) != (_head_checksum(head),):
            if _only_zeros_follow(head, log):
                return
            raise LogDamagedError(f"no record begins at byte {at}: restore the log up to there")
        body = log.read(length)
        if len(body) < length:
            return
        end = at + _HEAD_SIZE + length
        if zlib.crc32(body) != checksum:
            if not log.read(1):
                return
            raise LogDamagedError(
                f"the record at byte {at} was altered: restore the log up to there"
            )
        yield _decode(body, at, end)
        at = end


def replay(record: Record) -> Replay:
    """Decide a recorded tick again and compare byte for byte.

    Raises ProblemError or PolicyError when the record is of another version of the program.
    """
    problem = Problem.from_bytes(record.problem)
    plan = solve(problem, DispatchPolicy.from_text(record.policy), record.seed)
    if plan.to_bytes() == record.plan:
        return Replay(plan, ())
    return Replay(plan, tuple(_differences(Plan.from_bytes(record.plan), plan)))


def _decode(body: bytes, at: int, end: int) -> Record:
    try:
        unpacked = zlib.decompress(body)
        version, seed, of_problem, of_policy, of_plan = _BODY.unpack_from(unpacked)
    except (zlib.error, struct.error) as wrong:
        raise LogDamagedError(f"the record at byte {at} cannot be unpacked: {wrong}") from wrong
    first = _BODY.size
    if version != _VERSION or first + of_problem + of_policy + of_plan != len(unpacked):
        raise LogDamagedError(
            f"the record at byte {at} is not of version {_VERSION}: read it with the program "
            "that wrote it"
        )
    second, third = first + of_problem, first + of_problem + of_policy
    policy = unpacked[second:third].decode()
    return Record(unpacked[first:second], policy, seed, unpacked[third:], end)


def _head_checksum(head: bytes) -> int:
    return zlib.crc32(head[: _FRAME.size])


def _only_zeros_follow(frame: bytes, log: BinaryIO) -> bool:
    # A crash can leave a file longer than what was written to it, filled with zeros.
    chunk = frame
    while chunk:
        if chunk.strip(b"\0"):
            return False
        chunk = log.read(1 << 16)
    return True


def _differences(recorded: Plan, again: Plan) -> Iterator[str]:
    for name in ("policy_version", "seed", "work"):
        if getattr(recorded, name) != getattr(again, name):
            yield f"{name}: recorded {getattr(recorded, name)}, now {getattr(again, name)}"
    before, after = _decided(recorded), _decided(again)
    for delivery in sorted(before.keys() | after.keys()):
        old, new = before.get(delivery), after.get(delivery)
        if old == new:
            continue
        if old is None or new is None or type(old) is not type(new):
            yield f"delivery {delivery.hex()}: recorded {_kind(old)}, now {_kind(new)}"
            continue
        for field in fields(old):
            was, now = getattr(old, field.name), getattr(new, field.name)
            if was != now:
                yield f"delivery {delivery.hex()}: {field.name} was {was}, now {now}"


def _decided(plan: Plan) -> dict[bytes, Assignment | Unassigned]:
    decided: list[Assignment | Unassigned] = [*plan.assignments, *plan.unassigned]
    return {one.delivery: one for one in decided}


def _kind(decided: Assignment | Unassigned | None) -> str:
    return "nothing" if decided is None else type(decided).__name__.lower()
