"""What stands between the streets of an invented city: parks, and houses along the kerb."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from benchmarks.city.invented.crossings import Piece

_KERB_M = 8.0  # from the middle of the street to the house front
_DEPTH_M = 13.0
_LARGEST_HOUSE_M2 = 6000.0
_SMALLEST_HOUSE_M2 = 60.0
_SMALLEST_BLOCK_M2 = 600.0
_LARGEST_BLOCK_M2 = 150_000.0


@dataclass(frozen=True, slots=True)
class Blocks:
    """Areas enclosed by streets, in metres around the city's centre."""

    built: tuple[Polygon, ...]
    green: tuple[Polygon, ...]


def blocks(pieces: list[Piece], greens: BaseGeometry, water: BaseGeometry) -> Blocks:
    """Return the areas between the streets, those in a green apart; none on the water."""
    faces = shapely.get_parts(shapely.polygonize([piece.line for piece in pieces]))
    middles = shapely.point_on_surface(faces)
    shapely.prepare(water)
    shapely.prepare(greens)
    dry = ~shapely.intersects(water, middles) & (shapely.area(faces) >= _SMALLEST_BLOCK_M2)
    green = dry & shapely.intersects(greens, middles)
    built = dry & ~green & (shapely.area(faces) <= _LARGEST_BLOCK_M2)
    return Blocks(tuple(faces[built]), tuple(faces[green]))


def lawns(green: tuple[Polygon, ...]) -> list[BaseGeometry]:
    """Return the grass of green blocks: up to the kerb."""
    return [block.buffer(-_KERB_M, join_style="mitre") for block in green]


def houses(rng: random.Random, built: tuple[Polygon, ...], radius_m: float) -> Iterator[Polygon]:
    """Yield houses: closed rows around courtyards in the centre, ever looser rows further out."""
    for block in built:
        away = min(1.0, math.hypot(block.centroid.x, block.centroid.y) / radius_m)
        front = block.buffer(-_KERB_M, join_style="mitre")
        rows = front.difference(front.buffer(-_DEPTH_M, join_style="mitre"))
        if rows.is_empty:
            continue
        gaps = _gaps(rng, front, away)
        if gaps:
            rows = rows.difference(shapely.union_all(gaps))
        empty_share = 0.04 + 0.4 * away**2
        for house in shapely.get_parts(rows):
            fits = _SMALLEST_HOUSE_M2 <= house.area <= _LARGEST_HOUSE_M2
            if fits and rng.random() >= empty_share:
                yield house


def _gaps(rng: random.Random, front: BaseGeometry, away: float) -> list[BaseGeometry]:
    """Return strips across the rows, closer and wider the further out."""
    strips: list[BaseGeometry] = []
    house_m, gap_m = 55.0 - 33.0 * away, 0.5 + 7.0 * away
    for part in shapely.get_parts(front):
        if not isinstance(part, Polygon):
            continue
        ring = part.exterior
        stops = np.arange(rng.uniform(0.3, 1.0) * house_m, ring.length, house_m)
        if len(stops) == 0:
            continue
        here = shapely.get_coordinates(shapely.line_interpolate_point(ring, stops))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(ring, stops + 0.5))
        along = (ahead - here) / 0.5
        across = np.column_stack([-along[:, 1], along[:, 0]]) * (_DEPTH_M + 2.0)
        ends = np.stack([here - across, here + across], axis=1)
        strips += list(
            shapely.buffer([LineString(pair) for pair in ends], gap_m / 2, cap_style="flat")
        )
    return strips
