"""Arranging: a heap of packed records becomes each courier's days, every fix once.

Pure; what is known already of a courier's day is given by the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from geo.chunk import FixColumns
from geo.screening import Refusal
from tracking import trail
from tracking.trail_rows import Rows, owned

DAY_MS = 86_400_000
_NEW_YEAR_1970 = date(1970, 1, 1)
_WORDS = np.array(["" if word is None else word for word in trail.REFUSALS])
_NOWHERE = trail.REFUSALS.index(Refusal.INVALID.value)


@dataclass(frozen=True, slots=True)
class CourierDay:
    """Records of one courier and one day (UTC), in the order of their numbers."""

    courier_id: UUID
    day: date
    rows: Rows

    @property
    def span_ms(self) -> tuple[int, int]:
        """Return the times of the first and the last fix."""
        times = self.rows["t_ms"]
        return int(times.min()), int(times.max())

    def without(self, known: "Keys") -> "CourierDay":
        """Return what is left when those are taken out that are known already."""
        is_known = known.hold(keys_of(self.rows))
        return self if not is_known.any() else self.of(self.rows[~is_known])

    def of(self, rows: Rows) -> "CourierDay":
        """Return this day with other records."""
        return CourierDay(self.courier_id, self.day, rows)

    def columns(self) -> FixColumns:
        """Return the fixes as a chunk keeps them."""
        rows, whole, real = self.rows, np.int64, np.float64
        nowhere = rows["refusal"] == _NOWHERE
        return FixColumns(
            epochs=rows["epoch"].astype(whole),
            seqs=rows["seq"].astype(whole),
            t_ms=rows["t_ms"].astype(whole),
            received_ms=rows["received_ms"].astype(whole),
            lats=np.where(nowhere, np.nan, rows["lat"]),
            lngs=np.where(nowhere, np.nan, rows["lng"]),
            accuracies_m=rows["accuracy_m"].astype(real),
            speeds_mps=rows["speed_mps"].astype(real),
            headings_deg=np.rint(rows["heading_deg"]).astype(real) % 360,
            refusals=_WORDS[rows["refusal"]],
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """What tells fixes of one courier apart, shape (n,) each: epoch and number in one, the time."""

    numbers: NDArray[np.uint64]
    t_ms: NDArray[np.int64]

    @classmethod
    def of(cls, epochs: Sequence[int], seqs: Sequence[int], t_ms: Sequence[int]) -> "Keys":
        """Return keys of plain numbers."""
        numbers = np.array(epochs, np.uint64) << np.uint64(32) | np.array(seqs, np.uint64)
        return cls(numbers, np.array(t_ms, np.int64))

    def hold(self, others: "Keys") -> NDArray[np.bool_]:
        """Tell for each of `others` whether it is one of these."""
        mine = len(self.numbers)
        numbers = np.concatenate([self.numbers, others.numbers])
        times = np.concatenate([self.t_ms, others.t_ms])
        order = np.lexsort((times, numbers))  # stable: of equal ones mine come first
        again = np.zeros(len(order), np.bool_)
        again[1:] = (np.diff(numbers[order]) == 0) & (np.diff(times[order]) == 0)
        found = np.empty(len(order), np.bool_)
        found[order] = again
        return found[mine:]


def keys_of(rows: Rows) -> Keys:
    """Return the keys of packed records."""
    numbers = rows["epoch"].astype(np.uint64) << np.uint64(32) | rows["seq"]
    return Keys(numbers, rows["t_ms"])


@dataclass(frozen=True, slots=True)
class Arranged:
    """Couriers' days, records of days that no trail is kept for, and where everybody is now."""

    days: list[CourierDay]
    undated: Rows
    newest: Rows


def arranged(blob: bytes, first_ms: int, last_ms: int) -> Arranged:
    """Return packed records arranged; trails are kept from `first_ms` until `last_ms`."""
    heap = owned(blob)
    times = heap.rows["t_ms"]
    dated = (times >= first_ms) & (times < last_ms)
    rows, owner = heap.rows[dated], heap.owner[dated]
    keys, day = keys_of(rows), rows["t_ms"] // DAY_MS
    order = np.lexsort((keys.t_ms, keys.numbers, day, owner))
    rows, owner, day = rows[order], owner[order], day[order]
    same_day = (np.diff(owner) == 0) & (np.diff(day) == 0)
    numbers, t_ms = keys.numbers[order], keys.t_ms[order]
    again = np.zeros(len(rows), np.bool_)
    again[1:] = same_day & (np.diff(numbers) == 0) & (np.diff(t_ms) == 0)
    rows, owner, day = rows[~again], owner[~again], day[~again]
    begins = np.flatnonzero(np.append(True, (np.diff(owner) != 0) | (np.diff(day) != 0)))
    ends = np.append(begins[1:], len(rows))
    days = [
        CourierDay(
            heap.couriers[int(owner[begin])],
            _NEW_YEAR_1970 + timedelta(days=int(day[begin])),
            rows[begin:end],
        )
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
        if end > begin
    ]
    return Arranged(days, heap.rows[~dated], heap.newest_believed())
