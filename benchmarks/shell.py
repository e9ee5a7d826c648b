"""What our statements cost above raw asyncpg: `python -m benchmarks.shell`.

Selects a row by id into a dataclass and inserts rows in a transaction, both ways in turn on the
same private PostgreSQL, and compares the CPU time of this process. Goal: at most 1.5 times.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import Column, Integer, MetaData, String, Table, Uuid, bindparam

from api.kit.db import Connection, Database
from api.kit.ids import new_id
from api.kit.statement import Query, columns, inserting, selecting
from api.migrate import upgrade
from benchmarks.report import CpuShare, machine, show, tell
from jobs.machine.services import running

things = Table(
    "things",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("name", String),
    Column("size", Integer),
)


@dataclass(frozen=True, slots=True)
class Thing:
    """A row."""

    id: UUID
    name: str
    size: int


GET = Query(Thing, selecting(Thing, things).where(things.c.id == bindparam("id")))
ADD = inserting(Thing, things)

RAW_GET = "SELECT id, name, size FROM things WHERE id = $1"
RAW_ADD = "INSERT INTO things (id, name, size) VALUES ($1, $2, $3)"

Act = Callable[[Connection, UUID], Awaitable[object]]


async def our_get(db: Connection, some_id: UUID) -> object:
    """Select by id, our way."""
    return await GET.one(db, id=some_id)


async def raw_get(db: Connection, some_id: UUID) -> object:
    """Select by id with asyncpg alone, into the same dataclass."""
    row = await db.fetchrow(RAW_GET, some_id)
    return Thing(row["id"], row["name"], row["size"])


async def our_add(db: Connection, _id: UUID) -> object:
    """Insert in a transaction, our way."""
    async with db.transaction():
        return await ADD.run(db, **columns(Thing(new_id(), "a thing", 7)))


async def raw_add(db: Connection, _id: UUID) -> object:
    """Insert in a transaction with asyncpg alone."""
    async with db.transaction():
        return await db.execute(RAW_ADD, new_id(), "a thing", 7)


async def cpu_us(db: Connection, act: Act, some_id: UUID, calls: int) -> float:
    """Return the CPU time of this process per call, in microseconds."""
    began = time.process_time()
    for _ in range(calls):
        await act(db, some_id)
    return (time.process_time() - began) / calls * 1e6


async def measure(url: str, calls: int, rounds: int) -> list[tuple[str, float, float, float]]:
    """Return what was done, our and raw microseconds, and the median ratio of the rounds."""
    await upgrade(url)
    database = await Database.open(url, size=2)
    bare = await asyncpg.connect(url)
    rows = []
    async with database.connection() as db:
        await db.execute("CREATE TABLE things (id uuid PRIMARY KEY, name text, size int)")
        some_id = new_id()
        await ADD.run(db, **columns(Thing(some_id, "a thing", 7)))
        for name, ours, raw in (
            ("select by id", our_get, raw_get),
            ("insert in a transaction", our_add, raw_add),
        ):
            pairs = [
                (await cpu_us(db, ours, some_id, calls), await cpu_us(bare, raw, some_id, calls))
                for _ in range(rounds + 1)
            ][1:]
            ratio = statistics.median(own / least for own, least in pairs)
            middle = [statistics.median(side) for side in zip(*pairs, strict=True)]
            rows.append((name, middle[0], middle[1], ratio))
    await bare.close()
    await database.close()
    return rows


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shell", description=__doc__)
    parser.add_argument("--calls", type=int, default=1500, help="calls per round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    share = CpuShare()
    with tempfile.TemporaryDirectory(prefix="hermod-bench-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder)) as services:
            rows = asyncio.run(measure(services.database_url, options.calls, options.rounds))
    head = ("statement", "ours us", "asyncpg us", "ratio")
    show("CPU of this process per call (median of rounds)", head, rows)
    summary = {name: {"ours_us": o, "raw_us": r, "ratio": x} for name, o, r, x in rows}
    tell({"machine": machine(), "cpu_share": share.so_far(), "summary": summary}, options.json)


if __name__ == "__main__":
    main()
