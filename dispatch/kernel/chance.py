"""Random numbers for kernels: a state of one word, so that a seed gives the same search twice.

xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled",
2016); the seed is spread by one step of splitmix64.
"""

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.compiled import kernel

_MULTIPLIER = np.uint64(0x2545F4914F6CDD1D)
_11, _12, _25, _27 = np.uint64(11), np.uint64(12), np.uint64(25), np.uint64(27)
_MASK = (1 << 64) - 1


def chance(seed: int) -> NDArray[np.uint64]:
    """Return a fresh state for any whole number."""
    word = (seed + 0x9E3779B97F4A7C15) & _MASK
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK
    word ^= word >> 31
    return np.array([word or 1], np.uint64)


@kernel
def draw(state: NDArray[np.uint64]) -> float:
    """Return the next number, from 0 up to but without 1."""
    word = state[0]
    word ^= word >> _12
    word ^= word << _25
    word ^= word >> _27
    state[0] = word
    return float((word * _MULTIPLIER) >> _11) * 2.0**-53


@kernel
def below(state: NDArray[np.uint64], limit: int) -> int:
    """Return the next whole number from 0 up to but without `limit`."""
    return int(draw(state) * limit)
