"""DispatchPolicy: every knob of the engine, with its unit and the reason for its value."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, NamedTuple

from dispatch.errors import PolicyError


class Between(NamedTuple):
    """The inclusive range of a knob."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class DispatchPolicy:
    """Whole numbers only, so that a recorded policy replays exactly.

    Weights are in thousandths: 1000 makes one second of a cost term cost one second.
    Raises PolicyError naming the knob, its value and its range.
    """

    # Whom to try
    radius_m: Annotated[int, Between(1, 60_000_000)] = 10_000
    """A courier with no position or stop this close to a pickup is too far."""
    nearest: Annotated[int, Between(1, 100_000)] = 200
    """Nearest couriers looked at per delivery. 40 cost 2 to 10 % where couriers have routes."""
    soon_free_s: Annotated[int, Between(0, 86_400)] = 600
    """Couriers free within this are looked at even when others are nearer."""
    keep: Annotated[int, Between(1, 100_000)] = 12
    """How many cheapest couriers per delivery enter the matching: 10 lost nothing measurable."""
    further_looks: Annotated[int, Between(0, 100)] = 5
    """How often pairs that could still improve the matching are priced; two or three prove it."""
    most_priced: Annotated[int, Between(0, 1_000_000_000)] = 10_000
    """No further look goes on beyond this many priced pairs: about half a second of Python.

    A budget of work, not of time, so that a replay stops at the same pair.
    """

    # Limits
    max_deliveries: Annotated[int, Between(1, 1000)] = 6
    """Deliveries on one route, those aboard included; more makes an offer hard to judge."""
    lookahead_s: Annotated[int, Between(0, 864_000)] = 2400
    """A pickup later than this after it could be is not planned yet: things will have changed."""
    horizon_s: Annotated[int, Between(0, 864_000)] = 2400
    """A delivery ready later than this is left for a later tick."""

    # What things cost, in thousandths
    travel_weight: Annotated[int, Between(0, 100_000)] = 100
    """Courier's time on the road. Low: customers' minutes count more than couriers'."""
    waiting_weight: Annotated[int, Between(0, 100_000)] = 50
    """Courier's idle time at a stop that is not open yet."""
    pickup_delay_weight: Annotated[int, Between(0, 100_000)] = 1000
    """Goods waiting after they are ready: the part of click-to-door that dispatch decides."""
    ride_weight: Annotated[int, Between(0, 100_000)] = 1000
    """The new delivery's time aboard, from pickup to door."""
    detour_weight: Annotated[int, Between(0, 100_000)] = 1000
    """Time aboard added to the other deliveries of the route."""
    lateness_weight: Annotated[int, Between(0, 100_000)] = 1000
    """Seconds past due, on top of the delay itself: a broken promise costs more than a wait."""
    fairness_weight: Annotated[int, Between(0, 100_000)] = 0
    """Seconds per delivery that the courier already got per hour of this shift; 0 = not used."""
    urgency_weight: Annotated[int, Between(0, 100_000)] = 3000
    """When not all can be served: what one second of having waited weighs for being served."""

    # How to plan ahead
    rolling: Annotated[int, Between(0, 1)] = 0
    """1: sequences that the next tick goes on from; 0: at most one new delivery per courier."""
    steps_per_delivery: Annotated[int, Between(0, 100_000)] = 8
    """Search steps per waiting delivery; 0 answers by cheapest insertion: no time is left."""
    most_steps: Annotated[int, Between(0, 10_000_000)] = 3000
    """Search steps of one tick at most, so that a flood of orders does not stop it."""
    most_insertions: Annotated[int, Between(0, 1_000_000_000)] = 60_000
    """The search of a tick ends after so many insertions priced: a fifth of a second or so."""
    hot_s: Annotated[int, Between(1, 100_000)] = 60
    """The search begins by taking plans that are worse by about this much."""
    mix_shops: Annotated[int, Between(0, 1)] = 1
    """1: goods of several shops may be on board together; 0: only a new visit to the same."""
    change_s: Annotated[int, Between(0, 86_400)] = 10
    """What moving a planned delivery to another courier must gain: plans that stay are trusted."""
    guaranteed_per_hour: Annotated[int, Between(0, 1_000_000)] = 0
    """Thousandths of deliveries that an hour of shift is paid for at least; 0: no such guarantee.
    """
    expected_per_hour: Annotated[int, Between(0, 1_000_000)] = 0
    """Thousandths of deliveries expected in an hour of shift still to come; 0: as guaranteed."""
    pay_s: Annotated[int, Between(0, 1_000_000)] = 600
    """Seconds of customers' waiting that the pay of one delivery is worth."""

    # When to commit
    offer_timeout_s: Annotated[int, Between(0, 3600)] = 40
    """How long a courier may think about an offer."""
    expected_offers: Annotated[int, Between(1000, 100_000)] = 1300
    """Thousandths of offers made until one is accepted."""
    tick_s: Annotated[int, Between(1, 3600)] = 1
    """Seconds until dispatch can decide again."""
    ready_commit_s: Annotated[int, Between(0, 864_000)] = 60
    """A ready delivery is committed when its courier can set off to it within this time.

    0 always waits for the last moment, 864000 commits to whoever is chosen first, busy or not:
    in simulated meal days that cost about a tenth more delay, for others came by sooner.
    """

    # What to promise
    promise_speed_mm_s: Annotated[int, Between(100, 100_000)] = 4000
    """Straight-line speed assumed before a courier is known."""
    promise_approach_s: Annotated[int, Between(0, 86_400)] = 480
    """Time for finding a courier who then comes to the pickup."""
    promise_stop_s: Annotated[int, Between(0, 86_400)] = 240
    """Service at pickup and dropoff together."""
    promise_early_s: Annotated[int, Between(0, 86_400)] = 300
    """The window starts this much before the expected time."""
    promise_late_s: Annotated[int, Between(0, 86_400)] = 900
    """The window ends this much after it: nine of ten deliveries should fit."""
    promise_round_s: Annotated[int, Between(1, 3600)] = 300
    """Both ends are rounded outwards to a multiple of this."""
    risk_margin_s: Annotated[int, Between(0, 86_400)] = 180
    """An ETA closer than this to the promise's end is at risk."""

    # What to tell
    card_candidates: Annotated[int, Between(1, 1000)] = 5
    """Candidates shown on a decision card."""
    card_examples: Annotated[int, Between(0, 1000)] = 3
    """Couriers named per reason on a decision card."""

    def __post_init__(self) -> None:
        """Check each knob, and the one rule that ties two together."""
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                raise PolicyError(
                    f"{name} must be a whole number from {low} to {high}, not {value!r}"
                )
        if self.detour_weight > self.pickup_delay_weight:
            raise PolicyError(
                "detour_weight must not exceed pickup_delay_weight: otherwise picking up later "
                "would look like a gain"
            )

    @property
    def lead_ms(self) -> int:
        """Milliseconds from a decision to a courier setting off, by expectation."""
        return self.offer_timeout_s * self.expected_offers

    @property
    def version(self) -> str:
        """A short text that changes exactly when a value changes."""
        return hashlib.sha256(self.to_text().encode()).hexdigest()[:12]

    def to_text(self) -> str:
        """Return the canonical form: one `name=value` per line, in the order of declaration."""
        return "".join(f"{name}={value}\n" for name, value in self._values())

    @classmethod
    def from_text(cls, text: str) -> "DispatchPolicy":
        """Read the canonical form back.

        Raises PolicyError for a line, a name or a value that is not a knob's.
        """
        known = {knob.name for knob in fields(cls)}
        values: dict[str, int] = {}
        for line in text.splitlines():
            name, _, value = line.partition("=")
            if name not in known:
                raise PolicyError(f"{name!r} is no knob of this version; knobs: {sorted(known)}")
            try:
                values[name] = int(value)
            except ValueError:
                raise PolicyError(f"{name} must be a whole number, not {value!r}") from None
        return cls(**values)

    def _values(self) -> Iterator[tuple[str, int]]:
        for knob in fields(self):
            yield knob.name, getattr(self, knob.name)


_RANGES: dict[str, Between] = {
    name: hint.__metadata__[0] for name, hint in DispatchPolicy.__annotations__.items()
}
