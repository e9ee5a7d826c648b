"""The faults of a run: all kinds, and the same ones for the same seed."""

from collections import Counter

import pytest

from benchmarks.ledger.faults import MOST_AFTER_S, MOST_DOWN_S, Kind, schedule


@pytest.mark.parametrize("number", [0, 1, 10, 37])
def test_as_many_faults_come_as_were_asked_for_and_no_kind_twice_more_than_another(
    number: int,
) -> None:
    """A short run meets as many kinds as it can."""
    counts = Counter(fault.kind for fault in schedule(3, number))
    assert sum(counts.values()) == number
    assert max(counts.values(), default=0) - min(counts[kind] for kind in Kind) <= 1


def test_a_seed_names_a_run() -> None:
    """So that what was found can be looked for again."""
    assert schedule(7, 50) == schedule(7, 50) != schedule(8, 50)


def test_faults_come_while_fixes_are_on_their_way_and_pass() -> None:
    """Some come before the last one is recovered from."""
    faults = schedule(1, 200)
    assert [fault.number for fault in faults] == list(range(200))
    assert all(0 <= f.after_s <= MOST_AFTER_S and 0 <= f.down_s <= MOST_DOWN_S for f in faults)
    assert {fault.overlaps for fault in faults} == {True, False}
