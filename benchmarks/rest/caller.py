"""Requests as fast as a server answers: some connections, each with one request at a time.

A protocol on uvloop, and no streams: a caller that is slower than the server would leave it idle,
and idling flatters who is slow.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.tracking.cpu import cpu_s

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of requests took; `busy` is the share of a core that the server used."""

    per_s: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    busy: float


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


async def call(port: int, pid: int, wires: Iterator[bytes], seconds: float) -> Round:
    """Send one of `wires` after another for `seconds`; every answer must be a success."""
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    began, cpu_before = time.perf_counter(), cpu_s(pid)
    callers = [_Caller(wires, until) for _ in range(CONNECTIONS)]
    for one in callers:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]  # mypy takes no default here
    await asyncio.gather(*(one.ended for one in callers))
    wall, cpu = time.perf_counter() - began, cpu_s(pid) - cpu_before
    taken = sorted(took for one in callers for took in one.taken)
    return Round(
        per_s=len(taken) / wall,
        cpu_us=cpu / len(taken) * 1e6,
        p50_ms=taken[len(taken) // 2] * 1000,
        p99_ms=taken[int(len(taken) * 0.99)] * 1000,
        busy=cpu / wall,
    )


class _Caller(asyncio.Protocol):
    """One connection; `taken` are the seconds that each answer took."""

    def __init__(self, wires: Iterator[bytes], until: float) -> None:
        self.taken: list[float] = []
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wires, self._until = wires, until
        self._got = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP has no other
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
            self._end(RuntimeError(f"the server refused: {self._got[:400]!r}"))
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return
        now = time.perf_counter()
        self.taken.append(now - self._began)
        if now < self._until:
            self._send()
        else:
            self._end(None)

    def connection_lost(self, _error: Exception | None) -> None:
        self._end(RuntimeError("the server closed the connection"))

    def _send(self) -> None:
        self._got = b""
        self._began = time.perf_counter()
        self._transport.write(next(self._wires))

    def _end(self, error: RuntimeError | None) -> None:
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)
        self._transport.close()
