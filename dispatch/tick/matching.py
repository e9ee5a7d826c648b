"""Sparse assignment in the kernel: rows to columns at least cost, with prices that prove it.

Rows bid in the manner of an auction until most have a column (augmenting row reduction), then the
rest is placed along shortest augmenting paths: R. Jonker & A. Volgenant, "A shortest augmenting
path algorithm for dense and sparse linear assignment problems", Computing 38, 1987.
"""

from typing import Final, NamedTuple

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.tick.board import NEVER, Longs

LEFT: Final = -1
_UNDECIDED: Final = -2
_BIDS: Final = 12
"""Bids per row, on average, before the rest is left to shortest paths."""


class Arcs(NamedTuple):
    """The arcs of row r are `first[r]` up to `first[r] + length[r]` of `column` and `cost`.

    `leave[r]` is what row r costs without a column.
    """

    first: Longs  # [rows]
    length: Longs  # [rows]
    column: Longs  # [arcs]
    cost: Longs  # [arcs]
    leave: Longs  # [rows]


class Matching(NamedTuple):
    """`column_of[row]` (LEFT for none), prices of rows and columns, and room to work in.

    No arc costs less than the two prices together, a matched one exactly that; the price of a
    column is 0 or less, and 0 where nobody has it: so the matching costs least of all.
    """

    column_of: Longs  # [rows]
    paid: Longs  # [rows]: what the row costs
    row_price: Longs  # [rows]
    row_of: Longs  # [columns]
    column_price: Longs  # [columns]
    away: Longs  # [columns]
    via: Longs  # [columns]
    via_cost: Longs  # [columns]
    reached: Longs  # [columns]
    touched: Longs  # [columns]
    heap_key: Longs  # [arcs]
    heap_column: Longs  # [arcs]
    queue: Longs  # [rows]
    tally: Longs  # [3]: size of the heap, number of the search, columns reached


def make_matching(rows: int, columns: int, arcs: int) -> Matching:
    """Return room for a matching over at most `arcs` arcs."""

    def zeros(length: int) -> Longs:
        return np.zeros(length, np.int64)

    return Matching(
        column_of=zeros(rows),
        paid=zeros(rows),
        row_price=zeros(rows),
        row_of=zeros(columns),
        column_price=zeros(columns),
        away=zeros(columns),
        via=zeros(columns),
        via_cost=zeros(columns),
        reached=zeros(columns),
        touched=zeros(columns),
        heap_key=zeros(arcs + 1),
        heap_column=zeros(arcs + 1),
        queue=zeros(rows),
        tally=zeros(3),
    )


@kernel
def match(arcs: Arcs, found: Matching) -> int:
    """Match every row to a column or leave it, at the least sum of costs; return that sum.

    To serve as many as possible, let `leave` exceed any sum of costs that serving could add.
    """
    rows = len(arcs.first)
    for column in range(len(found.row_of)):
        found.row_of[column] = LEFT
        found.column_price[column] = 0
        found.away[column] = NEVER
        found.reached[column] = 0
    for row in range(rows):
        found.column_of[row] = _UNDECIDED
    found.tally[:] = 0
    waiting = _bid(arcs, found)
    for at in range(waiting):
        _place(arcs, found, found.queue[at])
    total = 0
    for row in range(rows):
        column = found.column_of[row]
        total += found.paid[row]
        price = found.column_price[column] if column >= 0 else 0
        found.row_price[row] = found.paid[row] - price
    return total


@kernel
def _bid(arcs: Arcs, found: Matching) -> int:
    """Let rows bid for their best column; return how many in `queue` were not placed."""
    rows, waiting, budget = len(arcs.first), 0, _BIDS * len(arcs.first)
    for first in range(rows):
        row = first
        while row >= 0:
            if budget == 0:
                found.queue[waiting] = row
                waiting += 1
                break
            budget -= 1
            row = _bid_once(arcs, found, row)
            if row <= -2:  # a tie: who was put out waits for a shortest path
                found.queue[waiting] = -row - 2
                waiting += 1
                break
    return waiting


