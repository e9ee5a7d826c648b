"""What a connection costs: CPU to come in, memory to stay."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tracking.contenders import Contender
from benchmarks.tracking.cpu import cpu_s
from benchmarks.tracking.phones import connected
from benchmarks.tracking.watchers import Watcher

_SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One contender; `kb_each` is resident memory per idle connection."""

    server: str
    connections: int
    connects_per_s: float
    connects_per_core_s: float
    ms_each: float
    kb_each: float


async def measure(contender: Contender, connections: int) -> list[Figures]:
    """Return the figures of a running server."""
    warm = await contender.addresses(min(200, connections))
    for watcher in await connected(contender.port, warm, Watcher):
        watcher.transport.abort()
    addresses = await contender.addresses(connections)
    await asyncio.sleep(_SETTLE_S)
    held_kb, spent, began = resident_kb(contender.pid), cpu_s(contender.pid), time.perf_counter()
    watchers = await connected(contender.port, addresses, Watcher)
    took_s, spent = time.perf_counter() - began, cpu_s(contender.pid) - spent
    await asyncio.sleep(_SETTLE_S)
    held_kb = resident_kb(contender.pid) - held_kb
    for watcher in watchers:
        watcher.transport.abort()
    return [
        Figures(
            contender.name,
            connections,
            connects_per_s=connections / took_s,
            connects_per_core_s=connections / spent,
            ms_each=spent / connections * 1000,
            kb_each=held_kb / connections,
        )
    ]


def resident_kb(pid: int) -> int:
    """Return the resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
