"""What history costs: `python -m benchmarks.tracking.history`.

Days of fixes of some couriers go through the real trail stream and trail writer into a private
PostgreSQL that waits for the disk, are read again, packed, and read once more. Tells fixes made
durable per second, bytes a fix before and after packing, and how long reading a day takes.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
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
from api.trails.history import name_of
from benchmarks.report import CpuShare, machine, show, tell
from geo.fix import Fix
from geo.point import Plane, Point
from jobs import packing, partitions
from jobs.machine.services import Services, remove_data, running
from jobs.machine.steps import CannotGoOn
from jobs.station import Station
from jobs.trail_writer import TrailWriter
from jobs.worker import open_station
from tracking import keys, trail
from tracking.trail import Batch, TrailRecord

HOME = Point(41.15, -8.61)
NOISE_M = 4.0
SPEED_MPS = 7.0
TICK = 500
"""Fixes in one entry of the stream: those of a gateway's tick."""
DAYS_AGO = 3
READS = 5
SECRET = "a secret of the benchmark, long enough 0123456789"  # noqa: S105  # opens nothing


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; reading is of one courier's whole day, its median."""

    fixes: int
    durable_fixes_per_s: float
    writer_cpu_us_per_fix: float
    bytes_per_fix_in_rows: float
    read_rows_ms: float
    packed_fixes_per_s: float
    bytes_per_fix_packed: float
    read_packed_ms: float


def day_of(courier_id: UUID, fixes: int, start: datetime, seed: int) -> list[TrailRecord]:
    """Return a day of a courier: a fix each second, noise, clocks and networks that jitter."""
    chance = np.random.default_rng(seed)
    course = np.cumsum(chance.normal(0.0, 0.05, fixes))
    steps = SPEED_MPS * np.column_stack([np.sin(course), np.cos(course)])
    way = np.cumsum(steps, axis=0) % 8000.0  # the city is no larger
    places = Plane(HOME).to_points(way + chance.normal(0.0, NOISE_M, way.shape)).tolist()
    start_ms = round(start.timestamp() * 1000)
    times = (start_ms + np.arange(fixes) * 1000 + chance.integers(0, 40, fixes)).tolist()
    lags = chance.integers(80, 400, fixes).tolist()
    speeds = np.abs(SPEED_MPS + chance.normal(0.0, 0.5, fixes)).tolist()
    headings = (np.degrees(course) % 360.0).tolist()
    accuracies = chance.integers(4, 12, fixes).tolist()
    return [
        TrailRecord(
            courier_id=courier_id,
            epoch=start_ms // 1000,
            received_ms=times[n] + lags[n],
            fix=Fix(n + 1, times[n], lat, lng, speeds[n], headings[n], float(accuracies[n])),
            refusal=None,
        )
        for n, (lat, lng) in enumerate(places)
    ]


async def measure(services: Services, couriers: int, fixes: int) -> Figures:
    """Return the figures of fresh servers."""
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
    ids = [UUID(int=n + 1) for n in range(couriers)]
    for seed, courier_id in enumerate(ids):
        await _fill(station, day_of(courier_id, fixes, start, seed))
    whole = couriers * fixes
    began, cpu = time.perf_counter(), time.process_time()
    await _drain(station)
    durable_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    in_rows = await _bytes(station, name_of(start.date()))
    read_rows_ms = await _read_ms(station, ids[0], start, fixes)
    began = time.perf_counter()
    await packing.pack_past(station)
    packed_s = time.perf_counter() - began
    if start.date() in await partitions.days(station):
        message = "a day that was packed still has its partition"
        raise RuntimeError(message)
    return Figures(
        fixes=whole,
        durable_fixes_per_s=whole / durable_s,
        writer_cpu_us_per_fix=cpu_s / whole * 1e6,
        bytes_per_fix_in_rows=in_rows / whole,
        read_rows_ms=read_rows_ms,
        packed_fixes_per_s=whole / packed_s,
        bytes_per_fix_packed=await _bytes(station, "trail_chunks") / whole,
        read_packed_ms=await _read_ms(station, ids[0], start, fixes),
    )


def _ticks(records: list[TrailRecord]) -> Iterator[list[TrailRecord]]:
    return (records[at : at + TICK] for at in range(0, len(records), TICK))


async def _fill(station: Station, records: list[TrailRecord]) -> None:
    """Put records on the stream as a gateway does."""
    for tick in _ticks(records):
        async with station.redis.pipeline(transaction=True) as pipeline:
            trail.append(pipeline, Batch.of(tick), {}, 1_000_000)
            await pipeline.execute()


async def _drain(station: Station) -> None:
    writer = TrailWriter(station)
    await writer.run_once()  # opens the group
    while await station.redis.xlen(keys.TRAIL):
        await writer.run_once()


async def _bytes(station: Station, table: str) -> int:
    async with station.database.connection() as db:
        return int(await db.fetchval("SELECT pg_total_relation_size($1::regclass)", table))


async def _read_ms(station: Station, courier_id: UUID, start: datetime, fixes: int) -> float:
    found_ms = []
    for _ in range(READS):
        began = time.perf_counter()
        async with station.database.connection() as db:
            end = start + timedelta(days=1)
            found = await chunks.fixes_between(db, CourierId(courier_id), start, end)
        found_ms.append((time.perf_counter() - began) * 1000)
        if len(found) != fixes:
            message = f"{len(found)} fixes were read of {fixes}"
            raise RuntimeError(message)
    return float(np.median(found_ms))


def main() -> int:
    """Measure and report; return 0 when it could be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tracking.history", description=__doc__
    )
    parser.add_argument("--couriers", type=int, default=5, help="couriers, a day each")
    parser.add_argument("--fixes", type=int, default=86_400, help="of each: one a second")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    share = CpuShare()
    with tempfile.TemporaryDirectory(prefix="hermod-history-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # a server that may not run as root passes through
        try:
            with running(folder / "servers", durable=True) as services:
                found = uvloop.run(measure(services, options.couriers, options.fixes))
        except CannotGoOn as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            remove_data(folder / "servers")
    rows = [[name.replace("_", " "), value] for name, value in asdict(found).items()]
    show("History", ("what", "figure"), rows)
    told = {"summary": asdict(found), "cpu_share": share.so_far(), "machine": machine()}
    tell(told, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
