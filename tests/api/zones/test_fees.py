"""Fees: the base plus every started kilometre, in whole minor units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kit.money import Money
from api.zones.fees import delivery_fee


@pytest.mark.parametrize(
    ("metres", "fee"), [(0, 250), (0.9, 250), (1, 300), (1000, 300), (1001, 350), (9_999.5, 750)]
)
def test_a_started_kilometre_counts_whole(metres: float, fee: int) -> None:
    assert delivery_fee(250, 50, metres, "EUR") == Money(fee, "EUR")


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.floats(0, 20_000_000), st.floats(0, 1e6))
def test_a_longer_way_never_costs_less(
    base: int, per_km: int, metres: float, further: float
) -> None:
    near = delivery_fee(base, per_km, metres, "EUR").amount
    far = delivery_fee(base, per_km, metres + further, "EUR").amount
    assert base <= near <= far < 2**63
