"""How many messages each webhook may have under way: who is slow waits for itself only. Pure.

Two lanes with places of their own: webhooks that work, and webhooks that are slow or failing, each
of which gets one place. Whoever begins to hang leaves the first lane after `SLOW_S`, so that it
takes more than `LANE / PER_WEBHOOK` that begin to hang within the same moment to fill it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.kit.ids import WebhookId
from api.webhooks.model import Due

PER_WEBHOOK = 4
PER_TROUBLED = 1
LANE = 100
SLOW_S = 2.0


@dataclass(frozen=True, slots=True)
class Flight:
    """An attempt under way: to which webhook, since when (monotonic seconds)."""

    webhook_id: WebhookId
    began_s: float
    was_failing: bool


def troubled(due: Iterable[Due], flights: Iterable[Flight], now_s: float) -> frozenset[WebhookId]:
    """Return the webhooks that fail, or let us wait right now."""
    failing = {one.id for one in due if one.failing_since is not None}
    waiting = {f.webhook_id for f in flights if f.was_failing or now_s - f.began_s > SLOW_S}
    return frozenset(failing | waiting)


def places(due: Sequence[Due], flights: Sequence[Flight], now_s: float) -> dict[WebhookId, int]:
    """Return how many more messages each webhook in `due` may have; those in front come first.

    One place is dealt at a time, so that nobody's backlog takes a lane before all have something.
    """
    slow = troubled(due, flights, now_s)
    taken = Counter(flight.webhook_id for flight in flights)
    used = Counter(flight.webhook_id in slow for flight in flights)
    dealt: Counter[WebhookId] = Counter()
    for _round in range(PER_WEBHOOK):
        for one in due:
            is_slow = one.id in slow
            most = PER_TROUBLED if is_slow else PER_WEBHOOK
            if used[is_slow] < LANE and taken[one.id] + dealt[one.id] < most:
                dealt[one.id] += 1
                used[is_slow] += 1
    return dict(dealt)
