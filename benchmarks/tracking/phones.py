"""Many phones in one process, as thin as can be, so that the server is what is measured."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from benchmarks.city.errors import CityError
from benchmarks.tracking.frames import frame, hello, texts

CONNECT_S = 60.0
ANSWER_S = 240.0
_AT_ONCE = 32
_PONG = frame("3")
_CONNECT = frame("40")
_UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket{more} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n"
)


class ThinPhone(asyncio.Protocol):
    """One Socket.IO connection that only sends, answers pings, and waits for acknowledgements."""

    def __init__(self, number: int, port: int, more: str) -> None:
        """Be phone `number`; `more` goes into the address, a ticket for one."""
        self.number = number
        self.transport: Any = None  # uvloop's is of no class of asyncio's
        self._upgrade = _UPGRADE.format(port=port, more=more).encode()
        self._upgraded = False
        self._buffer = bytearray()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self.is_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answers: dict[int, asyncio.Future[None]] = {}
        self.asked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self.transport = transport
        self.write(self._upgrade)

    def data_received(self, data: bytes) -> None:
        """Read what the server says."""
        self._buffer += data
        if not self._upgraded:
            head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._fail(head.splitlines()[0].decode(errors="replace"))
                return
            self._upgraded, self._buffer = True, bytearray(rest)
        for text in texts(self._buffer):
            self.hear(text)

    def hear(self, text: str) -> None:
        """Take up what the server says."""
        if text.startswith("0"):
            self.write(_CONNECT)
        elif text == "2":
            self.write(_PONG)
        elif text.startswith("40") and not self.is_up.done():
            self.is_up.set_result(None)
        elif text.startswith("43"):
            number = int(text[2:].partition("[")[0])
            answer = self.answers.pop(number, None)
            if answer is not None and not answer.done():
                answer.set_result(None)
        elif text.startswith('42["oops"') or text.startswith('42["bye"'):
            self._fail(text)

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody may wait for an answer any more."""
        self._fail(f"the connection was lost: {error}")

    def pause_writing(self) -> None:
        """The server does not keep up."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """It does again."""
        self._may_write.set()

    def write(self, blob: bytes) -> None:
        """Send bytes."""
        if self.transport is not None:
            self.transport.write(blob)

    async def send(self, blob: bytes) -> None:
        """Send bytes once the server has taken most of what was sent before."""
        await self._may_write.wait()
        self.write(blob)

    async def ask(self, epoch: int, first: int = 1) -> float:
        """Say hello and return after how many seconds it was answered: all before it was read."""
        self.asked += 1
        answer = self.answers[self.asked] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self.write(hello(self.asked, epoch, first))
        async with asyncio.timeout(ANSWER_S):
            await answer
        return time.perf_counter() - began

    def _fail(self, why: str) -> None:
        error = CityError(f"A phone of the benchmark failed: {why}.")
        for waiting in (self.is_up, *self.answers.values()):
            if not waiting.done():
                waiting.set_exception(error)
                waiting.exception()  # whoever waits hears of it, nobody else need


Kind = TypeVar("Kind", bound=ThinPhone)


async def connected(
    port: int, more: Sequence[str], kind: Callable[[int, int, str], Kind]
) -> list[Kind]:
    """Return one connected phone per text in `more`; raise CityError when one is refused."""
    loop, queue = asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE)

    async def one(number: int, text: str) -> Kind:
        async with queue, asyncio.timeout(CONNECT_S):
            _transport, phone = await loop.create_connection(
                lambda: kind(number, port, text), "127.0.0.1", port
            )
            await phone.is_up
        return phone

    return list(await asyncio.gather(*(one(n, text) for n, text in enumerate(more))))
