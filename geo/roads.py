"""A city's roads as a graph of arrays: the nearest node to a place, the quickest path."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from geo.point import EARTH_RADIUS_M, Point, distance_m, distances_m

# Two nodes at one place still need an edge that a sparse matrix does not take for none.
_SHORTEST_EDGE_M = 0.1
# The first search reaches as far as a leg usually is from its straight line, at a town's speed.
_FIRST_REACH = 1.6
_TOWN_SPEED_MPS = 7.0
_LEAST_REACH_S = 60.0
# Nobody hands anything over beside a road that is driven faster than this.
_STREET_SPEED_MPS = 13.0


@dataclass(frozen=True, slots=True)
class RoadPath:
    """The quickest way between two nodes: its nodes from first to last, its length and duration."""

    nodes: NDArray[np.int32]
    metres: float
    seconds: float


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Road nodes and directed edges, every node reachable from every other.

    `lats`, `lngs`: float64 (n,), degrees. Edges in CSR form: those that leave node i are
    `offsets[i]` up to `offsets[i + 1]` of `targets` int32 (m,), `lengths_m` float64 (m,) and
    `speeds_mps` float64 (m,), ascending by target, at most one per pair of nodes.
    Build one with `graph_of`.
    """

    lats: NDArray[np.float64]
    lngs: NDArray[np.float64]
    offsets: NDArray[np.int32]
    targets: NDArray[np.int32]
    lengths_m: NDArray[np.float64]
    speeds_mps: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.lats)

    def point(self, node: int) -> Point:
        """Return the place of a node."""
        return Point(float(self.lats[node]), float(self.lngs[node]))

    def nearest_node(self, point: Point) -> int:
        """Return the node of a street nearest to a place, by great-circle distance.

        A node where only motorways and the like meet is no place to stop at and is left out.
        """
        found = self._tree.query(_on_sphere(point.lat, point.lng))[1]
        return int(self._street_nodes[found])

    def path(self, start: int, goal: int) -> RoadPath:
        """Return the quickest path between two nodes (Dijkstra 1959, from SciPy).

        The search stops at a reach estimated from the straight line and widens it when that was
        too short. Raises IndexError when a node does not exist.
        """
        for node in (start, goal):
            if not 0 <= node < len(self):
                raise IndexError(f"node {node} is not one of the graph's {len(self)}")
        straight_m = distance_m(self.point(start), self.point(goal))
        reach_s = _LEAST_REACH_S + _FIRST_REACH * straight_m / _TOWN_SPEED_MPS
        while True:
            seconds, before = dijkstra(
                self._seconds, indices=start, limit=reach_s, return_predecessors=True
            )
            if math.isfinite(seconds[goal]):
                break
            reach_s *= 2
        nodes = [goal]
        while nodes[-1] != start:
            nodes.append(int(before[nodes[-1]]))
        way = np.array(nodes[::-1], dtype=np.int32)
        edges = self._edges(way[:-1], way[1:])
        return RoadPath(way, float(self.lengths_m[edges].sum()), float(seconds[goal]))

    def within(self, centre: Point, radius_m: float) -> "RoadGraph":
        """Return the graph of the roads inside a circle.

        Raises ValueError when there are none.
        """
        inside = distances_m(self.lats, self.lngs, centre) <= radius_m
        sources = self._sources
        kept = inside[sources] & inside[self.targets]
        return graph_of(
            self.lats,
            self.lngs,
            sources[kept],
            self.targets[kept],
            self.lengths_m[kept],
            self.speeds_mps[kept],
        )

    @cached_property
    def _sources(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.offsets))

    @cached_property
    def _seconds(self) -> csr_matrix:
        durations = self.lengths_m / self.speeds_mps
        return csr_matrix((durations, self.targets, self.offsets), shape=(len(self), len(self)))

    @cached_property
    def _tree(self) -> KDTree:
        street_nodes = self._street_nodes
        return KDTree(_on_sphere(self.lats[street_nodes], self.lngs[street_nodes]).T)

    @cached_property
    def _street_nodes(self) -> NDArray[np.intp]:
        slow = self.speeds_mps <= _STREET_SPEED_MPS
        on_street = np.zeros(len(self), dtype=bool)
        on_street[self._sources[slow]] = True
        on_street[self.targets[slow]] = True
        return np.flatnonzero(on_street if on_street.any() else ~on_street)

    def _edges(self, sources: NDArray[np.int32], targets: NDArray[np.int32]) -> NDArray[np.intp]:
        """Return the index of the edge between each pair of neighbouring nodes."""
        return np.searchsorted(self._edge_keys, sources.astype(np.int64) * len(self) + targets)

    @cached_property
    def _edge_keys(self) -> NDArray[np.int64]:
        return self._sources.astype(np.int64) * len(self) + self.targets


def graph_of(
    lats: NDArray[np.float64],
    lngs: NDArray[np.float64],
    sources: NDArray[np.integer],
    targets: NDArray[np.integer],
    lengths_m: NDArray[np.float64],
    speeds_mps: NDArray[np.float64],
) -> RoadGraph:
    """Return the graph of directed edges (m,) over nodes (n,), cut to its largest part.

    That is the largest part in which every node can be reached from every other; nodes are
    numbered anew in their old order. Of several edges between two nodes the quickest stays.

    Raises ValueError when nothing is left.
    """
    sources, targets, lengths_m, speeds_mps = _quickest_edges(
        sources, targets, np.maximum(lengths_m, _SHORTEST_EDGE_M), speeds_mps
    )
    if len(sources) == 0:
        raise ValueError("there are no roads")
    shape = (len(lats), len(lats))
    links = csr_matrix((np.ones(len(sources)), (sources, targets)), shape=shape)
    _, part_of = connected_components(links, directed=True, connection="strong")
    largest = np.bincount(part_of).argmax()
    in_part = part_of == largest
    if np.count_nonzero(in_part) < 2:
        raise ValueError("there are no roads on which one can also come back")
    number = np.cumsum(in_part, dtype=np.int32) - 1
    kept = in_part[sources] & in_part[targets]
    offsets = np.zeros(int(in_part.sum()) + 1, dtype=np.int32)
    np.add.at(offsets, number[sources[kept]] + 1, 1)
    return RoadGraph(
        lats=lats[in_part],
        lngs=lngs[in_part],
        offsets=np.cumsum(offsets, dtype=np.int32),
        targets=number[targets[kept]].astype(np.int32),
        lengths_m=lengths_m[kept],
        speeds_mps=speeds_mps[kept],
    )


def _quickest_edges(
    sources: NDArray[np.integer],
    targets: NDArray[np.integer],
    lengths_m: NDArray[np.float64],
    speeds_mps: NDArray[np.float64],
) -> tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.float64], NDArray[np.float64]]:
    """Order edges by source and target and keep the quickest of each pair; no loops."""
    if not np.all(speeds_mps > 0):
        raise ValueError("every road needs a speed above 0")
    order = np.lexsort((lengths_m / speeds_mps, targets, sources))
    order = order[sources[order] != targets[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(sources[order]) != 0) | (np.diff(targets[order]) != 0)
    kept = order[first]
    return sources[kept], targets[kept], lengths_m[kept], speeds_mps[kept]


def _on_sphere(
    lat: float | NDArray[np.float64], lng: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return x, y, z in metres: in space the nearest is the nearest, at any longitude."""
    lat_rad, lng_rad = np.radians(lat), np.radians(lng)
    return EARTH_RADIUS_M * np.array([
        np.cos(lat_rad) * np.cos(lng_rad),
        np.cos(lat_rad) * np.sin(lng_rad),
        np.sin(lat_rad),
    ])
