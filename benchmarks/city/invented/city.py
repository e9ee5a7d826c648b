"""An invented city, whole: its road graph and what a basemap draws of it, from one seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from benchmarks.city.invented.blocks import blocks, houses, lawns
from benchmarks.city.invented.crossings import Piece, cut, graph
from benchmarks.city.invented.ground import Ground, Warp, lay_ground, unevenness
from benchmarks.city.invented.names import city_name, district_names, park_names
from benchmarks.city.invented.plan import Plan, draw_plan
from geo.feature import Feature, Layer
from geo.point import Plane, Point
from geo.roads import RoadGraph

_Drawn = tuple[Layer, str, str, BaseGeometry]  # layer, kind, name, shape in metres

_MISSING_STREETS = 0.11
_MOST_DISTRICTS = 14


@dataclass(frozen=True, slots=True)
class City:
    """A city that exists nowhere; its houses are only built when `features` is called."""

    name: str
    roads: RoadGraph
    features: Callable[[], Iterator[Feature]]


def invent(centre: Point, radius_m: float, seed: int) -> City:
    """Return a city of a radius around a centre; the same seed gives the same city.

    Raises ValueError for a radius outside 1.5 to 10 km, or a centre too near a pole.
    """
    if not 1500.0 <= radius_m <= 10_000.0:
        raise ValueError(f"an invented city has a radius of 1500 to 10000 m, not {radius_m:g}")
    if not abs(centre.lat) <= 75.0:
        raise ValueError("an invented city lies between latitude -75 and 75")
    rng = random.Random(seed)
    name = city_name(rng)
    ground, warp = lay_ground(rng, radius_m), unevenness(rng)
    plan = draw_plan(rng, radius_m, ground)
    pieces = cut(plan.streets, _MISSING_STREETS, warp, rng.randrange(1 << 30))
    plane = Plane(centre)
    drawing_seed = rng.randrange(1 << 30)

    def features() -> Iterator[Feature]:
        drawing = random.Random(drawing_seed)
        drawn = [
            *_areas(drawing, ground, warp, plan, pieces, radius_m),
            *_roads(pieces),
            *_places(drawing, name, warp.bend(np.array(plan.sectors)), radius_m),
        ]
        return _features(plane, drawn)

    return City(name, graph(pieces, plane), features)


def _areas(
    rng: random.Random,
    ground: Ground,
    warp: Warp,
    plan: Plan,
    pieces: list[Piece],
    radius_m: float,
) -> Iterator[_Drawn]:
    water = warp.bend(ground.water)
    between = blocks(pieces, warp.bend(shapely.union_all(list(ground.greens))), water)
    names = park_names(rng)
    disc = shapely.Point(0.0, 0.0).buffer(radius_m * 1.1)
    yield Layer.AREAS, "water", f"River {next(names).split()[0]}", water.intersection(disc)
    for sector in warp.bend(np.array(plan.sectors)):
        yield Layer.AREAS, "landuse", "", sector.difference(water)
    for lawn in lawns(between.green):
        yield Layer.AREAS, "park", next(names), lawn
    for house in houses(rng, between.built, radius_m):
        yield Layer.AREAS, "building", "", house


def _roads(pieces: list[Piece]) -> Iterator[_Drawn]:
    """Yield each street once: its pieces joined, so that its name is written along all of it."""
    parts: dict[tuple[str, str], list[BaseGeometry]] = {}
    for piece in pieces:
        parts.setdefault((piece.kind, piece.name), []).append(piece.line)
    for (kind, name), lines in parts.items():
        yield Layer.ROADS, kind, name, shapely.line_merge(shapely.multilinestrings(lines))


def _places(
    rng: random.Random, city: str, sectors: NDArray[np.object_], radius_m: float
) -> Iterator[_Drawn]:
    """Yield the city's name at its centre and names of districts that do not crowd each other."""
    yield Layer.PLACES, "city", city, shapely.Point(0.0, 0.0)
    names = district_names(rng)
    taken = [shapely.Point(0.0, 0.0)]
    for sector in sorted(sectors, key=shapely.area, reverse=True):
        at = sector.representative_point()
        if all(at.distance(other) > radius_m * 0.25 for other in taken):
            taken.append(at)
            yield Layer.PLACES, "suburb", next(names), at
        if len(taken) > _MOST_DISTRICTS:
            return


def _features(plane: Plane, drawn: list[_Drawn]) -> Iterator[Feature]:
    """Yield what was drawn in metres, in degrees; what is too thin to be anything is left out."""
    shapes = shapely.transform(
        np.array([shape for *_, shape in drawn]), lambda xy: plane.to_points(xy)[:, ::-1]
    )
    for (layer, kind, name, _), shape in zip(drawn, shapes, strict=True):
        if not shape.is_empty:
            yield Feature(layer, kind, name, shapely.to_wkb(shape))
