"""The plan of an invented city: main roads first, then a street grid in each sector between them.

Everything is planar: metres east (x) and north (y) of the city's centre.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from benchmarks.city.invented.ground import Ground
from benchmarks.city.invented.names import avenue_names, street_names

_STEP_M = 60.0
_QUAY_M = 22.0  # from the water to the middle of the street along it
_BRIDGE_GAP_M = 450.0  # bridges nearer than this to the one before are not built
_SHORTEST_M = 25.0


@dataclass(frozen=True, slots=True)
class Street:
    """A line that is a road from end to end; `kind` as in `geo.feature.ROAD_KINDS`."""

    line: LineString
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All streets, not yet cut at crossings, and the sectors that the main roads enclose."""

    streets: tuple[Street, ...]
    sectors: tuple[Polygon, ...]


def draw_plan(rng: random.Random, radius_m: float, ground: Ground) -> Plan:
    """Return the streets of a city with rings, avenues, quays, bridges and grids."""
    main = [*_rings(rng, radius_m), *_avenues(rng, radius_m), *_chords(rng, radius_m)]
    main = _bridged(main, ground)
    quays = _quays(ground, radius_m)
    disc = shapely.Point(0.0, 0.0).buffer(radius_m, quad_segs=24)
    frame = [disc.exterior, *(street.line for street in (*main, *quays))]
    pieces = shapely.unary_union(frame, grid_size=0.1)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(pieces)))
    wet = ground.river.buffer(ground.river_width_m / 2 + _QUAY_M / 2)
    sectors = [face for face in faces if not wet.contains(face.representative_point())]
    streets = [*main, *quays]
    names = street_names(rng)
    greens = shapely.unary_union(list(ground.greens))
    for sector in sectors:
        for line, kind in _grid(rng, sector, radius_m):
            kept = shapely.difference(line, greens) if kind == "minor" else line
            name = next(names)
            streets += [Street(part, kind, name) for part in _lines(kept)]
    return Plan(tuple(streets), tuple(sectors))


def _rings(rng: random.Random, radius_m: float) -> Iterator[Street]:
    """Yield ring roads, each a circle with a few soft bulges."""
    for share, kind, name in (
        (0.22, "secondary", "Inner Ring"),
        (0.55, "primary", "Middle Ring"),
        (0.93, "trunk", "Outer Ring"),
    ):
        around_m = math.tau * radius_m * share
        turns = np.linspace(0.0, math.tau, max(24, round(around_m / _STEP_M)))
        bulge = np.zeros_like(turns)
        for waves in (2, 3, 5):
            bulge += rng.uniform(0.01, 0.035) * np.sin(waves * turns + rng.uniform(0.0, math.tau))
        away = radius_m * share * (1.0 + bulge)
        points = np.column_stack([away * np.cos(turns), away * np.sin(turns)])
        points[-1] = points[0]
        yield Street(LineString(points), kind, name)


def _avenues(rng: random.Random, radius_m: float) -> Iterator[Street]:
    """Yield avenues that run out from the centre, every other one only from the inner ring."""
    names = avenue_names(rng)
    count = 2 * rng.randint(4, 5)
    first = rng.uniform(0.0, math.tau)
    for number in range(count):
        turn = first + math.tau * (number + rng.uniform(-0.2, 0.2)) / count
        through = number % 2 == 0
        start_m = 0.0 if through else radius_m * 0.22
        away = np.arange(start_m, radius_m * 1.02, _STEP_M)
        sway = rng.uniform(-0.25, 0.25) * (away / radius_m) ** 1.5
        points = np.column_stack([away * np.cos(turn + sway), away * np.sin(turn + sway)])
        yield Street(LineString(points), "primary" if through else "secondary", next(names))


