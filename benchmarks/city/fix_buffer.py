"""A phone's memory of fixes: numbers them, keeps each until it is durable, says what to send."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.fix import Fix

MOST_KEPT = 50_000
MOST_IN_ONE_EVENT = 200
LATE_MS = 10_000
BACK_FILL = 1 << 4
"""The flag of a fix that is sent long after it was taken."""
LONGEST_EPOCH_S = 30 * 86_400
"""Packed times are 32 bits of milliseconds since the epoch: 49 days."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the receiver says at one instant: degrees, m/s, degrees from north, metres."""

    t_ms: int
    lat: float
    lng: float
    speed_mps: float | None
    heading_deg: float | None
    accuracy_m: float | None


class FixBuffer:
    """Fixes of one epoch, from the first that is not durable to the last taken.

    `epoch` is the Unix second (business clock) at which the count began; numbers start at 1 and
    grow by 1. `accepted` and `durable` are the highest numbers that the server has told.
    """

    def __init__(self, epoch: int, most_kept: int = MOST_KEPT) -> None:
        """Begin to count."""
        self.epoch = epoch
        self.accepted = 0
        self.durable = 0
        self.forgotten = 0
        self._last = 0
        self._most_kept = most_kept
        self._kept: deque[Fix] = deque()

    def __len__(self) -> int:
        """Return how many fixes are kept."""
        return len(self._kept)

    @property
    def kept_range(self) -> tuple[int, int]:
        """Return the numbers of the first and the last fix that is kept.

        When none is: the next number and the one before it.
        """
        return (self._kept[0].seq if self._kept else self._last + 1, self._last)

    def take(self, reading: Reading) -> Fix:
        """Number a reading and keep it; a full memory forgets its oldest fix."""
        self._last += 1
        fix = Fix(
            self._last,
            reading.t_ms,
            reading.lat,
            reading.lng,
            reading.speed_mps,
            reading.heading_deg,
            reading.accuracy_m,
        )
        self._kept.append(fix)
        if len(self._kept) > self._most_kept:
            self._kept.popleft()
            self.forgotten += 1
        return fix

    def note(self, epoch: int, accepted: int, durable: int) -> tuple[int, int]:
        """Take up how far the fixes got; return how many are newly accepted, newly durable.

        Word of another epoch or an older word changes nothing.
        """
        if epoch != self.epoch:
            return 0, 0
        newly = max(0, accepted - self.accepted), max(0, durable - self.durable)
        self.accepted += newly[0]
        self.durable += newly[1]
        while self._kept and self._kept[0].seq <= self.durable:
            self._kept.popleft()
        return newly

    def after(self, seq: int, now_ms: int) -> Sequence[Fix]:
        """Return the kept fixes above a number, in order, as many as fit into one event."""
        chosen: list[Fix] = []
        for fix in self._kept:
            if fix.seq > seq:
                late = now_ms - fix.t_ms > LATE_MS
                chosen.append(replace(fix, flags=fix.flags | BACK_FILL) if late else fix)
            if len(chosen) == MOST_IN_ONE_EVENT:
                break
        return chosen

    def renew(self, now_s: int) -> bool:
        """Begin a new epoch when this one is long and nothing of it is left; tell whether so."""
        if self._kept or now_s - self.epoch < LONGEST_EPOCH_S:
            return False
        self.epoch, self._last, self.accepted, self.durable = now_s, 0, 0, 0
        return True
