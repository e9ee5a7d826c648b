"""The streets of the city that is played: from an OpenStreetMap extract, or invented."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve

from benchmarks.city.invented.city import invent
from geo.box import Box, box_around
from geo.extract import features
from geo.feature import Feature
from geo.map_file import MapFileError
from geo.point import Plane, Point
from geo.road_cache import load_roads
from geo.roads import RoadGraph

OPENSTREETMAP = "© OpenStreetMap contributors"
INVENTED = "generated streets"
_BIN_M = 250.0
_WIDEST_BINS = 1024  # an extract of a whole country is looked at in coarser steps
_FEWEST_NODES = 50


@dataclass(frozen=True, slots=True)
class Streets:
    """Where couriers drive: roads within a circle, and what a basemap draws of the same place.

    `features` reads or returns what to draw inside `box`; reading an extract takes seconds.
    `attribution` must be shown wherever the map is.
    """

    name: str
    centre: Point
    radius_m: float
    roads: RoadGraph
    attribution: str
    features: Callable[[], Iterator[Feature]]

    @property
    def box(self) -> Box:
        """The box that holds the circle."""
        return box_around(self.centre, self.radius_m)


def streets_of_map(map_file: Path, cache_folder: Path, radius_m: float = 6000.0) -> Streets:
    """Return the roads of the busiest circle of an extract; read once, then kept in the cache.

    Raises MapFileError when the extract cannot be used.
    """
    roads = load_roads(map_file, cache_folder)
    centre = densest_centre(roads, radius_m)
    try:
        inside = roads.within(centre, radius_m)
    except ValueError:
        inside = None
    if inside is None or len(inside) < _FEWEST_NODES:
        raise MapFileError(
            f"{map_file} has no town within {radius_m:g} m: give a larger extract or radius"
        )
    name = map_file.name.split(".")[0]
    box = box_around(centre, radius_m)
    return Streets(name, centre, radius_m, inside, OPENSTREETMAP, lambda: features(map_file, box))


def invented_streets(centre: Point, radius_m: float, seed: int) -> Streets:
    """Return the streets of a city that exists nowhere; the same seed gives the same streets.

    Raises ValueError for a radius outside 1.5 to 10 km, or a centre too near a pole.
    """
    city = invent(centre, radius_m, seed)
    return Streets(city.name, centre, radius_m, city.roads, INVENTED, city.features)


def densest_centre(roads: RoadGraph, radius_m: float) -> Point:
    """Return the middle of the circle that holds the most road nodes.

    Nodes are counted in square bins and the counts summed over the circle around each bin. Of
    equally good circles (a town smaller than the circle) the one nearest to the middle of that
    town's nodes is taken.
    """
    plane = Plane(Point(float(np.median(roads.lats)), float(np.median(roads.lngs))))
    xy = plane.to_xy(roads.lats, roads.lngs)
    low, high = xy.min(axis=0), xy.max(axis=0)
    bin_m = max(_BIN_M, float((high - low).max()) / _WIDEST_BINS)
    bins = np.maximum(1, np.ceil((high - low) / bin_m).astype(int))
    counts, edges_x, edges_y = np.histogram2d(xy[:, 0], xy[:, 1], bins=bins.tolist())
    reach = int(radius_m // bin_m)
    steps = np.arange(-reach, reach + 1)
    disc = np.hypot(steps[:, None], steps[None, :]) * bin_m <= radius_m
    sums = np.rint(fftconvolve(counts, disc.astype(float), mode="same"))
    middles = np.stack(
        np.meshgrid(*((edges[:-1] + edges[1:]) / 2 for edges in (edges_x, edges_y)), indexing="ij")
    ).reshape(2, -1)
    best = middles[:, sums.reshape(-1) == sums.max()]
    first = best[:, 0]
    town = xy[np.hypot(*(xy.T - first[:, None])) <= radius_m + bin_m].mean(axis=0)
    at_x, at_y = best[:, np.hypot(*(best - town[:, None])).argmin()]
    return plane.point_at(float(at_x), float(at_y))