def _chords(rng: random.Random, radius_m: float) -> Iterator[Street]:
    """Yield two straight diagonals that cut across the city beside its centre."""
    names = avenue_names(rng)
    first = rng.uniform(0.0, math.pi)
    for turn in (first, first + math.pi / 2 + rng.uniform(-0.3, 0.3)):
        aside_m = radius_m * rng.uniform(0.3, 0.42) * rng.choice((-1.0, 1.0))
        reach_m = math.sqrt((radius_m * 0.93) ** 2 - aside_m**2)
        ends = [
            (
                along * math.cos(turn) - aside_m * math.sin(turn),
                along * math.sin(turn) + aside_m * math.cos(turn),
            )
            for along in (-reach_m, reach_m)
        ]
        yield Street(LineString(ends), "secondary", next(names))


def _bridged(main: list[Street], ground: Ground) -> list[Street]:
    """Return the main roads, each cut at the water except where it has a bridge."""
    banks = ground.river.buffer(ground.river_width_m / 2 + _QUAY_M, quad_segs=4)
    built: list[shapely.Point] = []
    kept: list[Street] = []
    for street in main:
        dry = _lines(shapely.difference(street.line, banks))
        kept += [Street(part, street.kind, street.name) for part in dry]
        for crossing in _lines(shapely.intersection(street.line, banks)):
            middle = crossing.interpolate(0.5, normalized=True)
            slanting = crossing.length > 1.9 * (ground.river_width_m + 2 * _QUAY_M)
            crowded = any(middle.distance(other) < _BRIDGE_GAP_M for other in built)
            spans = middle.distance(ground.river) < ground.river_width_m / 2
            if spans and not slanting and not crowded:
                built.append(middle)
                kept.append(Street(crossing, street.kind, street.name))
    return kept


def _quays(ground: Ground, radius_m: float) -> list[Street]:
    """Return the streets along both banks."""
    disc = shapely.Point(0.0, 0.0).buffer(radius_m, quad_segs=24)
    banks = ground.river.buffer(ground.river_width_m / 2 + _QUAY_M, quad_segs=4).exterior
    return [Street(part, "tertiary", "Quay") for part in _lines(banks.intersection(disc))]


def _grid(
    rng: random.Random, sector: Polygon, radius_m: float
) -> Iterator[tuple[BaseGeometry, str]]:
    """Yield the lines of a grid along the sector's longer side: close in the centre, wide outside.

    Every fourth or fifth line is a through street.
    """
    away = min(1.0, sector.centroid.distance(shapely.Point(0.0, 0.0)) / radius_m)
    turn = _lie(sector) + rng.uniform(-0.06, 0.06)
    level = shapely.affinity.rotate(sector, -turn, origin=(0, 0), use_radians=True)
    min_x, min_y, max_x, max_y = level.bounds
    short_m, long_m = 65.0 + 75.0 * away, 95.0 + 110.0 * away
    for upright in (False, True):
        low, high = (min_x, max_x) if upright else (min_y, max_y)
        spacing_m = long_m if upright else short_m
        at, number, through = low + rng.uniform(0.6, 1.0) * spacing_m, 0, rng.randint(1, 4)
        while at < high - 0.5 * spacing_m:
            ends = [(at, min_y), (at, max_y)] if upright else [(min_x, at), (max_x, at)]
            line = shapely.affinity.rotate(LineString(ends), turn, origin=(0, 0), use_radians=True)
            kind = "tertiary" if number == through else "minor"
            through += rng.randint(4, 5) if number == through else 0
            yield shapely.intersection(line, sector), kind
            at += spacing_m * rng.uniform(0.75, 1.35)
            number += 1


def _lie(sector: Polygon) -> float:
    """Return the direction of the longer side of the box around a sector, in radians."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(sector))
    sides = np.diff(corners[:3], axis=0)
    longer = sides[int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))]
    return math.atan2(float(longer[1]), float(longer[0]))


def _lines(shape: BaseGeometry) -> list[LineString]:
    return [
        part
        for part in shapely.get_parts(shape)
        if isinstance(part, LineString) and part.length >= _SHORTEST_M
    ]
