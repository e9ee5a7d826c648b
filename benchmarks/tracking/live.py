"""From phone to map with everything on: phones ride, dispatchers look on, fixes cross Redis.

Paced: every phone sends a fix a second, and how old it is when a map is sent it is measured.
Over-driven: packed by five, as fast as the sockets take them, while the maps look on.
"""

import asyncio
import base64
import json
import statistics
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from benchmarks.tracking.contenders import Contender
from benchmarks.tracking.cpu import cpu_s
from benchmarks.tracking.frames import MIDDLE, fixes, packed
from benchmarks.tracking.ingest import BACK_S
from benchmarks.tracking.phones import ThinPhone, connected
from benchmarks.tracking.watchers import Watcher

INTERVAL_S = 1.0
BOX_DEG = 0.03
READERS = 4
"""So many maps read what they are sent; the others only count it."""
_TICK, _SNAP = '42["t",', '42["snap",'
_RECORD = struct.Struct("<HhhbbBBBB")
_DIGITS = 16
"""Of base64 in a record."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many phones and maps, for how long."""

    phones: int
    maps: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Our program under one load; `cpu_share` is of one core, for the gateway and for Redis."""

    server: str
    pace: str
    fixes_per_s: float
    shown_per_s: float
    cpu_share: float
    redis_share: float
    us_per_fix: float
    shown_per_core_s: float
    bytes_per_shown: float
    p50_ms: float
    p99_ms: float


class Sent:
    """When each phone's newest fix was sent, by the low byte of its number."""

    def __init__(self, phones: int) -> None:
        self.at = [[0.0] * 256 for _ in range(phones)]

    def note(self, number: int, seq: int) -> None:
        self.at[number][seq & 0xFF] = time.perf_counter()


class Map(Watcher):
    """A dispatcher's map: counts the records it is sent; a reader also looks how old they are."""

    def __init__(self, number: int, port: int, more: str) -> None:
        """Be map `number`."""
        super().__init__(number, port, more)
        self.shown = 0
        self.sent: Sent | None = None
        self.ages_s: list[float] = []
        self._names: dict[int, int] = {}

    def hear(self, text: str) -> None:
        """Count and read what a map is sent."""
        if text.startswith(_TICK):
            records = text.split('"', 6)[5]
            self.shown += len(records) // _DIGITS
            if self.sent is not None:
                self._read(text, records)
        elif text.startswith(_SNAP):
            self._introduce(json.loads(text[2:])[4])
        else:
            super().hear(text)

    def _introduce(self, names: list[list[object]]) -> None:
        for ref, courier_id, *_rest in names:
            self._names[int(str(ref))] = UUID(str(courier_id)).int - 1

    def _read(self, text: str, records: str) -> None:
        if "[[" in text:
            self._introduce(json.loads(text[2:])[4])
        now_s = time.perf_counter()
        for ref, *_fields, seq_low in _RECORD.iter_unpack(base64.b64decode(records)):
            number = self._names.get(ref)
            if number is not None and self.sent is not None:
                self.ages_s.append(now_s - self.sent.at[number][seq_low])


async def measure(contender: Contender, load: Load) -> list[Figures]:
    """Return the figures of our running program, paced and over-driven."""
    phones = await connected(contender.port, await contender.addresses(load.phones), ThinPhone)
    maps = await connected(contender.port, await contender.staff_addresses(load.maps), Map)
    epoch = int(time.time()) - BACK_S
    try:
        for phone in phones:
            await phone.ask(epoch)
        for number, one in enumerate(maps):
            await one.call("view", _view(number))
        first = 1
        found = []
        for pace in ("warm-up", "paced", "over-driven"):
            seconds = load.seconds if pace == "paced" else load.seconds / 4
            for one in maps:
                one.shown, one.bytes, one.ages_s = 0, 0, []
            if pace == "over-driven":
                figures, first = await _over_driven(contender, phones, maps, epoch, first)
            else:
                figures, first = await _paced(contender, phones, maps, epoch, first, seconds)
            found += [figures] if pace != "warm-up" else []
        return found
    finally:
        for client in (*phones, *maps):
            client.transport.abort()


