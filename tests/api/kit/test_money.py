"""Money: whole minor units, never of two currencies at once."""

import pytest

from api.kit.money import CurrencyMismatch, Money


def test_amounts_of_one_currency_add_up() -> None:
    assert Money(1250, "EUR") + Money(-50, "EUR") == Money(1200, "EUR")


def test_amounts_of_two_currencies_do_not_add_up() -> None:
    with pytest.raises(CurrencyMismatch, match="cannot add JPY to EUR"):
        Money(1, "EUR") + Money(1, "JPY")
