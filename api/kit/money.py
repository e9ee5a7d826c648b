"""Money: an integer number of minor units and an ISO 4217 currency; never a float."""

from dataclasses import dataclass


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, tiyn, fils) of one currency."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            message = f"cannot add {other.currency} to {self.currency}"
            raise CurrencyMismatch(message)
        return Money(self.amount + other.amount, self.currency)
