"""What the search for a rolling plan remembers: known insertions, the row copies of a try, room."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.kernel.chance import chance
from dispatch.tick.board import Board, Longs, Routes

# Places of the tally.
STEPS: Final = 0
PRICED: Final = 1
TOUCHED: Final = 2
ABSENT: Final = 3
WAS_ABSENT: Final = 4
TALLIES: Final = 5


class Memory(NamedTuple):
    """`added`, `pickup_at`, `dropoff_at` of a delivery and its k-th courier hold while `version`
    is that of the courier's row. The rows in `touched` are as they were in `stop`, `size`.
    `absent` are the deliveries in no row, `best_row` and so on the best plan met.
    """

    version: Longs  # [w, k]
    added: Longs  # [w, k]
    pickup_at: Longs  # [w, k]
    dropoff_at: Longs  # [w, k]
    touched: Longs  # [c]
    is_touched: Longs  # [c]
    stop: Longs  # [c, l]
    size: Longs  # [c]
    row_version: Longs  # [c]
    best_stop: Longs  # [c, l]
    best_size: Longs  # [c]
    absent: Longs  # [w]
    was_absent: Longs  # [w]
    best_absent: Longs  # [w + 1]: how many, then which
    key: Longs  # [w]
    order: Longs  # [w]
    tally: Longs  # [TALLIES]
    state: NDArray[np.uint64]


def make_memory(board: Board, routes: Routes, seed: int) -> Memory:
    """Return a memory that knows nothing; random numbers follow from `seed`."""
    waiting, couriers = len(board.home), len(board.start_x_m)

    def zeros(*shape: int) -> Longs:
        return np.zeros(shape, np.int64)

    known = board.tries.shape
    return Memory(
        version=zeros(*known),
        added=zeros(*known),
        pickup_at=zeros(*known),
        dropoff_at=zeros(*known),
        touched=zeros(couriers),
        is_touched=zeros(couriers),
        stop=zeros(*routes.stop.shape),
        size=zeros(couriers),
        row_version=zeros(couriers),
        best_stop=zeros(*routes.stop.shape),
        best_size=zeros(couriers),
        absent=zeros(waiting),
        was_absent=zeros(waiting),
        best_absent=zeros(waiting + 1),
        key=zeros(waiting),
        order=zeros(waiting),
        tally=zeros(TALLIES),
        state=chance(seed),
    )
