"""The log of ticks: survives a torn end, notices damage, replays byte for byte."""

import io
import struct
import zlib
from dataclasses import replace

import pytest
from hypothesis import given

from dispatch.errors import LogDamagedError, ProblemError
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.replay import Record, encode_record, records, replay
from dispatch.solve import solve
from tests.dispatch.strategies import make, policies, problems, seeds


def recorded(problem: Problem, policy: DispatchPolicy, seed: int) -> bytes:
    plan = solve(problem, policy, seed).to_bytes()
    return encode_record(problem.to_bytes(), policy, seed, plan)


def read(log: bytes) -> list[Record]:
    return list(records(io.BytesIO(log)))


ONE = recorded(make(1, 4, 4), DispatchPolicy(), 5)
TWO = recorded(make(2, 4, 4), DispatchPolicy(keep=3), 2**64 - 1)


@given(problems, policies, seeds)
def test_a_recorded_tick_decides_the_same_again(
    problem: Problem, policy: DispatchPolicy, seed: int
) -> None:
    (record,) = read(recorded(problem, policy, seed))
    again = replay(record)
    assert again.differences == ()
    assert again.plan.to_bytes() == record.plan
    assert again.plan.cards == solve(problem, policy, seed).cards


def test_records_come_in_order_with_what_was_put_in() -> None:
    first, second = read(ONE + TWO)
    assert (first.seed, second.seed) == (5, 2**64 - 1)
    assert DispatchPolicy.from_text(second.policy) == DispatchPolicy(keep=3)
    assert (first.end, second.end) == (len(ONE), len(ONE) + len(TWO))


def test_a_record_torn_at_any_byte_is_left_out_and_the_one_before_stays() -> None:
    for length in range(len(TWO)):
        (record,) = read(ONE + TWO[:length])
        assert record.end == len(ONE)


def test_a_log_filled_up_with_zeros_ends_before_them() -> None:
    for zeros in (1, 16, 17, 100_000):
        assert len(read(ONE + bytes(zeros))) == 1


@pytest.mark.parametrize("bit", [0x01, 0x40])
def test_a_record_altered_at_any_byte_is_damage_if_another_follows(bit: int) -> None:
    for at in range(len(ONE)):
        spoilt = bytearray(ONE + TWO)
        spoilt[at] ^= bit
        with pytest.raises(LogDamagedError, match="byte 0"):
            read(bytes(spoilt))


def test_an_altered_last_record_is_never_taken_for_a_good_one() -> None:
    for at in range(len(ONE)):
        spoilt = bytearray(ONE)
        spoilt[at] ^= 0x40
        try:
            assert read(bytes(spoilt)) == []
        except LogDamagedError:
            continue


def test_a_last_record_of_full_length_but_wrong_content_is_torn() -> None:
    assert len(read(ONE + TWO[:-3] + b"\0\0\0")) == 1


def test_a_record_of_another_version_names_the_remedy() -> None:
    body = zlib.compress(b"\x09" + zlib.decompress(ONE[16:])[1:])
    frame = struct.pack("<4sII", b"TICK", len(body), zlib.crc32(body))
    frame += struct.pack("<I", zlib.crc32(frame))
    with pytest.raises(LogDamagedError, match="read it with the program that wrote it"):
        read(frame + body)


def test_a_problem_of_another_version_names_the_remedy() -> None:
    (record,) = read(ONE)
    with pytest.raises(ProblemError, match="read them with the program that wrote them"):
        replay(replace(record, problem=b"\x09" + record.problem[1:]))


def test_reading_starts_where_the_stream_is() -> None:
    stream = io.BytesIO(ONE + TWO)
    stream.seek(len(ONE))
    assert [record.end for record in records(stream)] == [len(ONE) + len(TWO)]


def test_other_decisions_are_told_delivery_by_delivery() -> None:
    problem, policy = make(7, 6, 6), DispatchPolicy()
    plan = solve(problem, policy, 1)
    assert plan.assignments
    one = plan.assignments[0]
    later = replace(one, decide_by_s=one.decide_by_s + 1)
    other = replace(plan, assignments=(later, *plan.assignments[1:]))
    (record,) = read(encode_record(problem.to_bytes(), policy, 1, other.to_bytes()))
    (difference,) = replay(record).differences
    assert difference.startswith(f"delivery {one.delivery.hex()}: decide_by_s was")
    missing = replace(plan, assignments=plan.assignments[1:])
    (record,) = read(encode_record(problem.to_bytes(), policy, 1, missing.to_bytes()))
    assert replay(record).differences == (
        f"delivery {one.delivery.hex()}: recorded nothing, now assignment",
    )
