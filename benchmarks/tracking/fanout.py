"""What it costs to send an event to everybody in a room: rooms of 10, 100 and 1,000.

The server sends by itself, ordered once: paced as in life, and as fast as it goes. All are done
when every watcher has heard everything.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.city.errors import CityError
from benchmarks.tracking.contenders import Contender
from benchmarks.tracking.cpu import cpu_s
from benchmarks.tracking.phones import connected
from benchmarks.tracking.watchers import Watcher

ROOMS_OF = (10, 100, 1000)
BYTES = 70
"""Of text in an event; with its frame about a hundred."""
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """How many watch, how many deliveries are made in a round, how many per second when paced."""

    watchers: int
    deliveries: int
    rate: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One contender, one size of rooms, paced or over-driven."""

    server: str
    room_of: int
    pace: str
    us_per_delivery: float
    deliveries_per_core_s: float
    deliveries_per_s: float
    p50_ms: float
    p99_ms: float


async def measure(contender: Contender, load: Load) -> list[Figures]:
    """Return the figures of a running server, with watchers of their own for each size."""
    found: list[Figures] = []
    for room_of in ROOMS_OF:
        if room_of > load.watchers:
            continue
        watchers = await connected(contender.port, [""] * load.watchers, Watcher)
        try:
            for number, watcher in enumerate(watchers):
                await watcher.join(f"r{number // room_of}")
            for pace in ("warm-up", "paced", "over-driven"):
                figures = await _round(contender, load, room_of, pace, watchers)
                found += [figures] if pace != "warm-up" else []
        finally:
            for watcher in watchers:
                watcher.transport.abort()
    return found


async def _round(
    contender: Contender, load: Load, room_of: int, pace: str, watchers: Sequence[Watcher]
) -> Figures:
    rooms = len(watchers) // room_of
    rate = load.rate if pace == "paced" else 0.0
    number = load.deliveries
    if pace != "over-driven":
        number = min(number, round(load.rate * 5))
    events = max(rooms, number // room_of // rooms * rooms)
    for watcher in watchers:
        watcher.forget()
    began, spent = time.perf_counter(), cpu_s(contender.pid)
    order = {"rooms": rooms, "events": events, "rate": rate / room_of, "size": BYTES}
    watchers[0].say("blast", order)
    await _all_heard(watchers, events // rooms)
    spent, took_s = cpu_s(contender.pid) - spent, time.perf_counter() - began
    made = events * room_of
    ages = sorted(age for watcher in watchers for age in watcher.ages_us)
    return Figures(
        contender.name,
        room_of,
        pace,
        us_per_delivery=spent / made * 1e6,
        deliveries_per_core_s=made / spent,
        deliveries_per_s=made / took_s,
        p50_ms=statistics.median(ages) / 1000,
        p99_ms=ages[int(len(ages) * 0.99)] / 1000,
    )


async def _all_heard(watchers: Sequence[Watcher], each: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while any(watcher.heard < each for watcher in watchers):
        if time.monotonic() > until:
            raise CityError("A watcher did not hear everything.")
        await asyncio.sleep(0.01)
