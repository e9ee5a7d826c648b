"""Visitors: who is on which socket, since when, and how often they erred."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from tracking.phones import Phone
from tracking.tickets import Grant


@dataclass(slots=True)
class Visitor:
    """Whoever is on a socket."""

    sid: str
    grant: Grant
    phone: Phone | None = None
    mistakes: int = 0
    slow_since: float | None = None
    asked_until_s: float = 0.0


class Visitors:
    """Everybody connected to this process."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Visitor] = {}
        self._phones: dict[UUID, Visitor] = {}

    def __iter__(self) -> Iterator[Visitor]:
        return iter(list(self._by_sid.values()))

    def __len__(self) -> int:
        return len(self._by_sid)

    def get(self, sid: str) -> Visitor | None:
        """Return who is on a socket."""
        return self._by_sid.get(sid)

    def add(self, visitor: Visitor) -> Visitor | None:
        """Let somebody in; return who had the same courier's phone before."""
        self._by_sid[visitor.sid] = visitor
        if visitor.phone is None:
            return None
        former = self._phones.get(visitor.phone.courier_id)
        self._phones[visitor.phone.courier_id] = visitor
        return former

    def remove(self, sid: str) -> Visitor | None:
        """Forget somebody who is gone."""
        visitor = self._by_sid.pop(sid, None)
        if visitor is not None and visitor.phone is not None:
            courier_id = visitor.phone.courier_id
            if self._phones.get(courier_id) is visitor:
                del self._phones[courier_id]
        return visitor

    def phones(self) -> list[Phone]:
        """Return every phone connected."""
        return [v.phone for v in self._phones.values() if v.phone is not None]

    def phone_of(self, courier_id: UUID) -> Phone | None:
        """Return the phone of a courier."""
        visitor = self._phones.get(courier_id)
        return visitor.phone if visitor else None

    def with_phone_of(self, courier_id: UUID) -> Visitor | None:
        """Return who holds the phone of a courier."""
        return self._phones.get(courier_id)
