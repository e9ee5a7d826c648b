"""Ids: version 7, unique, and in the order in which they were made."""

from uuid import RFC_4122

from api.kit.clock import real_now
from api.kit.ids import new_id


def test_ids_made_later_sort_later_within_a_millisecond_too() -> None:
    made = [new_id() for _ in range(20_000)]
    assert len({one.int >> 80 for one in made}) < len(made) / 10  # many share a millisecond
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_a_version_7_uuid_of_now() -> None:
    before_ms = int(real_now().timestamp() * 1000)
    made = new_id()
    after_ms = int(real_now().timestamp() * 1000)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before_ms <= made.int >> 80 <= after_ms


def test_an_id_cannot_be_guessed_from_the_one_before() -> None:
    tails = [new_id().int & ((1 << 62) - 1) for _ in range(1000)]
    assert len(set(tails)) == 1000
    ones = sum(tail.bit_count() for tail in tails) / 1000
    assert 29 < ones < 33  # 62 fair coins show 31 heads
