"""Requests as fast as a server answers: some connections, each with one request at a time."""

import asyncio
import time
from dataclasses import dataclass

from benchmarks.tracking.cpu import cpu_s

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of requests took."""

    per_s: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


def request(method: str, port: int, token: str, body: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [
        f"{method} /order HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {token}",
        "Accept: */*",
        *(["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def call(port: int, pid: int, wire: bytes, seconds: float) -> Round:
    """Send `wire` again and again for `seconds`; every answer must be a success."""
    until = time.perf_counter() + seconds
    began, cpu_before = time.perf_counter(), cpu_s(pid)
    found = await asyncio.gather(*(_one(port, wire, until) for _ in range(CONNECTIONS)))
    wall, cpu = time.perf_counter() - began, cpu_s(pid) - cpu_before
    taken = sorted(took for one in found for took in one)
    return Round(
        per_s=len(taken) / wall,
        cpu_us=cpu / len(taken) * 1e6,
        p50_ms=taken[len(taken) // 2] * 1000,
        p99_ms=taken[int(len(taken) * 0.99)] * 1000,
    )


async def _one(port: int, wire: bytes, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    while (began := time.perf_counter()) < until:
        writer.write(wire)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            message = f"the server refused: {head[:200]!r}"
            raise RuntimeError(message)
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        taken.append(time.perf_counter() - began)
    writer.close()
    return taken
