"""The nearest couriers: our grid in memory beside Redis' GEOSEARCH, exactly, while couriers move.

A dense town: couriers stand around some centres. Every query follows on moves of some couriers.
"""

import math
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from redis import Redis

from benchmarks.city.errors import CityError
from benchmarks.tracking.cpu import cpu_s
from benchmarks.tracking.frames import MIDDLE
from geo.grid import Grid
from geo.point import Plane
from jobs.machine.private_redis import prepare_redis
from jobs.machine.private_server import started
from jobs.machine.steps import CannotGoOn

NEAREST = 5
WITHIN_M = 3000.0
CENTRES, SPREAD_M, TOWN_M = 12, 2500.0, 12_000.0
STEP_M = 60.0
MOVES_PER_QUERY = 10
CHECKED = 200
KEY = "couriers"
_BUCKETS_M = (50.0, 2000.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """One way to ask; CPU of whoever answers, `mismatches` against looking at every courier."""

    server: str
    couriers: int
    us_per_query: float
    p99_us: float
    us_per_move: float
    mismatches: int


def measure(couriers: int, queries: int, folder: Path) -> list[Figures]:
    """Return the figures of the grid and of Redis, for the same couriers, moves and queries."""
    chance = random.Random(1)
    begin = _town(chance, couriers)
    moves = [
        [(chance.randrange(couriers), *_step(chance)) for _ in range(MOVES_PER_QUERY)]
        for _ in range(queries)
    ]
    asked = _town(chance, queries)
    return [_grid(begin, moves, asked), _redis(begin, moves, asked, folder)]


Places = NDArray[np.float64]
Moves = Sequence[Sequence[tuple[int, float, float]]]


def _town(chance: random.Random, number: int) -> Places:
    centres = [
        (chance.uniform(-TOWN_M, TOWN_M), chance.uniform(-TOWN_M, TOWN_M)) for _ in range(CENTRES)
    ]
    places = np.empty((number, 2))
    for place in range(number):
        x, y = chance.choice(centres)
        places[place] = x + chance.gauss(0, SPREAD_M), y + chance.gauss(0, SPREAD_M)
    return places


def _step(chance: random.Random) -> tuple[float, float]:
    return chance.uniform(-STEP_M, STEP_M), chance.uniform(-STEP_M, STEP_M)


def _grid(begin: Places, moves: Moves, asked: Places) -> Figures:
    """Ask our grid, its buckets as wide as twice the way to the next courier."""
    at = begin.copy()
    apart_m = math.sqrt((2 * TOWN_M) ** 2 / len(at))
    grid = Grid(min(max(2 * apart_m, _BUCKETS_M[0]), _BUCKETS_M[1]))
    for number, (x, y) in enumerate(at.tolist()):
        grid.put(number, x, y)
    took: list[float] = []
    moving_s, mismatches = 0.0, 0
    every = max(1, len(asked) // CHECKED)
    for number, (x, y) in enumerate(asked.tolist()):
        for one, east, north in moves[number]:
            at[one] += east, north
        stepped = [(one, float(at[one, 0]), float(at[one, 1])) for one, _, _ in moves[number]]
        began = time.thread_time()
        for one, to_x, to_y in stepped:
            grid.put(one, to_x, to_y)
        moved = time.thread_time()
        found = grid.nearest(x, y, NEAREST, WITHIN_M)
        took.append(time.thread_time() - moved)
        moving_s += moved - began
        if number % every == 0:
            away = np.hypot(at[:, 0] - x, at[:, 1] - y)
            best = np.sort(away[away <= WITHIN_M])[:NEAREST]
            mismatches += not np.allclose([one[0] for one in found], best, rtol=0, atol=1e-6)
    return _figures("grid", len(at), took, moving_s, mismatches)


def _redis(begin: Places, moves: Moves, asked: Places, folder: Path) -> Figures:
    """Ask a geo set of Redis; the time is the CPU of the Redis server alone."""
    plane, at = Plane(MIDDLE), begin.copy()
    with _running(folder) as redis:
        told: Any = redis.info("server")
        pid = int(told["process_id"])
        numbers = range(len(at))
        for first in range(0, len(at), 1000):
            some = numbers[first : first + 1000]
            redis.geoadd(KEY, _values(plane, at, list(some)))
        took: list[float] = []
        moving_s = 0.0
        for number, (x, y) in enumerate(asked.tolist()):
            for one, east, north in moves[number]:
                at[one] += east, north
            values = _values(plane, at, [one for one, _, _ in moves[number]])
            began = cpu_s(pid)
            redis.geoadd(KEY, values)
            moved = cpu_s(pid)
            lat, lng = plane.point_at(x, y)
            redis.geosearch(
                KEY,
                longitude=lng,
                latitude=lat,
                radius=WITHIN_M,
                unit="m",
                sort="ASC",
                count=NEAREST,
                withdist=True,
            )
            took.append(cpu_s(pid) - moved)
            moving_s += moved - began
    return _figures("redis", len(at), took, moving_s, 0)


def _values(plane: Plane, at: Places, numbers: Sequence[int]) -> list[Any]:
    values: list[Any] = []
    for one in numbers:
        place = plane.point_at(float(at[one, 0]), float(at[one, 1]))
        values += (place.lng, place.lat, one)
    return values


@contextmanager
def _running(folder: Path) -> Iterator[Redis]:
    try:
        server = prepare_redis(folder / "servers", os.environ, durable=False)
        with started(server), Redis.from_url(server.url) as redis:
            yield redis
    except CannotGoOn as error:
        raise CityError(str(error)) from error


def _figures(
    name: str, couriers: int, took: Sequence[float], moving_s: float, mismatches: int
) -> Figures:
    ranked = sorted(took)
    return Figures(
        name,
        couriers,
        us_per_query=sum(took) / len(took) * 1e6,
        p99_us=ranked[int(len(ranked) * 0.99)] * 1e6,
        us_per_move=moving_s / (len(took) * MOVES_PER_QUERY) * 1e6,
        mismatches=mismatches,
    )
