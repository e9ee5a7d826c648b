"""What history costs: `python -m benchmarks.tracking history`.

Couriers ride side by side, a fix each second, all in each tick. Their fixes, and a part of them
twice, go through the real trail stream and trail writer into a private PostgreSQL that waits for
the disk, find their places, are read, packed, and read again. Every fix must be there once.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import uvloop
from pydantic import SecretStr

from api.kit.clock import real_now
from api.kit.db import Database
from api.kit.ids import CourierId
from api.migrate import upgrade
from api.settings import Settings
from api.trails import chunks
from benchmarks.city.errors import CityError
from geo.point import Plane, Point
from jobs import packing
from jobs.machine.services import Services, running
from jobs.machine.steps import CannotGoOn
from jobs.station import Station
from jobs.trail_settling import TrailSettling
from jobs.trail_writer import TrailWriter
from jobs.worker import open_station
from tracking import keys, trail
from tracking.trail import Batch
from tracking.trail_rows import Rows, owned

HOME = Point(41.15, -8.61)
NOISE_M = 4.0
SPEED_MPS = 7.0
TICK = 500
"""Fixes in one entry of the stream: those of a gateway's tick."""
TWICE = 10
"""One in so many ticks comes twice."""
DAYS_AGO = 3
READS = 5
SECRET = "a secret of the benchmark, long enough 0123456789"  # noqa: S105  # opens nothing


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; reading is of one courier's whole trail, its median."""

    server: str
    fixes: int
    durable_fixes_per_s: float
    writer_cpu_us_per_fix: float
    settled_fixes_per_s: float
    settling_cpu_us_per_fix: float
    bytes_per_fix_settled: float
    read_settled_ms: float
    packed_fixes_per_s: float
    bytes_per_fix_packed: float
    read_packed_ms: float


def rides(couriers: int, fixes: int, start: datetime, seed: int) -> Iterator[Rows]:
    """Yield the fixes of each second, one per courier: noise, clocks and networks that jitter."""
    chance = np.random.default_rng(seed)
    ids = np.frombuffer(b"".join(UUID(int=n + 1).bytes for n in range(couriers)), "V16")
    start_ms = round(start.timestamp() * 1000)
    course = chance.uniform(0, 2 * np.pi, couriers)
    way = chance.uniform(0, 8000, (couriers, 2))
    for second in range(fixes):
        course += chance.normal(0.0, 0.05, couriers)
        way = (way + SPEED_MPS * np.column_stack([np.sin(course), np.cos(course)])) % 8000.0
        places = Plane(HOME).to_points(way + chance.normal(0.0, NOISE_M, way.shape))
        rows = np.zeros(couriers, trail.ROW)
        rows["courier"], rows["epoch"], rows["seq"] = ids, start_ms // 1000, second + 1
        rows["t_ms"] = start_ms + second * 1000 + chance.integers(0, 40, couriers)
        rows["received_ms"] = rows["t_ms"] + chance.integers(80, 400, couriers)
        rows["lat"], rows["lng"] = places[:, 0].round(7), places[:, 1].round(7)
        rows["speed_mps"] = np.abs(SPEED_MPS + chance.normal(0.0, 0.5, couriers))
        rows["heading_deg"] = np.degrees(course) % 360.0
        rows["accuracy_m"] = chance.integers(4, 12, couriers)
        yield rows


def measure(couriers: int, fixes: int, folder: Path) -> Sequence[Figures]:
    """Return the figures of fresh servers under `folder`; raise CityError where there are none."""
    try:
        with running(folder / "servers", durable=True) as services:
            return [uvloop.run(_with(services, couriers, fixes))]
    except CannotGoOn as error:
        raise CityError(str(error)) from error


async def _with(services: Services, couriers: int, fixes: int) -> Figures:
    await upgrade(services.database_url)
    settings = Settings(
        database_url=SecretStr(services.database_url),
        redis_url=SecretStr(services.redis_url),
        secret_key=SecretStr(SECRET),
    )
    database = await Database.open(services.database_url, size=4, command_s=60.0)
    try:
        async with open_station(settings, database) as station:
            return await _measure(station, couriers, fixes)
    finally:
        await database.close()


