"""Paths on a road graph, against Dijkstra by hand."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.point import Plane, Point, distance_m, offset
from geo.roads import RoadGraph, graph_of

CENTRE = Point(41.15, -8.61)
Edge = tuple[int, int, float, float]  # from, to, metres, metres per second


def build(places_m: list[tuple[float, float]], edges: list[Edge]) -> RoadGraph:
    """Make a graph of places (east, north) around the centre."""
    points = Plane(CENTRE).to_points(places_m)
    sources, targets, lengths, speeds = (np.array(column) for column in zip(*edges, strict=True))
    return graph_of(
        points[:, 0],
        points[:, 1],
        sources.astype(np.int32),
        targets.astype(np.int32),
        lengths.astype(float),
        speeds.astype(float),
    )


def both(edges: list[Edge]) -> list[Edge]:
    return edges + [(b, a, metres, speed) for a, b, metres, speed in edges]


def quickest_s(edges: list[Edge], start: int, goal: int) -> float:
    """Dijkstra by hand over a list of edges: slow and obvious."""
    best, queue = {start: 0.0}, [(0.0, start)]
    while queue:
        at_s, node = heapq.heappop(queue)
        for a, b, metres, speed in edges:
            if a == node and at_s + metres / speed < best.get(b, math.inf):
                best[b] = at_s + metres / speed
                heapq.heappush(queue, (best[b], b))
    return best.get(goal, math.inf)


SQUARE_M = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0)]
AROUND = [(0, 1, 1000, 10), (1, 2, 1000, 10), (2, 3, 1000, 10), (3, 0, 1000, 10)]


def test_the_path_follows_the_roads() -> None:
    path = build(SQUARE_M, both(AROUND)).path(0, 2)
    assert len(path.nodes) == 3
    assert path.nodes[0] == 0
    assert path.nodes[-1] == 2
    assert (path.metres, path.seconds) == (2000, 200)


def test_a_one_way_street_is_not_driven_against() -> None:
    roads = build(SQUARE_M, AROUND)
    assert roads.path(0, 1).nodes.tolist() == [0, 1]
    assert roads.path(1, 0).nodes.tolist() == [1, 2, 3, 0]


def test_the_quicker_way_is_taken_even_when_it_is_longer() -> None:
    slow, fast = 2.0, 20.0
    edges = both([(0, 1, 1000, slow), (1, 2, 1000, fast), (2, 3, 1000, fast), (3, 0, 1000, fast)])
    path = build(SQUARE_M, edges).path(0, 1)
    assert path.nodes.tolist() == [0, 3, 2, 1]
    assert (path.metres, path.seconds) == (3000, 150)


def test_the_path_to_where_one_is_is_nothing() -> None:
    path = build(SQUARE_M, AROUND).path(3, 3)
    assert (path.nodes.tolist(), path.metres, path.seconds) == ([3], 0, 0)


def test_a_way_much_longer_than_the_straight_line_is_found() -> None:
    around_m = 500_000.0
    roads = build([(0, 0), (1, 0), (500, 0)], [(0, 1, 1, 5), (1, 2, around_m, 5), (2, 0, 500, 5)])
    assert roads.path(1, 0).metres == around_m + 500


def test_of_two_roads_between_the_same_nodes_the_quicker_stays() -> None:
    roads = build(SQUARE_M[:2], [(0, 1, 900, 5), (0, 1, 1000, 10), (1, 0, 1000, 10)])
    assert roads.path(0, 1).seconds == 100
    assert len(roads.targets) == 2


def test_only_the_largest_part_in_which_one_can_come_back_stays() -> None:
    places = [*SQUARE_M, (1500.0, 0.0), (5000.0, 0.0), (5100.0, 0.0)]
    dead_end, island = [(1, 4, 500, 10)], both([(5, 6, 100, 10)])
    roads = build(places, AROUND + dead_end + island)
    assert len(roads) == 4
    assert distance_m(roads.point(1), offset(CENTRE, 0, 1000)) < 2


def test_nodes_at_one_place_stay_connected() -> None:
    edges = both([(0, 1, 0.0, 10), (1, 2, 1000, 10)])
    roads = build([(0, 0), (0, 0), (1000, 0)], edges)
    assert roads.path(0, 2).nodes.tolist() == [0, 1, 2]


@pytest.mark.parametrize("edges", [[(0, 0, 5, 5)], [(0, 1, 5, 5)]])
def test_roads_that_lead_nowhere_are_no_graph(edges: list[Edge]) -> None:
    with pytest.raises(ValueError, match="there are no roads"):
        build(SQUARE_M, edges)


def test_a_road_needs_a_speed() -> None:
    with pytest.raises(ValueError, match="speed above 0"):
        build(SQUARE_M, [(0, 1, 5, 0)])


@pytest.mark.parametrize("node", [-1, 4])
def test_a_node_that_does_not_exist_is_refused(node: int) -> None:
    roads = build(SQUARE_M, AROUND)
    with pytest.raises(IndexError, match="not one of the graph's 4"):
        roads.path(node, 0)
    with pytest.raises(IndexError):
        roads.path(0, node)


def test_the_nearest_node_is_the_nearest_of_all() -> None:
    roads = build(SQUARE_M, AROUND)
    assert roads.nearest_node(offset(CENTRE, 510, 490)) == 3
    assert roads.nearest_node(offset(CENTRE, 90_000, 90_000)) == 2


def test_nobody_stops_beside_a_motorway() -> None:
    fast, slow = 25.0, 8.0
    edges = both([(0, 1, 1000, fast), (1, 2, 1000, fast), (2, 3, 1000, slow)])
    roads = build(SQUARE_M, edges)
    assert roads.nearest_node(CENTRE) == 3


def test_where_there_are_only_motorways_one_stops_there() -> None:
    roads = build(SQUARE_M[:2], both([(0, 1, 1000, 25.0)]))
    assert roads.nearest_node(CENTRE) == 0


def test_a_circle_keeps_what_lies_inside() -> None:
    places = [*SQUARE_M, (9000.0, 0.0)]
    roads = build(places, AROUND + both([(1, 4, 8000, 10)]))
    near = roads.within(CENTRE, 2000)
    assert len(near) == 4
    assert near.path(1, 0).metres == roads.path(1, 0).metres
    with pytest.raises(ValueError, match="there are no roads"):
        roads.within(CENTRE, 100)


def test_the_nearest_node_is_found_across_the_antimeridian() -> None:
    roads = graph_of(
        np.array([0.0, 0.0]),
        np.array([-179.999, 170.0]),
        np.array([0, 1]),
        np.array([1, 0]),
        np.array([1e6, 1e6]),
        np.array([10.0, 10.0]),
    )
    assert roads.nearest_node(Point(0.0, 179.999)) == 0


EDGES = st.lists(
    st.tuples(
        st.integers(0, 7), st.integers(0, 7), st.floats(1, 9000), st.sampled_from([3.0, 9.0, 27.0])
    ),
    max_size=20,
)


@settings(max_examples=60)
@given(EDGES, st.integers(0, 7), st.integers(0, 7))
def test_paths_are_as_quick_as_those_found_by_hand(
    extra: list[Edge], start: int, goal: int
) -> None:
    ring = [(node, (node + 1) % 8, 700.0, 5.0) for node in range(8)]
    places = [(600 * math.cos(n * math.pi / 4), 600 * math.sin(n * math.pi / 4)) for n in range(8)]
    edges = ring + [edge for edge in extra if edge[0] != edge[1]]
    path = build(places, edges).path(start, goal)
    assert path.seconds == pytest.approx(quickest_s(edges, start, goal))
    assert path.nodes[0] == start
    assert path.nodes[-1] == goal
    steps = {(a, b) for a, b, *_ in edges}
    assert set(zip(path.nodes[:-1].tolist(), path.nodes[1:].tolist(), strict=True)) <= steps
