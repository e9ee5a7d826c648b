"""What one more delivery is expected to cost in pay, where hours on shift are guaranteed."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from dispatch.tick.board import Longs

Floats = NDArray[np.float64]


def expected_pay(done: Longs, guaranteed: Floats, to_come: Floats, most: int) -> Floats:
    """Return, per courier, what 0 to `most` more deliveries are expected to be paid beyond the
    guarantee, in deliveries.

    A courier with n deliveries is paid for `guaranteed` of them, or for n if that is more. F more
    are `to_come`, normally distributed with that mean and variance: so what counts is
    E[(n + F - guaranteed)+], and head-room that later deliveries will use up anyway is not free.
    """
    n = done[:, None] + np.arange(most + 1)[None, :].astype(np.float64)
    spread = np.sqrt(np.maximum(1e-9, to_come))[:, None]
    over = n + (to_come - guaranteed)[:, None]
    z = over / spread
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    expected: Floats = over * ndtr(z) + spread * density
    return expected - expected[:, :1]
