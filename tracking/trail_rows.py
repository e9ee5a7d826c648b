"""Packed records of the trail as numpy sees them: whose they are, how far they get."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tracking.trail import ROW, Mark

Rows = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Owned:
    """Records, shape (n,), with the place of each one's courier in `couriers`."""

    rows: Rows
    owner: NDArray[np.int64]
    couriers: list[UUID]

    def reached(self) -> dict[UUID, Mark]:
        """Return how far the fixes of each courier get, in the epoch that comes last."""
        order = np.argsort(self.owner, kind="stable")
        starts = _starts(self.owner[order], len(self.couriers))
        epochs = self.rows["epoch"][order]
        last = epochs[np.append(starts[1:], len(order)) - 1] if len(order) else epochs
        seqs = np.where(epochs == last[self.owner[order]], self.rows["seq"][order], 0)
        highest = np.maximum.reduceat(seqs, starts) if len(order) else seqs
        marks = zip(last.tolist(), highest.tolist(), strict=True)
        return {one: Mark(*mark) for one, mark in zip(self.couriers, marks, strict=True)}

    def newest_believed(self) -> Rows:
        """Return of each courier the newest record that was believed, where there is one."""
        believed = np.flatnonzero(self.rows["refusal"] == 0)
        owner = self.owner[believed]
        order = np.lexsort((self.rows["t_ms"][believed], owner))
        is_last = np.append(np.diff(owner[order]) != 0, True)[: len(order)]
        newest: Rows = self.rows[believed[order[is_last]]]
        return newest


def owned(blob: bytes) -> Owned:
    """Return packed records with their couriers."""
    rows = np.frombuffer(blob, ROW)
    ids = np.ascontiguousarray(rows["courier"]).view("<u8").reshape(-1, 2)
    order = np.lexsort((ids[:, 1], ids[:, 0]))
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (np.diff(ids[order], axis=0) != 0).any(axis=1)
    owner = np.empty(len(rows), np.int64)
    owner[order] = np.cumsum(is_first) - 1
    couriers = [UUID(bytes=one.tobytes()) for one in rows["courier"][order[is_first]]]
    return Owned(rows, owner, couriers)


def _starts(owner: NDArray[np.int64], couriers: int) -> NDArray[np.intp]:
    """Return where the records of each courier begin in sorted ones."""
    return np.searchsorted(owner, np.arange(couriers))
