"""A phone that sends as fast as it can, by the public protocol, and misbehaves when it is told to.

It keeps every fix until that is durable and writes all it does into the ledger.
"""

import asyncio
import base64
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from benchmarks.city.live_socket import Listener, LiveSocket
from benchmarks.ledger.book import STEP_M, Book, ride
from geo.fix import Fix
from geo.point import Point
from tracking.wire import VERSION, pack_fix

MOST_KEPT = 1000
MOST_IN_ONE_EVENT = 60
STUCK_S = 15.0
"""Fixes sent but not accepted for so long: connect anew and send them again."""
OFF_SHIFT_PAUSE_S = 0.5
"""After the server did not know yet that the shift has begun: say hello again after so long."""
STEP_MS = 1000
REPEATED_EVENTS = 4
_LOOK_EVERY_S = 0.5
_U32 = 1 << 32


class LedgerPhone:
    """One courier's phone; `allow` says how many fixes it may take, `run` keeps it going."""

    def __init__(
        self,
        number: int,
        courier_id: UUID,
        book: Book,
        middle: Point,
        begin_ms: int,
        chance: random.Random,
        connect: Callable[[Mapping[str, Listener]], LiveSocket],
    ) -> None:
        """Switch on; the first fix is of `begin_ms` (Unix), each later one of a second after."""
        self.courier_id = courier_id
        self.oopses: Counter[str] = Counter()
        self.repeated = 0
        self._number, self._middle, self._begin_ms = number, middle, begin_ms
        self._book, self._chance = book, chance
        self._packed = number % 2 == 0
        self._taken = self._allowed = self._sent = self._accepted = 0
        self._clock_off_ms, self._wrong_for, self._wrong_ms = 0, 0, 0
        self._repeat = 0
        self._swap = self._is_greeted = self._hello_again = False
        self._last_events: deque[list[Fix]] = deque(maxlen=REPEATED_EVENTS)
        self._wake, self._speaking = asyncio.Event(), asyncio.Lock()
        self._waiting_since: float | None = None
        self.page = book.open_page(courier_id, begin_ms // 1000)
        self._socket = connect({"a": self._heard, "oops": self._erred})

    @property
    def is_done(self) -> bool:
        """Tell whether every fix it may take is taken and durable."""
        return self._taken >= self._allowed and self.page.durable >= self.page.taken

    @property
    def is_up(self) -> bool:
        """Tell whether it has a connection on which it may send."""
        return self._is_greeted and self._socket.is_up

    async def run(self) -> None:
        """Be a phone until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._socket.run(self._greet))
            tasks.create_task(self._work())

    def allow(self, fixes: int) -> None:
        """Let it take fixes until it has taken so many."""
        self._allowed = max(self._allowed, fixes)
        self._wake.set()

    async def lose(self) -> None:
        """Lose the connection, in the middle of whatever is being said."""
        await self._socket.lose()

    def repeat(self, events: int) -> None:
        """Send the last events once more, and each of the next ones twice."""
        self._repeat = events
        self._wake.set()

    def swap(self) -> None:
        """Send the next event that can be divided in two, the second half first."""
        self._swap = True
        self._wake.set()

    def misread_clock(self, off_ms: int, fixes: int) -> None:
        """Read the time of the next fixes from a clock that is wrong by so much."""
        self._wrong_ms, self._wrong_for = off_ms, fixes

    async def restart(self, off_ms: int) -> None:
        """Lose the memory and begin a new epoch, by a clock that is wrong by so much."""
        self._clock_off_ms, self._wrong_for = off_ms, 0
        epoch = max(0, self._time_ms() // 1000)
        self.page = self._book.open_page(self.courier_id, epoch)
        self._sent = self._accepted = 0
        self._is_greeted = False
        self._last_events.clear()
        await self.lose()

    async def _work(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._wake.wait()
            self._wake.clear()
            self._take_fixes()
            if self._hello_again and self._socket.is_up:
                await self._greet()
            await self._send_waiting()
            await self._look_after_itself()

    def _take_fixes(self) -> None:
        page = self.page
        while self._taken < self._allowed and page.taken - page.durable < MOST_KEPT:
            page.take(self._time_ms(), ride(self._middle, self._number, self._taken))
            self._taken += 1
            self._wrong_for = max(0, self._wrong_for - 1)

    def _time_ms(self) -> int:
        off_ms = self._wrong_ms if self._wrong_for else self._clock_off_ms
        return max(0, self._begin_ms + self._taken * STEP_MS + off_ms)

    async def _greet(self) -> None:
        """Say hello, learn how far the fixes got, begin again after the last durable one."""
        async with self._speaking:
            page = self.page
            self._is_greeted = self._hello_again = False
            kept = {"firstSeq": page.durable + 1, "lastSeq": page.taken}
            hello = {"v": VERSION, "epoch": page.epoch, **kept}
            told: Any = await self._socket.ask("hello", hello)
            if page is not self.page or not isinstance(told, dict):
                await self._socket.lose()
                return
            self._heard(page.epoch, told["accepted"], told["durable"], told["intervalMs"])
            self._sent = page.durable
            self._is_greeted = True
        self._wake.set()

    async def _send_waiting(self) -> None:
        async with self._speaking:
            page = self.page
            while self._is_greeted and page is self.page and self._sent < page.taken:
                events = self._next_events()
                self._sent = max(event[-1].seq for event in events)
                page.sent = max(page.sent, self._sent)
                for event in events:
                    if not await self._send(page.epoch, event):
                        return

    def _next_events(self) -> list[list[Fix]]:
        """Return what to say next: one event, as a rule."""
        page, first = self.page, self._sent + 1
        most = MOST_IN_ONE_EVENT if self._swap else self._chance.randint(1, MOST_IN_ONE_EVENT)
        last = min(page.taken, self._sent + most)
        event = [page.fix(seq) for seq in range(first, last + 1)]
        if self._swap and len(event) > 1:
            self._swap = False
            middle = len(event) // 2
            return [event[middle:], event[:middle]]
        if not self._repeat:
            self._last_events.append(event)
            return [event]
        self._repeat -= 1
        former = list(self._last_events)
        self._last_events.clear()
        self.repeated += len(event) + sum(map(len, former))
        return [*former, event, event]

    async def _send(self, epoch: int, fixes: Sequence[Fix]) -> bool:
        fits = all(0 <= fix.t_ms - epoch * 1000 < _U32 for fix in fixes)
        if self._packed and fits:
            blob = b"".join(pack_fix(epoch, fix) for fix in fixes)
            return await self._socket.emit("f", epoch, base64.b64encode(blob).decode())
        rows = [[f.seq, f.t_ms, f.lat, f.lng, STEP_M, 90.0, 8.0] for f in fixes]
        return await self._socket.emit("p", epoch, rows)

    def _heard(self, epoch: int, accepted: int, durable: int, _interval_ms: int) -> None:
        page = self.page
        if epoch != page.epoch:
            return
        if accepted > self._accepted:
            self._accepted, self._waiting_since = accepted, None
        if durable > page.durable:
            page.durable = durable
            self._wake.set()

    def _erred(self, told: Mapping[str, Any]) -> None:
        code = str(told.get("code"))
        self.oopses[code] += 1
        if code == "off_shift":
            self._is_greeted = False
            asyncio.get_running_loop().call_later(OFF_SHIFT_PAUSE_S, self._say_hello)
        else:
            self._say_hello()

    def _say_hello(self) -> None:
        self._hello_again = True
        self._wake.set()

    async def _look_after_itself(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._sent <= self._accepted or not self._is_greeted or not self._socket.is_up:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = now_s
        elif now_s - self._waiting_since > STUCK_S:
            self._waiting_since = None
            await self._socket.lose()