def _view(number: int) -> dict[str, object]:
    """Return what map `number` looks at: a box of its own around the middle of the town."""
    north, east = (number * 0.618) % 1 - 0.5, (number * 0.377) % 1 - 0.5
    lat, lng = MIDDLE.lat + north * BOX_DEG * 3, MIDDLE.lng + east * BOX_DEG * 3
    half = BOX_DEG / 2
    return {"zoom": 14, "bbox": [lat - half, lng - half, lat + half, lng + half], "rev": 1}


async def _paced(
    contender: Contender,
    phones: Sequence[ThinPhone],
    maps: Sequence[Map],
    epoch: int,
    first: int,
    seconds: float,
) -> tuple[Figures, int]:
    """Let every phone send a fix per second, evenly spread."""
    rounds = max(1, round(seconds / INTERVAL_S))
    ready = [
        [packed(epoch, [fix]) for fix in fixes(phone.number, epoch, first, rounds)]
        for phone in phones
    ]
    sent = Sent(len(phones))
    for one in maps[:READERS]:
        one.sent = sent
    clock = _Clock(contender)
    for turn in range(rounds):
        for place, phone in enumerate(phones):
            ahead_s = (turn + place / len(phones)) * INTERVAL_S - clock.so_far_s
            if ahead_s > 0.002:
                await asyncio.sleep(ahead_s)
            sent.note(phone.number, first + turn)
            phone.write(ready[place][turn])
    await asyncio.sleep(0.5)
    return clock.figures("paced", rounds * len(phones), maps), first + rounds


async def _over_driven(
    contender: Contender,
    phones: Sequence[ThinPhone],
    maps: Sequence[Map],
    epoch: int,
    first: int,
    events: int = 12,
) -> tuple[Figures, int]:
    """Let phones send packed by five, as fast as the sockets take it."""
    ready = []
    for phone in phones:
        some = fixes(phone.number, epoch, first, events * 5)
        ready.append([packed(epoch, some[at : at + 5]) for at in range(0, len(some), 5)])
    for one in maps:
        one.sent = None
    clock = _Clock(contender)
    for turn in range(events):
        for place, phone in enumerate(phones):
            await phone.send(ready[place][turn])
        await asyncio.sleep(0)
    next_seq = first + events * 5
    await asyncio.gather(*(phone.ask(epoch, next_seq) for phone in phones))
    return clock.figures("over-driven", events * 5 * len(phones), maps), next_seq


class _Clock:
    """What the gateway and its Redis have used since the clock was made."""

    def __init__(self, contender: Contender) -> None:
        self._contender = contender
        self._began = time.perf_counter()
        self._spent, self._redis = cpu_s(contender.pid), cpu_s(contender.redis_pid)

    @property
    def so_far_s(self) -> float:
        return time.perf_counter() - self._began

    def figures(self, pace: str, number: int, maps: Sequence[Map]) -> Figures:
        took_s = self.so_far_s
        spent = cpu_s(self._contender.pid) - self._spent
        redis = cpu_s(self._contender.redis_pid) - self._redis
        shown = sum(one.shown for one in maps)
        ages = sorted(age for one in maps for age in one.ages_s) or [0.0]
        return Figures(
            self._contender.name,
            pace,
            fixes_per_s=number / took_s,
            shown_per_s=shown / took_s,
            cpu_share=spent / took_s,
            redis_share=redis / took_s,
            us_per_fix=spent / number * 1e6,
            shown_per_core_s=shown / spent,
            bytes_per_shown=sum(one.bytes for one in maps) / max(1, shown),
            p50_ms=statistics.median(ages) * 1000,
            p99_ms=ages[int(len(ages) * 0.99)] * 1000,
        )
