"""How long calls took: a histogram that stays small however long the city lives."""

import math
from collections import Counter

_STEP = 1.04
"""Each class is 4 % wider than the one before: quantiles are off by at most that much."""
_LEAST_S = 1e-5


class Latencies:
    """Durations in seconds, counted in classes of growing width."""

    def __init__(self) -> None:
        """Begin with none."""
        self._classes: Counter[int] = Counter()
        self.count = 0

    def note(self, seconds: float) -> None:
        """Count one duration."""
        self._classes[_class_of(seconds)] += 1
        self.count += 1

    def quantile_s(self, share: float) -> float | None:
        """Return the duration that this share of all did not exceed; None when there are none."""
        if not self.count:
            return None
        wanted, seen = math.ceil(share * self.count), 0
        for number in sorted(self._classes):
            seen += self._classes[number]
            if seen >= wanted:
                return float(_LEAST_S * _STEP ** (number + 0.5))
        raise AssertionError("a share is at most 1")


def _class_of(seconds: float) -> int:
    return math.floor(math.log(max(seconds, _LEAST_S) / _LEAST_S, _STEP))
