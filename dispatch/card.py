"""Decision cards: for one delivery, who could have had it, at what cost, and who could not."""

from dataclasses import dataclass

from dispatch.cost import Terms
from dispatch.reasons import WhyNot


@dataclass(frozen=True, slots=True)
class Candidate:
    """A courier who could take the delivery; `taken_by` is what they take in this tick."""

    courier: bytes
    terms: Terms
    pickup_s: int
    eta_s: int
    taken_by: bytes | None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """How many couriers one reason kept out, and a few of them, by id."""

    reason: WhyNot
    couriers: int
    examples: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Why this courier, or why nobody.

    `candidates` are the cheapest, cheapest first, and the chosen one if not among them.
    `priced` is how many there were. `margin_ms` is what the cheapest other candidate would cost
    more than the chosen one; negative when a cheaper one is needed elsewhere; None without other.
    """

    delivery: bytes
    chosen: bytes | None
    candidates: tuple[Candidate, ...]
    priced: int
    margin_ms: int | None
    obstacles: tuple[Obstacle, ...]
