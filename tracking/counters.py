"""What live tracking counts; the realtime program hands in something that counts."""

from typing import Protocol


class Counters(Protocol):
    """Takes counts and times."""

    def fixes(self, result: str, number: int) -> None:
        """Count fixes by what became of them."""

    def socket(self, role: str, event: str) -> None:
        """Count a socket that opened or closed."""

    def fanout(self, seconds: float) -> None:
        """Note how long one round of sending positions took."""

    def failure(self, loop: str) -> None:
        """Count a background loop that failed and goes on."""
