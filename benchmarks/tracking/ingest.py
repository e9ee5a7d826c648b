"""What a fix costs a server: paced as in life, and over-driven; the same bytes for everybody.

Every phone is connected before the clock runs and every frame is built. A server is done when it
has answered a `hello` that was sent after the last frame of each phone.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.tracking.contenders import Contender
from benchmarks.tracking.cpu import cpu_s
from benchmarks.tracking.frames import fixes, packed, plain
from benchmarks.tracking.phones import ThinPhone, connected

PROBE_EVERY_S = 0.02
_SHORTEST_SLEEP_S = 0.002
BACK_S = 6 * 3600
"""Fixes are of six hours ago and later: believed, and never ahead of the clock."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much is sent: `messages` by each phone and round, `rate` of all phones per second."""

    phones: int
    messages: int
    rate: float


@dataclass(frozen=True, slots=True)
class Form:
    """How fixes are sent: one per plain event, or several packed."""

    name: str
    fixes: int
    is_packed: bool


FORMS = (Form("p, one fix", 1, False), Form("f, five fixes", 5, True))


@dataclass(frozen=True, slots=True)
class Figures:
    """One contender, one form, paced or over-driven; `p50_ms` of a question asked meanwhile."""

    server: str
    form: str
    pace: str
    us_per_fix: float
    fixes_per_core_s: float
    fixes_per_s: float
    p50_ms: float
    p99_ms: float


async def measure(contender: Contender, load: Load) -> list[Figures]:
    """Return the figures of a running server, with phones of its own for each form."""
    found: list[Figures] = []
    addresses = await contender.addresses(load.phones + 1)
    for place, form in enumerate(FORMS):
        if place:
            addresses = await contender.addresses(load.phones + 1)
        *phones, prober = await connected(contender.port, addresses, ThinPhone)
        epoch = int(time.time()) - BACK_S + place
        for phone in (*phones, prober):
            await phone.ask(epoch)
        try:
            found += await _rounds(contender, load, form, phones, prober, epoch)
        finally:
            for phone in (*phones, prober):
                if phone.transport is not None:
                    phone.transport.abort()
    return found


async def _rounds(
    contender: Contender,
    load: Load,
    form: Form,
    phones: Sequence[ThinPhone],
    prober: ThinPhone,
    epoch: int,
) -> list[Figures]:
    """Return a paced and an over-driven round, after one that warms up."""
    found = []
    for turn, pace in enumerate(("warm-up", "paced", "over-driven")):
        frames = [_frames(phone.number, epoch, form, load.messages, turn) for phone in phones]
        number = load.messages * len(phones) * form.fixes
        probes = asyncio.create_task(_probe(prober, epoch))
        began, spent = time.perf_counter(), cpu_s(contender.pid)
        await _send(phones, frames, load.rate if pace == "paced" else None)
        next_seq = (turn + 1) * load.messages * form.fixes + 1
        await asyncio.gather(*(phone.ask(epoch, next_seq) for phone in phones))
        spent, took_s = cpu_s(contender.pid) - spent, time.perf_counter() - began
        probes.cancel()
        times = await probes
        if pace != "warm-up":
            found.append(
                Figures(
                    contender.name,
                    form.name,
                    pace,
                    us_per_fix=spent / number * 1e6,
                    fixes_per_core_s=number / spent,
                    fixes_per_s=number / took_s,
                    p50_ms=statistics.median(times) * 1000,
                    p99_ms=sorted(times)[int(len(times) * 0.99)] * 1000,
                )
            )
    return found


def _frames(number: int, epoch: int, form: Form, messages: int, turn: int) -> list[bytes]:
    first = turn * messages * form.fixes + 1
    some = fixes(number, epoch, first, messages * form.fixes)
    build = packed if form.is_packed else plain
    return [build(epoch, some[at : at + form.fixes]) for at in range(0, len(some), form.fixes)]


async def _send(
    phones: Sequence[ThinPhone], frames: Sequence[Sequence[bytes]], rate: float | None
) -> None:
    """Send one frame of each phone in turn, at an even rate, or as fast as the sockets take them.

    A server that does not keep up finds several frames of a phone at once, as it would in life.
    """
    began, sent = time.perf_counter(), 0
    for turn in range(len(frames[0])):
        for phone, own in zip(phones, frames, strict=True):
            await phone.send(own[turn])
            sent += 1
            ahead_s = 0.0 if rate is None else sent / rate - (time.perf_counter() - began)
            if ahead_s > _SHORTEST_SLEEP_S:
                await asyncio.sleep(ahead_s)
        await asyncio.sleep(0)  # what was written leaves now


async def _probe(prober: ThinPhone, epoch: int) -> list[float]:
    """Ask again and again until cancelled; return how long the answers took, in seconds."""
    times: list[float] = []
    try:
        while True:
            times.append(await prober.ask(epoch))
            await asyncio.sleep(PROBE_EVERY_S)
    except asyncio.CancelledError:
        return times or [0.0]
