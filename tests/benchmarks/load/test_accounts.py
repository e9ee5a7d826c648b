"""Who takes part in a load test."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.load.accounts import crowd_of


@given(st.integers(3, 5000))
def test_everybody_has_a_part_and_every_part_has_somebody(users: int) -> None:
    parts = astuple(crowd_of(users))
    assert sum(parts) == users
    assert min(parts) >= 1
    assert crowd_of(users).couriers == max(parts)


@pytest.mark.parametrize("users", [-1, 0, 2])
def test_too_few_for_every_part_are_refused(users: int) -> None:
    with pytest.raises(ValueError, match=f"at least 3 users, not {users}"):
        crowd_of(users)
