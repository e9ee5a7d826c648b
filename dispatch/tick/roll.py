"""The rolling plan of one tick: go on from the last plan, fill in what is new, search, tell."""

from typing import NamedTuple

import numpy as np

from dispatch.kernel.compiled import kernel
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.tick.board import MILLE, MOST, Board, Routes, empty_routes
from dispatch.tick.keep import Sequences
from dispatch.tick.lay_out import Rows, lay_out, rows_of
from dispatch.tick.memory import ABSENT, Memory, make_memory
from dispatch.tick.search import improve, remove
from dispatch.tick.timing import retime

_COLD_MS = 1000


class Rolled(NamedTuple):
    """A tick's plan as arrays, and what it was made from."""

    rows: Rows
    board: Board
    routes: Routes
    memory: Memory


def roll(problem: Problem, policy: DispatchPolicy, seed: int) -> Rolled:
    """Return the plan of a tick; the same arguments give the same plan.

    Raises nothing for any checked problem. The work is bounded by the policy's search steps.
    """
    rows = rows_of(problem, policy)
    kept = Sequences(problem, rows)
    board = lay_out(problem, policy, rows, kept.home, kept.longest_planned)
    counts = np.diff(rows.stops_from)
    room = 2 * max(0, min(policy.max_deliveries, len(rows.waiting)))
    longest = int(counts.max(initial=0)) + room
    longest = max(longest, *map(len, kept.stops.values()), 0) if kept.stops else longest
    routes = empty_routes(board, longest + 1)
    accepted_rows(routes, rows)
    _mark_missed(board, routes)
    _keep(routes, kept)
    memory = make_memory(board, routes, seed)
    absent = np.flatnonzero(kept.home < 0)
    memory.absent[: len(absent)] = absent
    memory.tally[ABSENT] = len(absent)
    _settle(board, routes, memory)
    steps = min(policy.most_steps, policy.steps_per_delivery * len(rows.waiting))
    if len(rows.waiting) and len(rows.couriers):
        unit = 1000 * MILLE
        hot, cold = float(policy.hot_s * unit), float(_COLD_MS * MILLE)
        improve(board, routes, memory, steps, policy.most_insertions, hot, cold)
    return Rolled(rows, board, routes, memory)


def accepted_rows(routes: Routes, rows: Rows) -> None:
    """Put what is accepted, and nothing else, into rows that are empty."""
    counts = np.diff(rows.stops_from)
    routes.size[:] = counts
    owner = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(owner)) - np.repeat(rows.stops_from[:-1], counts) + 1
    routes.stop[owner, place] = np.arange(len(owner))


@kernel
def _mark_missed(board: Board, routes: Routes) -> None:
    for courier in range(len(routes.size)):
        retime(board, routes, courier)
        for place in range(1, routes.size[courier] + 1):
            s = routes.stop[courier, place]
            if routes.begin_ms[courier, place] > board.end_ms[courier]:
                board.missed[s] = board.is_pickup[s]


def _keep(routes: Routes, kept: Sequences) -> None:
    for row, sequence in kept.stops.items():
        routes.size[row] = len(sequence)
        routes.stop[row, 1 : len(sequence) + 1] = sequence
    routes.route_of[:] = kept.home


@kernel
def _settle(board: Board, routes: Routes, memory: Memory) -> None:
    """Time every row; where a kept delivery no longer fits, or may not be had, it is absent."""
    for courier in range(len(routes.size)):
        retime(board, routes, courier)
    for delivery in range(len(routes.route_of)):
        courier, found = routes.route_of[delivery], False
        if courier < 0:
            continue
        for k in range(board.tries.shape[1]):
            found = found or board.tries[delivery, k] == courier
        if not found:
            remove(board, routes, memory, delivery)
    for courier in range(len(routes.size)):
        while routes.planned[courier] > 0 and not (
            retime(board, routes, courier)
            and board.taken[courier] + routes.planned[courier] <= board.knobs[MOST]
        ):
            remove(board, routes, memory, _last(board, routes, courier))


@kernel
def _last(board: Board, routes: Routes, courier: int) -> int:
    """Return the waiting delivery that stands last in a row."""
    place = routes.size[courier]
    while board.delivery[routes.stop[courier, place]] < 0:
        place -= 1
    last: int = board.delivery[routes.stop[courier, place]]
    return last
