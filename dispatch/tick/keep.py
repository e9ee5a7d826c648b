"""The plan that a tick goes on from: the sequences of the last one, as far as they still hold."""

import numpy as np

from dispatch.model import Kind
from dispatch.plan import Plan
from dispatch.problem import Kept, Problem
from dispatch.problem_rules import id_list
from dispatch.tick.board import Longs
from dispatch.tick.lay_out import Rows


def kept_of(plan: Plan) -> Kept:
    """Return what the next tick goes on from: the sequence of every courier who got something."""
    couriers: list[bytes] = []
    deliveries: list[bytes] = []
    kinds: list[int] = []
    seen = set[bytes]()
    for one in plan.assignments:
        if one.courier in seen:
            continue
        seen.add(one.courier)
        for stop in one.stops:
            couriers.append(one.courier)
            deliveries.append(stop.delivery)
            kinds.append(stop.kind)
    return Kept(_ids(couriers), _ids(deliveries), np.array(kinds, np.uint8))


def _ids(ids: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(ids), np.uint8).reshape(-1, 16)


class Sequences:
    """The rows to start from: stops of the board per courier, and the courier of each delivery."""

    def __init__(self, problem: Problem, rows: Rows) -> None:
        """Take kept sequences where they fit what is accepted now; else what waits goes last."""
        self._stops_from = rows.stops_from.tolist()
        self.home: Longs = np.full(len(rows.waiting), -1, np.int64)
        self.stops: dict[int, list[int]] = {}
        self.longest_planned = 0
        waiting = {id_: row for row, id_ in enumerate(rows.waiting_ids)}
        couriers = {id_: row for row, id_ in enumerate(rows.courier_ids)}
        kept: dict[int, list[tuple[bytes, int]]] = {}
        for courier, delivery, kind in zip(
            id_list(problem.kept.courier),
            id_list(problem.kept.delivery),
            problem.kept.kind.tolist(),
            strict=True,
        ):
            row = couriers.get(courier)
            if row is not None:
                kept.setdefault(row, []).append((delivery, kind))
        taken = set[int]()
        for row, wanted in sorted(kept.items()):
            self._take(problem, rows, row, wanted, waiting, taken)

    def _take(
        self,
        problem: Problem,
        rows: Rows,
        row: int,
        wanted: list[tuple[bytes, int]],
        waiting: dict[bytes, int],
        taken: set[int],
    ) -> None:
        first, behind = self._stops_from[row], self._stops_from[row + 1]
        old = list(range(first, behind))
        pinned = int(problem.couriers.pinned[rows.couriers[row]])
        number = len(rows.stops)
        name: dict[tuple[bytes, int], int] = {}
        for stop in old:
            at = rows.stops[stop]
            name[problem.stops.delivery[at].tobytes(), int(problem.stops.kind[at])] = stop
        whole = _whole(wanted)
        sequence, found = list[int](), set[int]()
        for delivery, kind in wanted:
            known, mine = name.get((delivery, kind)), waiting.get(delivery)
            if known is not None:
                sequence.append(known)
            elif mine is not None and mine not in taken and delivery in whole:
                sequence.append(number + mine + (len(waiting) if kind == Kind.DROPOFF else 0))
                found.add(mine)
        if not found:
            return
        if [s for s in sequence if s < number] != old or sequence[:pinned] != old[:pinned]:
            sequence = old + [s for s in sequence if s >= number]
        taken |= found
        self.home[sorted(found)] = row
        self.stops[row] = sequence
        self.longest_planned = max(self.longest_planned, len(found))

    def of(self, row: int) -> list[int]:
        """Return the stops of one row."""
        known = self.stops.get(row)
        if known is not None:
            return known
        return list(range(self._stops_from[row], self._stops_from[row + 1]))


def _whole(wanted: list[tuple[bytes, int]]) -> set[bytes]:
    """Return the deliveries with one pickup and then one dropoff: no others can be gone on with."""
    kinds: dict[bytes, list[int]] = {}
    for delivery, kind in wanted:
        kinds.setdefault(delivery, []).append(kind)
    both = [int(Kind.PICKUP), int(Kind.DROPOFF)]
    return {delivery for delivery, found in kinds.items() if found == both}
