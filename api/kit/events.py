"""Events: facts in the past tense, saved with the data that made them true.

An event is a frozen dataclass of ids and plain values, with a `topic` of its own. Its first field
is the id of the thing it is about: events of one thing are handled in the order they happened.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from pydantic import TypeAdapter

CORE = "core"
LETTERS = "letters"
TEXTS = "texts"
LANES = (CORE, LETTERS, TEXTS)


class Event:
    """Base of all events; subclasses are frozen dataclasses with a `topic`.

    Events whose reactions call the outside world travel in a lane of that provider, so that a slow
    one holds up nothing else.
    """

    topic: ClassVar[str] = ""

    @property
    def lane(self) -> str:
        """Return the lane that the event travels in."""
        return CORE

    @property
    def key(self) -> str:
        """Return the id of the thing the event is about."""
        first = fields(self)[0]  # type: ignore[arg-type]  # every event is a dataclass
        return str(getattr(self, first.name))


def lane_to(destination: str) -> str:
    """Return the lane of messages to an e-mail address or a phone number."""
    return LETTERS if "@" in destination else TEXTS


@dataclass(frozen=True, slots=True)
class UnknownTopic(Exception):  # it names a fact, as our other errors do
    """An outbox row that no event class of this program reads."""

    topic: str


def every_event(root: type[Event] = Event) -> dict[str, type[Event]]:
    """Return each event class that is loaded, by topic."""
    found: dict[str, type[Event]] = {}
    for child in root.__subclasses__():
        if child.topic:
            found[child.topic] = child
        found |= every_event(child)
    return found


_ADAPTERS: dict[str, TypeAdapter[Event]] = {}


def _adapter(kind: type[Event]) -> TypeAdapter[Event]:
    if kind.topic not in _ADAPTERS:
        _ADAPTERS[kind.topic] = TypeAdapter(kind)
    return _ADAPTERS[kind.topic]


def encode(event: Event) -> dict[str, Any]:
    """Return the event's fields as JSON-able values."""
    values: dict[str, Any] = _adapter(type(event)).dump_python(event, mode="json")
    return values


def decode(topic: str, payload: dict[str, Any]) -> Event:
    """Return the event that an outbox row holds; raise `UnknownTopic` for an unknown one."""
    kind = every_event().get(topic)
    if kind is None:
        raise UnknownTopic(topic)
    return _adapter(kind).validate_python(payload)
