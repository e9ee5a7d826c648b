"""Token buckets: how much each of many may do at once, and in the long run.

A bucket is one number, the moment at which it is full again (the generic cell rate algorithm,
ITU-T I.371). Whoever has been quiet for long enough need not be remembered.
"""

from collections.abc import Hashable

_ROUNDING_S = 1e-6
"""So much the sums of many small steps may be off."""


class Buckets:
    """A bucket for each of many; moments are monotonic seconds."""

    def __init__(self, rate_per_s: float, burst: float) -> None:
        """Let each take `burst` at once, and `rate_per_s` in the long run."""
        self._rate_per_s = rate_per_s
        self._reach_s = burst / rate_per_s + _ROUNDING_S
        self._full_at: dict[Hashable, float] = {}

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._full_at)

    def take(self, key: Hashable, number: float, now_s: float) -> float:
        """Take so much, into debt if need be; return how long until the debt is paid (s)."""
        full_at = max(now_s, self._full_at.get(key, now_s)) + number / self._rate_per_s
        self._full_at[key] = full_at
        return max(0.0, full_at - now_s - self._reach_s)

    def may_take(self, key: Hashable, now_s: float) -> bool:
        """Take one where one is left; tell whether one was."""
        full_at = max(now_s, self._full_at.get(key, now_s)) + 1 / self._rate_per_s
        if full_at - now_s > self._reach_s:
            return False
        self._full_at[key] = full_at
        return True

    def is_in_debt(self, key: Hashable, now_s: float) -> bool:
        """Tell whether more was taken than may be at once."""
        return self._full_at.get(key, now_s) - now_s > self._reach_s

    def forget(self, now_s: float) -> None:
        """Forget whoever's bucket is full again: nothing distinguishes them from strangers."""
        self._full_at = {key: at for key, at in self._full_at.items() if at > now_s}
