"""A phone's memory of fixes."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.city.fix_buffer import (
    BACK_FILL,
    LATE_MS,
    LONGEST_EPOCH_S,
    MOST_IN_ONE_EVENT,
    FixBuffer,
    Reading,
)


def reading(t_ms: int) -> Reading:
    return Reading(t_ms, 41.0, -8.0, 3.0, 90.0, 5.0)


def filled(count: int) -> FixBuffer:
    buffer = FixBuffer(epoch=1000)
    for number in range(count):
        buffer.take(reading(1_000_000 + number * 1000))
    return buffer


def numbers(buffer: FixBuffer, after: int, now_ms: int = 1_000_000) -> list[int]:
    return [fix.seq for fix in buffer.after(after, now_ms)]


def test_fixes_are_numbered_from_one_without_gaps() -> None:
    assert numbers(filled(4), after=0) == [1, 2, 3, 4]


def test_an_accepted_fix_is_kept_until_it_is_durable() -> None:
    buffer = filled(5)
    buffer.note(1000, accepted=4, durable=2)
    assert buffer.kept_range == (3, 5)
    buffer.note(1000, accepted=5, durable=5)
    assert buffer.kept_range == (6, 5)


def test_after_a_reconnect_everything_that_is_not_durable_is_sent_in_order() -> None:
    buffer = filled(6)
    buffer.note(1000, accepted=5, durable=3)
    assert numbers(buffer, after=buffer.durable) == [4, 5, 6]


def test_an_older_word_takes_nothing_back() -> None:
    buffer = filled(5)
    buffer.note(1000, accepted=5, durable=4)
    assert buffer.note(1000, accepted=2, durable=1) == (0, 0)
    assert (buffer.accepted, buffer.durable) == (5, 4)


def test_word_of_another_epoch_changes_nothing() -> None:
    buffer = filled(3)
    assert buffer.note(999, accepted=3, durable=3) == (0, 0)
    assert buffer.kept_range == (1, 3)


def test_news_are_counted_once() -> None:
    buffer = filled(5)
    assert buffer.note(1000, accepted=3, durable=1) == (3, 1)
    assert buffer.note(1000, accepted=4, durable=4) == (1, 3)


def test_one_event_carries_no_more_than_the_protocol_allows() -> None:
    buffer = filled(MOST_IN_ONE_EVENT + 7)
    assert numbers(buffer, after=0) == list(range(1, MOST_IN_ONE_EVENT + 1))
    assert len(numbers(buffer, after=MOST_IN_ONE_EVENT)) == 7


def test_a_fix_that_waited_long_is_marked_as_back_filled() -> None:
    buffer = filled(2)
    flags = [fix.flags for fix in buffer.after(0, 1_000_000 + LATE_MS + 500)]
    assert flags == [BACK_FILL, 0]


def test_a_full_memory_forgets_the_oldest_and_says_so() -> None:
    buffer = FixBuffer(epoch=1000, most_kept=3)
    for number in range(5):
        buffer.take(reading(number))
    assert (buffer.kept_range, buffer.forgotten) == ((3, 5), 2)


def test_a_new_epoch_begins_only_when_nothing_of_the_old_one_is_left() -> None:
    buffer = filled(2)
    later = 1000 + LONGEST_EPOCH_S
    assert not buffer.renew(later)
    buffer.note(1000, accepted=2, durable=2)
    assert not buffer.renew(later - 1)
    assert buffer.renew(later)
    assert buffer.take(reading(later * 1000)).seq == 1
    assert buffer.epoch == later


@given(st.lists(st.one_of(st.just("take"), st.tuples(st.integers(0, 40), st.integers(0, 40)))))
def test_nothing_that_is_not_durable_is_ever_lost(acts: list[str | tuple[int, int]]) -> None:
    buffer, taken, durable = FixBuffer(epoch=1), 0, 0
    for act in acts:
        if isinstance(act, str):
            taken += 1
            buffer.take(reading(taken))
        else:
            told = min(act[1], taken)
            buffer.note(1, accepted=max(told, min(act[0], taken)), durable=told)
            durable = max(durable, told)
        assert numbers(buffer, after=0) == list(range(durable + 1, taken + 1))
