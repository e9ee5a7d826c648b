"""What clients may say to the realtime program: who may, about whose things, how often, how long.

What is not in this table is refused. How long an answer is kept waiting, and what an event does,
stands in `gateway.py`; docs/api/realtime.md describes the payloads.
"""

from dataclasses import dataclass
from enum import StrEnum

from tracking import wire
from tracking.tickets import Kind
from tracking.visitors import Visitor
from tracking.wire import BadFrame


class Rate(StrEnum):
    """How often an event may be said."""

    ASKING = "asking"
    """Ten times a second, fifty at once: whatever costs us more to answer than to ask."""

    FLOWING = "flowing"
    """As fast as fixes come; the frame and what waits for Redis limit how many we take."""


class Whose(StrEnum):
    """What an event is about; the handler looks nothing else up."""

    OWN_COURIER = "the courier that the ticket names"
    WHOLE_CITY = "every courier of the installation"
    WATCHED_CELL = "a cell that the socket watches"


@dataclass(frozen=True, slots=True)
class Spoken:
    """One event of the table; `most_bytes` is for the whole packet, names and brackets included."""

    name: str
    takes: int
    kinds: frozenset[Kind]
    whose: Whose
    rate: Rate
    most_bytes: int
    refusal: str


_PHONES = frozenset({Kind.COURIER})
_MAPS = frozenset({Kind.STAFF})
_NO_PHONE = "only couriers' phones send this"
_NO_MAP = "only dispatchers' maps ask for this"
FRAME_BYTES = 32_768

SPOKEN = {
    event.name: event
    for event in (
        Spoken("hello", 1, _PHONES, Whose.OWN_COURIER, Rate.ASKING, 1024, _NO_PHONE),
        Spoken("p", 2, _PHONES, Whose.OWN_COURIER, Rate.FLOWING, FRAME_BYTES, _NO_PHONE),
        Spoken("f", 2, _PHONES, Whose.OWN_COURIER, Rate.FLOWING, FRAME_BYTES, _NO_PHONE),
        Spoken("view", 1, _MAPS, Whose.WHOLE_CITY, Rate.ASKING, 1024, _NO_MAP),
        Spoken("resync", 1, _MAPS, Whose.WATCHED_CELL, Rate.ASKING, 256, _NO_MAP),
    )
}

GAP_S = 0.1
BURST = 50


def admit(visitor: Visitor, name: str, arguments: int, size_bytes: int, now_s: float) -> None:
    """Raise `BadFrame` unless the visitor may say this, now and at this length.

    `now_s` is monotonic time.
    """
    event = SPOKEN.get(name)
    if event is None:
        raise BadFrame("unknown_event", "event", f"unknown event; {wire.nearest(name, [*SPOKEN])}")
    if visitor.grant.kind not in event.kinds:
        raise BadFrame("not_allowed", "event", event.refusal)
    if size_bytes > event.most_bytes:
        raise BadFrame("too_large", name, f"at most {event.most_bytes} bytes are taken here")
    if arguments != event.takes:
        raise BadFrame("bad_payload", name, f"this event takes {event.takes} argument(s)")
    if event.rate is Rate.ASKING:
        _count(visitor, now_s)


def _count(visitor: Visitor, now_s: float) -> None:
    """Count by the generic cell rate algorithm, as `api/kit/rate_limit.py` does for HTTP."""
    empty_at_s = max(visitor.asked_until_s, now_s)
    if empty_at_s - now_s > (BURST - 0.5) * GAP_S:
        raise BadFrame("too_fast", "event", f"ask at most every {GAP_S} s")
    visitor.asked_until_s = empty_at_s + GAP_S