@kernel
def _bid_once(arcs: Arcs, found: Matching, row: int) -> int:
    """Give a row its best column at the price where the second best is as good.

    Return the row put out to bid again, -1 for nobody, or -2 - row for one that should wait.
    """
    best, second = arcs.leave[row], NEVER
    best_column, best_cost = LEFT, arcs.leave[row]
    for at in range(arcs.first[row], arcs.first[row] + arcs.length[row]):
        reduced = arcs.cost[at] - found.column_price[arcs.column[at]]
        if reduced < best:
            second = best
            best, best_column, best_cost = reduced, arcs.column[at], arcs.cost[at]
        elif reduced < second:
            second = reduced
    if best_column == LEFT:
        found.column_of[row], found.paid[row] = LEFT, best_cost
        return -1
    out: int = found.row_of[best_column]
    if out >= 0 and second == best:
        return -2 - row
    found.column_price[best_column] -= second - best
    found.row_of[best_column] = row
    found.column_of[row], found.paid[row] = best_column, best_cost
    if out >= 0:
        found.column_of[out] = _UNDECIDED
    return out


@kernel
def _place(arcs: Arcs, found: Matching, source: int) -> None:
    """Place a row along a shortest augmenting path (E. W. Dijkstra, with a heap)."""
    found.tally[0] = found.tally[2] = 0
    found.tally[1] += 1
    best_leave, leaver = arcs.leave[source], source
    _relax(arcs, found, source, 0)
    end = LEFT
    while found.tally[0] > 0:
        key, column = _pop(found)
        if key >= best_leave:
            break
        if key > found.away[column] or found.reached[column] == found.tally[1]:
            continue
        found.reached[column] = found.tally[1]
        row = found.row_of[column]
        if row < 0:
            end = column
            best_leave = key
            break
        base = key - (found.paid[row] - found.column_price[column])
        if base + arcs.leave[row] < best_leave:
            best_leave, leaver = base + arcs.leave[row], row
        _relax(arcs, found, row, base)
    _settle(found, best_leave)
    if end == LEFT:
        end = found.column_of[leaver]
        found.column_of[leaver], found.paid[leaver] = LEFT, arcs.leave[leaver]
        if leaver == source:
            return
    while True:
        row = found.via[end]
        after = found.column_of[row]
        found.row_of[end], found.column_of[row] = row, end
        found.paid[row] = found.via_cost[end]
        if row == source:
            return
        end = after


@kernel
def _relax(arcs: Arcs, found: Matching, row: int, base: int) -> None:
    """Look at every column of a row that is reached at `base`."""
    for at in range(arcs.first[row], arcs.first[row] + arcs.length[row]):
        column = arcs.column[at]
        key = base + arcs.cost[at] - found.column_price[column]
        if key < found.away[column] and found.reached[column] != found.tally[1]:
            if found.away[column] == NEVER:
                found.touched[found.tally[2]] = column
                found.tally[2] += 1
            found.away[column] = key
            found.via[column], found.via_cost[column] = row, arcs.cost[at]
            _push(found, key, column)


@kernel
def _settle(found: Matching, end: int) -> None:
    """Let the prices of the columns reached before `end` pay for the path; forget the search."""
    for at in range(found.tally[2]):
        column = found.touched[at]
        if found.reached[column] == found.tally[1] and found.away[column] < end:
            found.column_price[column] += found.away[column] - end
        found.away[column] = NEVER
    found.tally[2] = 0


@kernel
def _push(found: Matching, key: int, column: int) -> None:
    at = found.tally[0]
    found.tally[0] += 1
    while at > 0:
        above = (at - 1) >> 1
        if found.heap_key[above] <= key:
            break
        found.heap_key[at], found.heap_column[at] = found.heap_key[above], found.heap_column[above]
        at = above
    found.heap_key[at], found.heap_column[at] = key, column


@kernel
def _pop(found: Matching) -> tuple[int, int]:
    top_key, top = found.heap_key[0], found.heap_column[0]
    found.tally[0] -= 1
    size = found.tally[0]
    key, column, at = found.heap_key[size], found.heap_column[size], 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and found.heap_key[below + 1] < found.heap_key[below]:
            below += 1
        if found.heap_key[below] >= key:
            break
        found.heap_key[at], found.heap_column[at] = found.heap_key[below], found.heap_column[below]
        at = below
    found.heap_key[at], found.heap_column[at] = key, column
    return top_key, top
