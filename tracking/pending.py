"""Fixes taken in and not yet in Redis; those of a phone that begins anew are void.

A phone that says hello sends again whatever Redis does not know. What this process still holds of
it must not be written later, or it would pass for all fixes before it.
"""

from collections.abc import Sequence
from uuid import UUID

from tracking.trail import TrailRecord


class Pending:
    """Fixes in the sequence in which they came."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._records: list[TrailRecord] = []
        self._void_before: dict[UUID, int] = {}

    def __len__(self) -> int:
        """Return how many fixes are held, void ones among them."""
        return len(self._records)

    def add(self, records: Sequence[TrailRecord]) -> None:
        """Hold more fixes."""
        self._records += records

    def void(self, courier_id: UUID) -> None:
        """Give up what is held of a courier so far, be it being written just now."""
        self._void_before[courier_id] = len(self._records)

    def take(self) -> list[TrailRecord]:
        """Return what is to be written, and hold nothing."""
        taken, first = self._records, self._void_before
        self._records, self._void_before = [], {}
        if not first:
            return taken
        return [r for place, r in enumerate(taken) if place >= first.get(r.courier_id, 0)]

    def put_back(self, records: Sequence[TrailRecord]) -> None:
        """Hold again what was taken last and could not be written, before what came since."""
        self._records = [*records, *self._records]
        self._void_before = {
            courier_id: place + len(records) for courier_id, place in self._void_before.items()
        }
