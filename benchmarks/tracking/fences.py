"""Fences: couriers ride through overlapping areas; who entered, dwelt and left, and at what cost.

`ours` is the grid cover and stays in one pass per tick. `tree` asks shapely's STRtree for a whole
tick at once and keeps stays in the same pass; `each` is what servers usually do, tree and stays fix
by fix. Events must be the same.
"""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, STRtree

from benchmarks.tracking.noise import PLANE
from geo.cover import Cover, Pairs
from geo.fences import Crossing, Crossings, Stays, cross, nobody

TOWN_M = 12_000.0
VERTICES = 200
RADIUS_M = (300.0, 1800.0)
DWELL_MS = 20_000
STEP_MS = 1000
SPEED_MPS = (1.0, 16.0)
EACH_FIXES = 20_000
"""So many fixes are asked one by one; more would only take longer."""

Event = tuple[int, int, int, int]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """One way to do it, by its CPU; `mismatches` counts events that the others do not have."""

    server: str
    areas: int
    fixes: int
    fixes_per_tick: int
    build_s: float
    us_per_fix: float
    fixes_per_s: float
    events: int
    mismatches: int


@dataclass(frozen=True, slots=True)
class _Tick:
    """A fix of each of some couriers: their numbers, the time, where they are."""

    who: NDArray[np.int64]
    t_ms: int
    lat: Floats
    lng: Floats


def measure(areas: int, fixes: int, per_tick: int) -> list[Figures]:
    """Return the figures of all ways for the same areas and rides."""
    chance = random.Random(2026)
    shapes = [_area(chance) for _ in range(areas)]
    ticks = _rides(np.random.default_rng(2026), fixes, per_tick)
    few = ticks[: max(1, EACH_FIXES // per_tick)]
    found = [
        _measured("ours", shapes, ticks, _ours),
        _measured("tree", shapes, ticks, _tree),
        _measured("each", shapes, few, _each),
    ]
    ours = found[0][1]
    few_ends_ms = few[-1].t_ms
    figures = []
    for one, events in found:
        wanted = ours if one.server != "each" else {e for e in ours if e[0] <= few_ends_ms}
        figures.append(replace(one, mismatches=len(events ^ wanted)))
    return figures


def _area(chance: random.Random) -> Polygon:
    """Return an outline with bays, of 200 corners."""
    middle = chance.uniform(-TOWN_M, TOWN_M), chance.uniform(-TOWN_M, TOWN_M)
    radius = chance.uniform(*RADIUS_M)
    waves = [(chance.randint(2, 9), chance.uniform(0.02, 0.12), chance.random()) for _ in range(4)]
    corners = []
    for number in range(VERTICES):
        way = 2 * math.pi * number / VERTICES
        bulge = 1 + sum(high * math.sin(often * way + 7 * begin) for often, high, begin in waves)
        corners.append((
            middle[0] + radius * bulge * math.cos(way),
            middle[1] + radius * bulge * math.sin(way),
        ))
    return Polygon(PLANE.to_points(corners)[:, ::-1])


def _rides(chance: np.random.Generator, fixes: int, per_tick: int) -> list[_Tick]:
    """Return ticks: every courier goes straight on for a while, and turns at random."""
    ticks, who = [], np.arange(per_tick, dtype=np.int64)
    at = chance.uniform(-TOWN_M, TOWN_M, (per_tick, 2))
    way = chance.uniform(0, 2 * math.pi, per_tick)
    speed = chance.uniform(*SPEED_MPS, per_tick)
    for number in range(max(1, fixes // per_tick)):
        way = np.where(chance.random(per_tick) < 0.03, chance.uniform(0, 7, per_tick), way)
        at += np.stack([np.cos(way), np.sin(way)], axis=1) * speed[:, None]
        places = PLANE.to_points(at)
        ticks.append(_Tick(who, number * STEP_MS, places[:, 0].copy(), places[:, 1].copy()))
    return ticks


_Way = Callable[[Sequence[Polygon]], Callable[[_Tick], Sequence[Event]]]


def _measured(
    name: str, shapes: Sequence[Polygon], ticks: Sequence[_Tick], way: _Way
) -> tuple[Figures, set[Event]]:
    began = time.thread_time()
    take = way(shapes)
    built = time.thread_time()
    events: list[Event] = []
    for tick in ticks:
        events += take(tick)
    took_s, fixes = time.thread_time() - built, sum(len(tick.who) for tick in ticks)
    per_tick = len(ticks[0].who)
    costs = (built - began, took_s / fixes * 1e6, fixes / took_s)
    return Figures(name, len(shapes), fixes, per_tick, *costs, len(events), 0), set(events)


def _ours(shapes: Sequence[Polygon]) -> Callable[[_Tick], Sequence[Event]]:
    cover = Cover(shapes)
    return _in_one_pass(lambda tick: cover.find(tick.lat, tick.lng))


def _tree(shapes: Sequence[Polygon]) -> Callable[[_Tick], Sequence[Event]]:
    tree = STRtree(shapes)
    shapely.prepare(tree.geometries)

    def find(tick: _Tick) -> Pairs:
        place, area = tree.query(shapely.points(tick.lng, tick.lat), predicate="intersects")
        order = np.lexsort((area, place))
        return Pairs(place[order], area[order])

    return _in_one_pass(find)


def _in_one_pass(find: Callable[[_Tick], Pairs]) -> Callable[[_Tick], Sequence[Event]]:
    stays: Stays = nobody()

    def take(tick: _Tick) -> Sequence[Event]:
        nonlocal stays
        owner, t_ms = np.arange(len(tick.who)), np.full(len(tick.who), tick.t_ms)
        found, stays = cross(tick.who, owner, t_ms, find(tick), stays, DWELL_MS)
        return _told(found, tick)

    return take


def _told(found: Crossings, tick: _Tick) -> list[Event]:
    who = tick.who[found.owner].tolist()
    rows = zip(who, found.fence.tolist(), found.kind.tolist(), strict=True)
    return [(tick.t_ms, one, fence, kind) for one, fence, kind in rows]


def _each(shapes: Sequence[Polygon]) -> Callable[[_Tick], Sequence[Event]]:
    tree = STRtree(shapes)
    shapely.prepare(tree.geometries)
    held: dict[int, dict[int, tuple[int, bool]]] = {}

    def take(tick: _Tick) -> Sequence[Event]:
        events: list[Event] = []
        rows = zip(tick.who.tolist(), tick.lat.tolist(), tick.lng.tolist(), strict=True)
        for who, lat, lng in rows:
            inside = tree.query(shapely.Point(lng, lat), predicate="intersects").tolist()
            before = held.get(who, {})
            now = {fence: before.get(fence, (tick.t_ms, False)) for fence in inside}
            events += [(tick.t_ms, who, one, int(Crossing.EXIT)) for one in before.keys() - now]
            events += [(tick.t_ms, who, one, int(Crossing.ENTER)) for one in now.keys() - before]
            for fence, (since, told) in now.items():
                if not told and tick.t_ms - since >= DWELL_MS:
                    now[fence] = (since, True)
                    events.append((tick.t_ms, who, fence, int(Crossing.DWELL)))
            held[who] = now
        return events

    return take
