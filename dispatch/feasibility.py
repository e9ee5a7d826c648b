"""What a route must not do, as named violations; being late is a cost, not a violation."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from dispatch.model import CourierView, Kind, Stop
from dispatch.schedule import Visit


class Rule(IntEnum):
    """A rule that a plan of dispatch never newly breaks."""

    CAPACITY = 1
    PRECEDENCE = 2
    SHIFT = 3


class Violation(NamedTuple):
    """Which rule is broken at which stop."""

    rule: Rule
    delivery: bytes
    kind: Kind


def violations(
    courier: CourierView, stops: Sequence[Stop], visits: Sequence[Visit]
) -> frozenset[Violation]:
    """Return every broken rule of the stops in this sequence, scheduled as `visits`.

    CAPACITY: more aboard after a pickup than fits. PRECEDENCE: a dropoff before the pickup of
    the same delivery, or a pickup that no dropoff follows. SHIFT: a pickup begins after the end
    of the shift.
    """
    found: set[Violation] = set()
    load = courier.load
    last_of = {(stop.delivery, stop.kind): at for at, stop in enumerate(stops)}
    for at, (stop, visit) in enumerate(zip(stops, visits, strict=True)):
        if stop.kind == Kind.DROPOFF:
            load = load.minus(stop.demand)
            continue
        load = load.plus(stop.demand)
        if not load.within(courier.capacity):
            found.add(Violation(Rule.CAPACITY, stop.delivery, stop.kind))
        if last_of.get((stop.delivery, Kind.DROPOFF), -1) < at:
            found.add(Violation(Rule.PRECEDENCE, stop.delivery, stop.kind))
        if visit.begin_ms > courier.shift_end_s * 1000:
            found.add(Violation(Rule.SHIFT, stop.delivery, stop.kind))
    return frozenset(found)
