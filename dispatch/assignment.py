"""Who gets what: deliveries to couriers by min-cost flow over the pairs that were priced."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.columns import Bytes16

_Longs = NDArray[np.int64]
_MOST_TIE_BITS = 20
# OR-Tools multiplies costs by the number of nodes and keeps prices of several times that.
_LARGEST_SCALED = 2**59


@dataclass(frozen=True, slots=True)
class Arcs:
    """Priced pairs as columns: row of the delivery, row of the courier, cost, tie-break bits."""

    delivery: _Longs
    courier: _Longs
    cost_ms: _Longs
    tie: _Longs


def assign(arcs: Arcs, leave_ms: _Longs, couriers: int) -> _Longs:
    """Return the courier row per delivery, -1 for none: each courier has at most one.

    As many deliveries as possible are served; among those choices the sum of costs, and of
    `leave_ms` over the deliveries left, is least; among those the sum of hashed ties. So the
    result does not depend on the order of anything, nor on the solver. (Costs beyond what fits
    in 64 bits after scaling are cut off: such pairs are all equally bad.)

    The flow is solved by OR-Tools: cost scaling push-relabel, A. V. Goldberg 1997.
    """
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415 - slow to import, only here

    deliveries = len(leave_ms)
    chosen = np.full(deliveries, -1, np.int64)
    if not deliveries or not len(arcs.cost_ms):
        return chosen
    sink = deliveries + couriers
    cost, leave = _scaled(arcs, leave_ms, nodes=sink + 1)
    served, used = np.arange(deliveries), np.unique(arcs.courier)
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([arcs.delivery, served, deliveries + used]).astype(np.int32),
        np.concatenate([deliveries + arcs.courier, np.full(deliveries + len(used), sink)]).astype(
            np.int32
        ),
        np.ones(len(cost) + deliveries + len(used), np.int64),
        np.concatenate([cost, leave, np.zeros(len(used), np.int64)]),
    )
    flow.set_nodes_supplies(served.astype(np.int32), np.ones(deliveries, np.int64))
    flow.set_node_supply(sink, -deliveries)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow has a solution by construction, but OR-Tools says {status}")
    taken = np.flatnonzero(flow.flows(np.arange(len(cost), dtype=np.int32)) > 0)
    chosen[arcs.delivery[taken]] = arcs.courier[taken]
    return chosen


def ties(
    deliveries: Bytes16, couriers: Bytes16, of_delivery: _Longs, of_courier: _Longs, seed: int
) -> _Longs:
    """Return hashed bits per pair of ids: the same in every tick with this seed.

    The mixing is that of splitmix64 (Steele, Lea, Flood 2014).
    """
    start = np.array([seed], np.uint64)
    first, second = (_mixed(_folded(ids) ^ _mixed(start)) for ids in (deliveries, couriers))
    pair = _mixed(first[of_delivery] + (_mixed(second)[of_courier] << np.uint64(1)))
    return (pair >> np.uint64(64 - _MOST_TIE_BITS)).astype(np.int64)


def _folded(ids: Bytes16) -> NDArray[np.uint64]:
    halves = np.ascontiguousarray(ids).view("<u8").reshape(-1, 2)
    folded: NDArray[np.uint64] = _mixed(halves[:, 0]) + halves[:, 1]
    return folded


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _scaled(arcs: Arcs, leave_ms: _Longs, nodes: int) -> tuple[_Longs, _Longs]:
    """Return costs from 0 up in which serving beats leaving and ties decide only among equals."""
    rows = len(leave_ms)
    # The least cost of each row can be taken off all its arcs without changing the choice.
    least = leave_ms.copy()
    np.minimum.at(least, arcs.delivery, arcs.cost_ms)
    cost, leave = arcs.cost_ms - least[arcs.delivery], leave_ms - least
    largest = _LARGEST_SCALED // nodes
    most = max(1, largest // (4 * rows * rows))
    cost, leave = np.minimum(cost, most), np.minimum(leave, most)
    # Serving one more may move every other delivery to its worst courier and still must pay.
    serve = rows * int(max(cost.max(), leave.max()) + 1)
    bits = _MOST_TIE_BITS
    while bits and (serve * 2 * rows) << bits > largest:
        bits -= 1
    tie = arcs.tie >> (_MOST_TIE_BITS - bits)
    unit = rows << bits
    return cost * unit + tie, (leave + serve) * unit
