"""From planned streets to pieces between crossings, and from pieces to a road graph."""

import random
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString

from benchmarks.city.invented.ground import Warp
from benchmarks.city.invented.plan import Street
from geo.feature import ROAD_KINDS
from geo.point import Plane
from geo.roads import RoadGraph, graph_of

_GRID_M = 0.5  # places nearer than this are one crossing
_STUB_M = 45.0  # shorter dead ends are left out
_RANK = {kind: rank for rank, kind in enumerate(ROAD_KINDS)}
_SPEED_MPS = {"trunk": 16.0, "primary": 12.0, "secondary": 11.0, "tertiary": 9.5, "minor": 7.0}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one street between two crossings, in metres around the city's centre."""

    line: LineString
    kind: str
    name: str


def cut(streets: tuple[Street, ...], gap_share: float, warp: Warp, seed: int) -> list[Piece]:
    """Return the streets cut where they meet, then bent.

    A share of the minor pieces is left out, which makes blocks of many shapes.
    """
    network = shapely.unary_union([street.line for street in streets], grid_size=_GRID_M)
    lines = shapely.get_parts(network)
    tree = shapely.STRtree([street.line for street in streets])
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    best: dict[int, Street] = {}
    pairs = tree.query(middles, predicate="dwithin", distance=2 * _GRID_M).T.tolist()
    for piece, at in pairs:
        if piece not in best or _RANK[streets[at].kind] < _RANK[best[piece].kind]:
            best[piece] = streets[at]
    rng = random.Random(seed)
    pieces = [
        Piece(lines[number], street.kind, street.name)
        for number, street in sorted(best.items())
        if street.kind != "minor" or rng.random() >= gap_share
    ]
    pieces = _without_stubs(pieces)
    bent = warp.bend(np.array([piece.line for piece in pieces]))
    return [Piece(line, piece.kind, piece.name) for line, piece in zip(bent, pieces, strict=True)]


def graph(pieces: list[Piece], plane: Plane) -> RoadGraph:
    """Return the pieces as a road graph; every road may be used both ways."""
    xy, piece_of = shapely.get_coordinates(
        np.array([piece.line for piece in pieces]), return_index=True
    )
    places, node_of = np.unique(np.round(xy, 2), axis=0, return_inverse=True)
    node_of = node_of.reshape(-1)
    joined = piece_of[:-1] == piece_of[1:]
    starts, ends = node_of[:-1][joined], node_of[1:][joined]
    lengths = np.hypot(*(places[starts] - places[ends]).T)
    speeds = np.array([_SPEED_MPS[piece.kind] for piece in pieces])[piece_of[:-1][joined]]
    points = plane.to_points(places)
    return graph_of(
        points[:, 0],
        points[:, 1],
        np.concatenate([starts, ends]),
        np.concatenate([ends, starts]),
        np.concatenate([lengths, lengths]),
        np.concatenate([speeds, speeds]),
    )


def _without_stubs(pieces: list[Piece]) -> list[Piece]:
    """Leave out short dead ends until there are none."""
    while True:
        ends = [_ends(piece) for piece in pieces]
        meeting: dict[tuple[float, float], int] = {}
        for pair in ends:
            for end in pair:
                meeting[end] = meeting.get(end, 0) + 1
        kept = [
            piece
            for piece, pair in zip(pieces, ends, strict=True)
            if piece.line.length >= _STUB_M or min(meeting[end] for end in pair) > 1
        ]
        if len(kept) == len(pieces):
            return pieces
        pieces = kept


def _ends(piece: Piece) -> tuple[tuple[float, float], tuple[float, float]]:
    coordinates: NDArray[np.float64] = shapely.get_coordinates(piece.line)
    first, last = coordinates[0].tolist(), coordinates[-1].tolist()
    return (first[0], first[1]), (last[0], last[1])
