"""Tally: what the robots count while the city lives."""

from collections import Counter
from dataclasses import dataclass, field

from benchmarks.city.latencies import Latencies


@dataclass(slots=True)
class FixCounts:
    """Fixes of all phones: taken by the receiver, sent, and how far they got."""

    taken: int = 0
    sent: int = 0
    sent_again: int = 0
    accepted: int = 0
    durable: int = 0
    forgotten: int = 0
    """Dropped by a phone whose memory was full: must stay 0."""


@dataclass(slots=True)
class OfferCounts:
    """Offers by what became of them; each is counted once, whoever heard of it first."""

    outcomes: dict[str, str] = field(default_factory=dict)

    def made(self, offer_id: str) -> None:
        """Note that an offer exists."""
        self.outcomes.setdefault(offer_id, "open")

    def ended(self, offer_id: str, outcome: str) -> None:
        """Note how an offer ended; what its courier did outweighs what others heard."""
        known = self.outcomes.get(offer_id)
        if known in {None, "open"} or outcome in {"accepted", "rejected"}:
            self.outcomes[offer_id] = outcome

    def count(self, outcome: str) -> int:
        """Return how many offers ended so."""
        return sum(1 for one in self.outcomes.values() if one == outcome)


@dataclass(slots=True)
class Tally:
    """Everything counted; the orders have a book of their own."""

    fixes: FixCounts = field(default_factory=FixCounts)
    offers: OfferCounts = field(default_factory=OfferCounts)
    calls: Latencies = field(default_factory=Latencies)
    errors: Counter[str] = field(default_factory=Counter)
    """Answers other than success, by code; `unreachable` and `timeout` where none came."""
    farewells: Counter[str] = field(default_factory=Counter)
    """Reasons with which the server ended sockets."""
    looks_on_shift: int = 0
    looks_busy: int = 0
    """Couriers on shift, and busy among them, summed over looks once a second."""
    connects: int = 0
    reconnects: int = 0
    followed: int = 0
    positions_followed: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    """What must not happen: any entry is a fault of the installation."""
    mishaps: Counter[str] = field(default_factory=Counter)
    """Robots that stumbled over something unexpected and began again."""
