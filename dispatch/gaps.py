"""Gaps: every place in every route where a new stop may come, as columns for whole-array work."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.insertion import slack_ms
from dispatch.open_route import OpenRoute
from dispatch.policy import DispatchPolicy

Longs = NDArray[np.int64]

_WIDTH = 14


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of all routes, route after route; `first[i]` to `first[i + 1]` are those of i.

    A gap has the node in front (place, departure, load) and the one behind, if any, with the leg
    to it. `wait_ms`, `pickups`, `dropoffs` and `late` sum over all nodes behind: the waiting that
    can swallow a delay, the stops that would move, and those of them that are late anyway.
    `fixed_ms` and `full` are per route.
    """

    first: Longs
    x_m: Longs
    y_m: Longs
    next_x_m: Longs
    next_y_m: Longs
    leg_ms: Longs
    is_last: NDArray[np.bool_]
    depart_ms: Longs
    load: Longs
    wait_ms: Longs
    pickups: Longs
    dropoffs: Longs
    late: Longs
    speed_mm_s: Longs
    shift_end_ms: Longs
    capacity: Longs
    fixed_ms: Longs
    full: NDArray[np.bool_]
    pair_first: Longs
    pair_last: Longs
    pair_start: Longs

    def of(self, rows: Longs) -> tuple[Longs, Longs]:
        """Return the gaps of some routes, and where among them each of these routes begins."""
        return _runs(self.first, rows)

    def pairs_of(self, rows: Longs, starts: Longs) -> tuple[Longs, Longs, Longs]:
        """Return all pairs of a gap and one not before it, of some routes, and where each begins.

        Gaps are told as places among those that `of` returned, with its `starts`.
        """
        at, pair_starts = _runs(self.pair_start, rows)
        counts = np.diff(np.append(pair_starts, len(at)))
        base = np.repeat(starts, counts)
        return self.pair_first[at] + base, self.pair_last[at] + base, pair_starts


def gaps_of(routes: tuple[OpenRoute, ...], policy: DispatchPolicy) -> Gaps:
    """Lay out the gaps of all routes."""
    counts = [route.nodes - route.pinned for route in routes]
    rows = [row for route in routes for row in _rows(route)]
    table = np.array(rows, np.int64).reshape(len(rows), _WIDTH)
    pace = np.array([(r.speed_mm_s, r.shift_end_ms, *r.capacity) for r in routes], np.int64)
    pace = np.repeat(pace.reshape(len(routes), 5), counts, axis=0)
    pairs = [(a, b) for count in counts for a in range(count) for b in range(a, count)]
    pair = np.array(pairs, np.int64).reshape(len(pairs), 2)
    return Gaps(
        first=np.cumsum([0, *counts], dtype=np.int64),
        x_m=table[:, 0],
        y_m=table[:, 1],
        next_x_m=table[:, 2],
        next_y_m=table[:, 3],
        leg_ms=table[:, 4],
        is_last=table[:, 5] == 1,
        depart_ms=table[:, 6],
        load=table[:, 7:10],
        wait_ms=table[:, 10],
        pickups=table[:, 11],
        dropoffs=table[:, 12],
        late=table[:, 13],
        speed_mm_s=pace[:, 0],
        shift_end_ms=pace[:, 1],
        capacity=pace[:, 2:],
        fixed_ms=np.array([_fixed_ms(route, policy) for route in routes], np.int64),
        full=np.array([r.deliveries >= policy.max_deliveries for r in routes], np.bool_),
        pair_first=pair[:, 0],
        pair_last=pair[:, 1],
        pair_start=np.cumsum([0, *(n * (n + 1) // 2 for n in counts)], dtype=np.int64),
    )


def _runs(first: Longs, rows: Longs) -> tuple[Longs, Longs]:
    counts = first[rows + 1] - first[rows]
    starts = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(first[rows] - starts, counts), starts


def _rows(route: OpenRoute) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = []
    wait_ms = pickups = dropoffs = late = 0
    for node in range(route.nodes - 1, route.pinned - 1, -1):
        behind = min(node + 1, route.nodes - 1)
        is_last = behind == node
        if not is_last:
            wait_ms += route.begin_ms[behind] - route.arrive_ms[behind]
            pickups += route.is_pickup[behind]
            dropoffs += not route.is_pickup[behind]
            late += route.begin_ms[behind] >= route.due_ms[behind]
        rows.append((
            route.x_m[node],
            route.y_m[node],
            route.x_m[behind],
            route.y_m[behind],
            0 if is_last else route.leg_ms[behind],
            is_last,
            route.depart_ms[node],
            *route.load[node],
            wait_ms,
            pickups,
            dropoffs,
            late,
        ))
    rows.reverse()
    return rows


def _fixed_ms(route: OpenRoute, policy: DispatchPolicy) -> int:
    return route.share * policy.fairness_weight // 1000 - slack_ms(route, policy)
