"""Which way a robot takes from one place to another: along the streets, or as the crow flies."""

from typing import Protocol

from geo.point import Point, distance_m
from geo.polyline import Line, line_of
from geo.roads import RoadGraph


class Ways(Protocol):
    """Finds ways."""

    def way(self, start: Point, goal: Point) -> Line:
        """Return the line to move along; it begins and ends exactly at the two places."""
        ...


class StreetWays:
    """The quickest way along the streets, and the few steps from and to the kerb."""

    def __init__(self, roads: RoadGraph) -> None:
        """Move on these streets."""
        self._roads = roads

    def way(self, start: Point, goal: Point) -> Line:
        """Return the quickest way; places on the same corner are joined directly."""
        roads = self._roads
        first, last = roads.nearest_node(start), roads.nearest_node(goal)
        near = distance_m(start, roads.point(first)) + distance_m(roads.point(last), goal)
        if first == last or distance_m(start, goal) <= near:
            return line_of([start, goal])
        nodes = roads.path(first, last).nodes.tolist()
        return line_of([start, *(roads.point(node) for node in nodes), goal])


class StraightWays:
    """The straight line, as published instances measure travel."""

    def way(self, start: Point, goal: Point) -> Line:
        """Return the straight line."""
        return line_of([start, goal])
