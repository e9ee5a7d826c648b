"""Fixes judged and not yet in Redis; those of a phone that begins anew are void.

A phone that says hello sends again whatever Redis does not know. What this process still holds of
it must not be written later, or it would pass for all fixes before it.
"""

from uuid import UUID

from tracking.trail import Batch, joined


class Pending:
    """Fixes in the sequence in which they came."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._batches: list[Batch] = []
        self._void_meanwhile: set[UUID] = set()

    def __len__(self) -> int:
        """Return how many fixes are held."""
        return sum(len(batch) for batch in self._batches)

    def add(self, batch: Batch) -> None:
        """Hold more fixes."""
        self._batches.append(batch)

    def void(self, courier_id: UUID) -> None:
        """Give up what is held of a courier so far, be it being written just now."""
        self._batches = [batch.without(courier_id) for batch in self._batches]
        self._void_meanwhile.add(courier_id)

    def take(self) -> Batch:
        """Return what is to be written, and hold nothing."""
        taken = joined(self._batches)
        self._batches, self._void_meanwhile = [], set()
        return taken

    def put_back(self, batch: Batch) -> None:
        """Hold again what was taken last and could not be written, before what came since."""
        for courier_id in self._void_meanwhile:
            batch = batch.without(courier_id)
        self._batches.insert(0, batch)
