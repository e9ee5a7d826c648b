"""The business clock of an installation, as its /config.json tells it."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """Business time: `start_ms` at the real instant `epoch_ms`, then `speed` times as fast.

    Instants are Unix milliseconds, durations business seconds unless a name says real.
    """

    epoch_ms: int
    start_ms: int
    speed: float

    def at(self, real_ms: float) -> int:
        """Return what the clock shows at a real instant."""
        return round(self.start_ms + (real_ms - self.epoch_ms) * self.speed)

    def now_ms(self) -> int:
        """Return what the clock shows now."""
        return self.at(time.time_ns() / 1e6)

    def real_s(self, business_s: float) -> float:
        """Return how many real seconds so many business seconds take."""
        return business_s / self.speed

    def real_s_until(self, moment_ms: float) -> float:
        """Return how many real seconds are left until a business instant, 0 when it is past."""
        return max(0.0, (moment_ms - self.now_ms()) / 1000 / self.speed)

    async def sleep(self, business_s: float) -> None:
        """Wait so many business seconds."""
        await asyncio.sleep(max(0.0, self.real_s(business_s)))

    async def sleep_until(self, moment_ms: float) -> None:
        """Wait until a business instant; at once when it is past."""
        await asyncio.sleep(self.real_s_until(moment_ms))


def clock_of(config: Mapping[str, Any]) -> BusinessClock:
    """Return the clock that a /config.json describes."""
    told = config["clock"]
    return BusinessClock(int(told["epochMs"]), int(told["startMs"]), float(told["speed"]))


def rfc3339(unix_ms: float) -> str:
    """Return an instant as the API reads it."""
    moment = datetime.fromtimestamp(round(unix_ms) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def unix_ms(text: str) -> int:
    """Return the instant that the API wrote, as Unix milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
