"""The ground an invented city stands on: a river, places kept green, and a gentle unevenness.

Everything is planar: metres east (x) and north (y) of the city's centre.
"""

import math
import random
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

_STEP_M = 60.0  # between the points of a curve
_WAVES = 4


@dataclass(frozen=True, slots=True)
class Ground:
    """`river` runs right across; where a green reaches no minor street is built."""

    river: LineString
    river_width_m: float
    greens: tuple[Polygon, ...]

    @property
    def water(self) -> Polygon:
        """The river's surface."""
        return self.river.buffer(self.river_width_m / 2, quad_segs=4)


def lay_ground(rng: random.Random, radius_m: float) -> Ground:
    """Return a river that passes beside the centre, a large park and some small ones."""
    greens = [_blob(rng, radius_m * 0.12, _at(rng, radius_m * 0.42))]
    for _ in range(round(6 + radius_m / 600)):
        away_m = radius_m * math.sqrt(rng.uniform(0.02, 0.85))
        greens.append(_blob(rng, rng.uniform(110.0, 240.0), _at(rng, away_m)))
    return Ground(_river(rng, radius_m), rng.uniform(90.0, 140.0), tuple(greens))


@dataclass(frozen=True, slots=True)
class Warp:
    """A smooth shift of every place by some tens of metres: no street is quite straight."""

    waves: tuple[tuple[float, float, float, float], ...]  # per m east, per m north, phase, metres

    def bend(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape or an array of shapes, shifted; long edges get points in between first."""
        return shapely.transform(shapely.segmentize(shape, _STEP_M), self._shift)

    def _shift(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = xy.copy()
        for number, (east, north, phase, metres) in enumerate(self.waves):
            wave = metres * np.sin(xy[:, 0] * east + xy[:, 1] * north + phase)
            moved[:, number % 2] += wave
        return moved


def unevenness(rng: random.Random) -> Warp:
    """Return waves of 0.9 to 2.5 km length and 8 to 22 m height in random directions."""
    waves = []
    for _ in range(2 * _WAVES):
        turn, length_m = rng.uniform(0.0, math.tau), rng.uniform(900.0, 2500.0)
        east, north = math.cos(turn) * math.tau / length_m, math.sin(turn) * math.tau / length_m
        waves.append((east, north, rng.uniform(0.0, math.tau), rng.uniform(8.0, 22.0)))
    return Warp(tuple(waves))


def _river(rng: random.Random, radius_m: float) -> LineString:
    turn = rng.uniform(0.0, math.pi)
    aside_m = radius_m * rng.uniform(0.12, 0.25) * rng.choice((-1.0, 1.0))
    swings = [
        (radius_m * rng.uniform(0.08, 0.13), radius_m * rng.uniform(1.3, 2.0)),
        (radius_m * rng.uniform(0.02, 0.04), radius_m * rng.uniform(0.5, 0.8)),
    ]
    phases = [rng.uniform(0.0, math.tau) for _ in swings]
    along = np.arange(-1.5 * radius_m, 1.5 * radius_m, _STEP_M)
    across = np.full_like(along, aside_m)
    for (height_m, length_m), phase in zip(swings, phases, strict=True):
        across += height_m * np.sin(math.tau * along / length_m + phase)
    x = along * math.cos(turn) - across * math.sin(turn)
    y = along * math.sin(turn) + across * math.cos(turn)
    return LineString(np.column_stack([x, y]))


def _blob(rng: random.Random, size_m: float, at: tuple[float, float]) -> Polygon:
    """Return a long, rounded patch of roughly the size across its longer half."""
    turn, flat = rng.uniform(0.0, math.pi), rng.uniform(0.5, 0.8)
    circle = shapely.Point(0.0, 0.0).buffer(1.0, quad_segs=6)
    patch = shapely.affinity.scale(circle, size_m, size_m * flat)
    patch = shapely.affinity.rotate(patch, turn, origin=(0, 0), use_radians=True)
    return shapely.affinity.translate(patch, *at)


def _at(rng: random.Random, away_m: float) -> tuple[float, float]:
    turn = rng.uniform(0.0, math.tau)
    return away_m * math.cos(turn), away_m * math.sin(turn)
