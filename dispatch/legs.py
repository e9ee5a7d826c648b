"""How long a leg takes in the plane: exact integers, the same in Python, NumPy and kernels."""

import math

import numpy as np
from numpy.typing import NDArray

# Squares of differences of coordinates up to this size stay exact in float64; only the square
# root and the division round, and IEEE 754 fixes how: so every machine finds the same integer.
COORDINATE_LIMIT_M = 30_000_000


def leg_ms(dx_m: int, dy_m: int, speed_mm_s: int) -> int:
    """Return the milliseconds of a straight leg at an effective speed, rounded up.

    Rounding up keeps the triangle inequality to within 1 ms: a detour never looks like a gain.
    """
    return math.ceil(math.sqrt(dx_m * dx_m + dy_m * dy_m) * 1_000_000 / speed_mm_s)


def legs_ms(
    dx_m: NDArray[np.int64], dy_m: NDArray[np.int64], speed_mm_s: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return `leg_ms` of many legs; the shapes broadcast."""
    metres = np.sqrt(dx_m * dx_m + dy_m * dy_m)
    return np.ceil(metres * 1_000_000 / speed_mm_s).astype(np.int64)


def up_to_s(ms: int) -> int:
    """Return milliseconds as whole seconds, rounded up: nothing is told earlier than planned."""
    return -(-ms // 1000)
