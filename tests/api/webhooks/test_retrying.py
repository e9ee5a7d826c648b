"""When a message is sent again: sooner at first, then seldom, then never."""

import pytest

from api.webhooks.retrying import AFTER_S, JITTER, LONGEST_S, TRIES, pause_s


def test_the_pauses_grow_from_five_seconds_to_a_day_and_last_three_days() -> None:
    pauses = [pause_s(left, 0.0) for left in range(TRIES - 1, 0, -1)]
    assert pauses == list(AFTER_S) == sorted(AFTER_S)
    assert (pauses[0], pauses[-1]) == (5, 86_400)
    assert 3 * 86_400 <= sum(AFTER_S) < 4 * 86_400


def test_after_the_last_try_it_is_given_up() -> None:
    assert pause_s(0, 0.5) is None


def test_attempts_that_failed_together_spread() -> None:
    assert pause_s(9, 0.0) == 5
    assert pause_s(9, 1.0) == 5 * (1 + JITTER)


@pytest.mark.parametrize(("asked", "waits"), [(0, 5), (3, 5), (60, 60), (10**9, LONGEST_S)])
def test_it_comes_when_it_was_asked_to_but_within_a_day(asked: float, waits: float) -> None:
    assert pause_s(9, 0.0, asked) == waits