async def _measure(station: Station, couriers: int, fixes: int) -> Figures:
    midnight = real_now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=DAYS_AGO)
    sent = 0
    for number, rows in enumerate(rides(couriers, fixes, start, seed=1)):
        for _ in range(1 + (number % TWICE == 0)):
            await _fill(station, rows)
            sent += len(rows)
    began, cpu = time.perf_counter(), time.process_time()
    await _drain(station)
    durable_s, writer_s = time.perf_counter() - began, time.process_time() - cpu
    began, cpu = time.perf_counter(), time.process_time()
    await TrailSettling(station).run_once()
    settled_s, settling_s = time.perf_counter() - began, time.process_time() - cpu
    whole = couriers * fixes
    await _must_hold(station, whole)
    settled_bytes = await _bytes(station)
    read_settled_ms = await _read_ms(station, start, fixes)
    began = time.perf_counter()
    await packing.pack_past(station)
    packed_s = time.perf_counter() - began
    await _must_hold(station, whole)
    async with station.database.connection() as db:
        await db.execute("VACUUM FULL trail_chunks")  # what was packed away is not history's
    return Figures(
        server="ours",
        fixes=whole,
        durable_fixes_per_s=round(sent / durable_s),
        writer_cpu_us_per_fix=round(writer_s / sent * 1e6, 2),
        settled_fixes_per_s=round(sent / settled_s),
        settling_cpu_us_per_fix=round(settling_s / sent * 1e6, 2),
        bytes_per_fix_settled=round(settled_bytes / whole, 2),
        read_settled_ms=round(read_settled_ms, 2),
        packed_fixes_per_s=round(whole / packed_s),
        bytes_per_fix_packed=round(await _bytes(station) / whole, 2),
        read_packed_ms=round(await _read_ms(station, start, fixes), 2),
    )


async def _fill(station: Station, rows: Rows) -> None:
    """Put the fixes of a second on the stream, as a gateway does with its ticks."""
    for first in range(0, len(rows), TICK):
        blob = rows[first : first + TICK].tobytes()
        async with station.redis.pipeline(transaction=True) as pipeline:
            trail.append(pipeline, Batch(blob, owned(blob).reached()), {}, 1_000_000)
            await pipeline.execute()


async def _drain(station: Station) -> None:
    writer = TrailWriter(station)
    await writer.run_once()  # opens the group
    while await station.redis.xlen(keys.TRAIL):
        await writer.run_once()


_HELD = """
    SELECT (SELECT count(*) FROM courier_positions)
         + (SELECT coalesce(sum(fixes), 0) FROM trail_chunks)
"""
_SIZES = """
    SELECT pg_total_relation_size('trail_chunks') + coalesce(sum(pg_total_relation_size(i.inhrelid))
        FILTER (WHERE c.reltuples > 0 OR pg_relation_size(i.inhrelid) > 0), 0)
    FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'courier_positions'::regclass
"""


async def _must_hold(station: Station, fixes: int) -> None:
    async with station.database.connection() as db:
        held = int(await db.fetchval(_HELD))
    if held != fixes:
        message = f"history holds {held} fixes of {fixes}"
        raise RuntimeError(message)


async def _bytes(station: Station) -> int:
    async with station.database.connection() as db:
        return int(await db.fetchval(_SIZES))


async def _read_ms(station: Station, start: datetime, fixes: int) -> float:
    found_ms = []
    for _ in range(READS):
        began = time.perf_counter()
        async with station.database.connection() as db:
            end = start + timedelta(days=1)
            found = await chunks.fixes_between(db, CourierId(UUID(int=1)), start, end)
        found_ms.append((time.perf_counter() - began) * 1000)
        if len(found) != fixes:
            message = f"{len(found)} fixes were read of {fixes}"
            raise RuntimeError(message)
    return float(np.median(found_ms))
