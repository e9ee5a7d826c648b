"""The two clocks: real time for networks and secrets, business time for everything people see."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """Return the wall clock in UTC: for tokens, leases, rate limits and network deadlines."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Business time: equal to real time unless an installation is played faster (a demo, a replay).

    At the real instant `epoch` the business clock shows `start`; from then on it runs `speed`
    times as fast as real time. Every program of an installation is given the same three values.
    """

    epoch: datetime
    start: datetime
    speed: float = 1.0
    is_real: bool = field(init=False, repr=False, compare=False)
    """Whether the clock shows real time."""

    def __post_init__(self) -> None:
        """Compare once: every request reads the clock."""
        object.__setattr__(self, "is_real", self.speed == 1.0 and self.epoch == self.start)

    @classmethod
    def real(cls) -> "Clock":
        """Return a clock that shows real time."""
        origin = datetime.fromtimestamp(0, UTC)
        return cls(epoch=origin, start=origin)

    def now(self) -> datetime:
        """Return the business time in UTC."""
        if self.is_real:
            return datetime.now(UTC)
        return self.start + (real_now() - self.epoch) * self.speed

    def shown_ms(self, real_ms: int) -> int:
        """Return what the business clock shows at a real instant, both as Unix milliseconds."""
        if self.is_real:
            return real_ms
        start_ms, epoch_ms = (round(one.timestamp() * 1000) for one in (self.start, self.epoch))
        return start_ms + round((real_ms - epoch_ms) * self.speed)

    def real_seconds(self, business: timedelta) -> float:
        """Return how many real seconds a span of business time takes."""
        return business.total_seconds() / self.speed
