"""A courier's phone: rides in a circle, streams fixes, takes every offer, carries at once."""

import base64
import math
import time
from collections import deque
from typing import Any

from locust import task

from benchmarks.city.fix_buffer import FixBuffer, Reading
from benchmarks.load.person import Oops, Person
from geo.point import Point, offset
from tracking.phones import OFF_SHIFT
from tracking.wire import VERSION, pack_fix

SPEED_MPS = 6.0
RADIUS_M = 250.0
SPREAD_M = 2000.0
FIRST_INTERVAL_MS = 1000
SETTLE_S = 6.0
"""How long the last fixes may take; the server acknowledges once in two seconds at most."""
OFF_SHIFT_PAUSE_S = 1.0
_GONE = frozenset({"offer_closed"})
_NOT_YET = frozenset({"not_ready"})
_STILL_CARRIES = frozenset({"invalid_transition"})
_COURIER = "/api/v1/courier"


class CourierPhone(Person):
    """Streams by the protocol: numbered fixes, kept until durable, at the pace that was asked for.

    `fix to acknowledgement` is from sending a fix to hearing that it is accepted; as those words
    come at most once in two seconds, a second is usual on an idle machine.
    """

    middle: Point

    def on_start(self) -> None:
        """Begin a shift."""
        super().on_start()
        number = len(self.tokens)
        turn, away_m = number * 2.4, SPREAD_M * math.sqrt((number % 97) / 97)
        self._home = offset(self.middle, away_m * math.sin(turn), away_m * math.cos(turn))
        self._interval_ms = FIRST_INTERVAL_MS
        self._buffer: FixBuffer | None = None
        self._sent = 0
        self._hello_at_s: float | None = None
        self._waiting: deque[tuple[int, float]] = deque()
        self._offers: deque[str] = deque()
        self._aboard: deque[tuple[str, bool]] = deque()
        self.hear("a", self._heard_accepted)
        self.hear("oops", self._heard_oops)
        self.hear("offer:new", lambda told: self._offers.append(str(told["offerId"])))
        self.call("go online", "PUT", f"{_COURIER}/status", {"status": "online"})

    def on_stop(self) -> None:
        """Wait for the last acknowledgements: what stays without has failed. Deliver, go home."""
        until = time.perf_counter() + SETTLE_S
        while self._waiting and self.sio.connected and time.perf_counter() < until:
            time.sleep(0.05)  # gevent's, by Locust
        for _ in self._waiting:
            self.note("fix to acknowledgement", None, Oops(f"none within {SETTLE_S:g} s"))
        for _ in range(2 * len(self._aboard)):
            self._carry()
        leaving = {"status": "offline"}
        self.call("go offline", "PUT", f"{_COURIER}/status", leaving, _STILL_CARRIES)
        super().on_stop()

    def wait_time(self) -> float:
        """Return the seconds to the next fix."""
        return self._interval_ms / 1000

    @task
    def ride(self) -> None:
        """Take a fix and send what is not sent; then see to offers and deliveries."""
        if not self.sio.connected and not self._connect():
            return
        if self._hello_at_s is not None and not self._greet():
            return
        self._send_fixes()
        self._accept_offers()
        self._carry()

    def _connect(self) -> bool:
        """Connect; fixes are sent after the next hello."""
        self._hello_at_s = 0.0
        return self.connect("/api/v1/realtime/tickets")

    def _greet(self) -> bool:
        """Say hello when it is time, and go back to the first fix that is not durable."""
        if time.perf_counter() < (self._hello_at_s or 0.0):
            return False
        if self._buffer is None:
            self._buffer = FixBuffer(self.now_ms() // 1000)
        first, last = self._buffer.kept_range
        hello = {"v": VERSION, "epoch": self._buffer.epoch, "firstSeq": first, "lastSeq": last}
        told = self.ask("hello", hello)
        if told is None:
            self.sio.disconnect()
            return False
        self._heard_accepted(
            self._buffer.epoch, told["accepted"], told["durable"], told["intervalMs"]
        )
        self._sent = self._buffer.durable
        self._waiting.clear()
        self._hello_at_s = None
        return True

    def _heard_oops(self, told: dict[str, Any]) -> None:
        """Keep the fixes where the gateway has not yet heard of the shift; else it is a mistake."""
        if told["code"] == OFF_SHIFT:
            self._hello_at_s = time.perf_counter() + OFF_SHIFT_PAUSE_S
            self._waiting.clear()
        else:
            self.note("oops", None, Oops(f"{told['code']} {told['message']}"))

    def _send_fixes(self) -> None:
        buffer = self._buffer
        if buffer is None:
            return
        now_ms = self.now_ms()
        buffer.take(self._reading(now_ms))
        fixes = buffer.after(self._sent, now_ms)
        self._waiting.extend((fix.seq, time.perf_counter()) for fix in fixes)
        self._sent = fixes[-1].seq
        blob = b"".join(pack_fix(buffer.epoch, fix) for fix in fixes)
        self.emit("f", buffer.epoch, base64.b64encode(blob).decode())

    def _reading(self, now_ms: int) -> Reading:
        turn = now_ms / 1000 * SPEED_MPS / RADIUS_M
        here = offset(self._home, RADIUS_M * math.sin(turn), RADIUS_M * math.cos(turn))
        return Reading(now_ms, here.lat, here.lng, SPEED_MPS, math.degrees(-turn) % 360, 8.0)

    def _heard_accepted(self, epoch: int, accepted: int, durable: int, interval_ms: int) -> None:
        if self._buffer is None:
            return
        self._buffer.note(epoch, accepted, durable)
        self._interval_ms = interval_ms
        while self._waiting and self._waiting[0][0] <= self._buffer.accepted:
            _seq, sent_s = self._waiting.popleft()
            self.note("fix to acknowledgement", (time.perf_counter() - sent_s) * 1000)

    def _accept_offers(self) -> None:
        while self._offers:
            path = f"{_COURIER}/offers/{self._offers.popleft()}/accept"
            delivery: Any = self.call("accept an offer", "POST", path, {}, _GONE)
            if delivery is not None:
                self._aboard.append((delivery["id"], False))

    def _carry(self) -> None:
        """Do the next step of the delivery that waits longest."""
        if not self._aboard:
            return
        delivery, is_picked_up = self._aboard.popleft()
        path = f"{_COURIER}/deliveries/{delivery}"
        if is_picked_up:
            self.call("hand over", "POST", f"{path}/complete", {"receivedBy": "Somebody"})
            return
        taken = self.call("pick up", "PUT", f"{path}/status", {"status": "picked_up"}, _NOT_YET)
        self._aboard.append((delivery, taken is not None))
