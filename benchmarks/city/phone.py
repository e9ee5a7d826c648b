"""A courier's phone: takes fixes, keeps them until they are durable, sends, resumes."""

import asyncio
import base64
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.city.clock import BusinessClock
from benchmarks.city.fix_buffer import FixBuffer
from benchmarks.city.gps import Episode, Receiver, Trouble
from benchmarks.city.live_socket import Listener, LiveSocket
from benchmarks.city.motion import Pose
from benchmarks.city.tally import Tally
from benchmarks.city.waiting import wait_until
from geo.fix import Fix
from tracking.wire import VERSION, pack_fix

IDLE_INTERVAL_MS = 3000
SHORTEST_INTERVAL_MS = 200
STUCK_S = 30.0
"""Fixes sent but not accepted for so long: the phone connects anew and sends them again."""
OFF_SHIFT_PAUSE_S = 1.0
"""After the server did not know yet that the shift has begun: say hello again after so long."""


@dataclass(frozen=True, slots=True)
class PhoneKind:
    """How a phone sends (packed `f` or plain `p`) and what goes wrong with it."""

    packed: bool
    receiver: Receiver
    episodes: Iterable[Episode]


class Phone:
    """One phone. `where` tells where it is; what it hears goes to `listeners`."""

    def __init__(
        self,
        kind: PhoneKind,
        clock: BusinessClock,
        where: Callable[[int], Pose],
        tally: Tally,
        connect: Callable[[Mapping[str, Listener]], LiveSocket],
        listeners: Mapping[str, Listener],
        is_alive: asyncio.Event,
    ) -> None:
        """Switch on; nothing is taken or sent before `run`. `is_alive` is clear while dead."""
        self._kind = kind
        self._clock = clock
        self._where = where
        self._tally = tally
        self._buffer = FixBuffer(clock.now_ms() // 1000)
        self._interval_ms = IDLE_INTERVAL_MS
        self._sent = 0
        self._is_greeted = False
        self._sees_sky = True
        self._waiting_since: float | None = None
        self._greet_at: float | None = None
        self._sending = asyncio.Lock()
        self._is_alive = is_alive
        self._socket = connect({**listeners, "a": self._heard, "oops": self._erred})

    async def run(self) -> None:
        """Be a phone on shift until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._socket.run(self._greet))
            tasks.create_task(self._take_fixes())
            tasks.create_task(self._suffer())

    async def settle(self, within_s: float = 10.0) -> bool:
        """Wait until every fix taken is durable; tell whether that came true in time."""
        return await wait_until(lambda: not len(self._buffer), within_s)

    async def _take_fixes(self) -> None:
        while True:
            await asyncio.sleep(self._interval_ms / 1000 * random.uniform(0.9, 1.1))
            if not self._is_alive.is_set():
                continue
            if self._sees_sky:
                now_ms = self._clock.now_ms()
                reading = self._kind.receiver.read(self._where(now_ms), now_ms)
                forgotten = self._buffer.forgotten
                self._buffer.take(reading)
                self._tally.fixes.taken += 1
                self._tally.fixes.forgotten += self._buffer.forgotten - forgotten
            await self._send_waiting()
            await self._look_after_itself()

    async def _greet(self) -> None:
        """Say hello, learn how far the fixes got, send again what is not durable."""
        self._is_greeted, self._greet_at = False, None
        self._buffer.renew(self._clock.now_ms() // 1000)
        first, last = self._buffer.kept_range
        hello = {"v": VERSION, "epoch": self._buffer.epoch, "firstSeq": first, "lastSeq": last}
        told: Any = await self._socket.ask("hello", hello)
        if not isinstance(told, dict):
            await self._socket.lose()
            return
        self._heard(self._buffer.epoch, told["accepted"], told["durable"], told["intervalMs"])
        again = max(0, self._sent - self._buffer.durable)
        self._tally.fixes.sent_again += again
        self._sent -= again
        self._tally.fixes.sent -= again
        self._is_greeted = True
        await self._send_waiting()

    async def _send_waiting(self) -> None:
        async with self._sending:
            while self._is_greeted:
                fixes = self._buffer.after(self._sent, self._clock.now_ms())
                if not fixes or not await self._send(fixes):
                    return
                self._tally.fixes.sent += fixes[-1].seq - self._sent
                self._sent = fixes[-1].seq

    async def _send(self, fixes: Sequence[Fix]) -> bool:
        epoch = self._buffer.epoch
        if self._kind.packed:
            blob = b"".join(pack_fix(epoch, fix) for fix in fixes)
            return await self._socket.emit("f", epoch, base64.b64encode(blob).decode())
        rows = [_fields(fix) for fix in fixes]
        return await self._socket.emit("p", epoch, rows)

    def _heard(self, epoch: int, accepted: int, durable: int, interval_ms: int) -> None:
        newly_accepted, newly_durable = self._buffer.note(epoch, accepted, durable)
        if newly_accepted:
            self._waiting_since = None
        self._tally.fixes.accepted += newly_accepted
        self._tally.fixes.durable += newly_durable
        self._interval_ms = max(SHORTEST_INTERVAL_MS, interval_ms)

    def _erred(self, told: Mapping[str, Any]) -> None:
        if told.get("code") == "off_shift":
            self._is_greeted = False
            self._greet_at = asyncio.get_running_loop().time() + OFF_SHIFT_PAUSE_S
        else:
            self._tally.alarms[f"oops {told.get('code')}: {told.get('message')}"] += 1

    async def _look_after_itself(self) -> None:
        """Connect anew when the server stays silent about fixes it was sent."""
        now_s = asyncio.get_running_loop().time()
        if self._greet_at is not None and now_s >= self._greet_at and self._socket.is_up:
            await self._greet()
        if self._sent <= self._buffer.accepted or not self._is_greeted or not self._socket.is_up:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = now_s
        elif now_s - self._waiting_since > STUCK_S:
            self._waiting_since = None
            await self._socket.lose()

    async def _suffer(self) -> None:
        """Live through the phone's troubles."""
        for episode in self._kind.episodes:
            await asyncio.sleep(episode.after_s)
            match episode.trouble:
                case Trouble.NO_FIX:
                    self._sees_sky = False
                case Trouble.NO_SERVER:
                    await self._socket.lose(episode.lasts_s)
                case Trouble.DEAD:
                    self._is_alive.clear()
                    await self._socket.lose(episode.lasts_s)
            await asyncio.sleep(episode.lasts_s)
            self._sees_sky = True
            self._is_alive.set()


def _fields(fix: Fix) -> list[float | None]:
    place = [fix.lat, fix.lng]
    return [fix.seq, fix.t_ms, *place, fix.speed_mps, fix.heading_deg, fix.accuracy_m]
