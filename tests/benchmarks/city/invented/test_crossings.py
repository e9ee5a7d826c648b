"""Streets cut at their crossings, and the graph made of them."""

import random

import pytest
from shapely import LineString

from benchmarks.city.invented.crossings import Piece, cut, graph
from benchmarks.city.invented.ground import Warp, unevenness
from benchmarks.city.invented.plan import Street
from geo.point import Plane, Point

FLAT = Warp(())
PLANE = Plane(Point(41.15, -8.61))


def street(*points: tuple[float, float], kind: str = "minor") -> Street:
    return Street(LineString(points), kind, f"{kind} street")


CROSS = (
    street((-500, 0), (500, 0), kind="primary"),
    street((0, -500), (0, 500)),
)


def test_streets_are_cut_where_they_cross() -> None:
    pieces = cut(CROSS, 0.0, FLAT, seed=1)
    assert sorted(piece.line.length for piece in pieces) == [500] * 4
    assert sorted(piece.kind for piece in pieces) == ["minor", "minor", "primary", "primary"]


def test_a_stretch_two_streets_share_is_of_the_greater_one() -> None:
    pieces = cut((*CROSS, street((-500, 0), (500, 0))), 0.0, FLAT, seed=1)
    assert sorted(piece.kind for piece in pieces) == ["minor", "minor", "primary", "primary"]


def test_only_minor_pieces_are_left_out() -> None:
    pieces = cut(CROSS, 1.0, FLAT, seed=1)
    assert {piece.kind for piece in pieces} == {"primary"}


def test_short_dead_ends_are_left_out_and_long_ones_stay() -> None:
    pieces = cut((*CROSS, street((200, 0), (200, 30)), street((300, 0), (300, 90))), 0.0, FLAT, 1)
    lengths = sorted(round(piece.line.length) for piece in pieces)
    assert 30 not in lengths
    assert 90 in lengths


def test_the_graph_joins_pieces_at_their_crossing() -> None:
    roads = graph(cut(CROSS, 0.0, FLAT, seed=1), PLANE)
    west = roads.nearest_node(PLANE.point_at(-500, 0))
    north = roads.nearest_node(PLANE.point_at(0, 500))
    path = roads.path(west, north)
    assert path.metres == pytest.approx(1000, rel=1e-3)
    assert path.seconds == pytest.approx(500 / 12 + 500 / 7, rel=1e-3)


def test_bent_pieces_still_meet() -> None:
    pieces = cut(CROSS, 0.0, unevenness(random.Random(1)), seed=1)
    roads = graph(pieces, PLANE)
    places = sum(len(piece.line.coords) for piece in pieces) - 3  # four ends are one crossing
    assert len(roads) == places


def test_a_single_piece_is_a_road_both_ways() -> None:
    roads = graph([Piece(LineString([(0, 0), (700, 0)]), "trunk", "")], PLANE)
    assert roads.path(0, 1).metres == roads.path(1, 0).metres == pytest.approx(700)
