"""Those who look on: thin clients that count what they are sent, and read how old it is."""

import asyncio
import json
import time
from typing import Any

from benchmarks.tracking.frames import frame
from benchmarks.tracking.phones import ThinPhone

_EVENT = '42["t",'


class Watcher(ThinPhone):
    """A connection that is in rooms; `ages_us` are of every event that it heard."""

    def __init__(self, number: int, port: int, more: str) -> None:
        """Be watcher `number`."""
        super().__init__(number, port, more)
        self.heard = 0
        self.bytes = 0
        self.ages_us: list[int] = []

    def data_received(self, data: bytes) -> None:
        """Count, then read."""
        self.bytes += len(data)
        super().data_received(data)

    def hear(self, text: str) -> None:
        """Count an event and note its age; the rest as a phone does."""
        if not text.startswith(_EVENT):
            super().hear(text)
            return
        self.heard += 1
        stop = text.find(",", len(_EVENT))
        self.ages_us.append(time.monotonic_ns() // 1000 - int(text[len(_EVENT) : stop]))

    def forget(self) -> None:
        """Begin to count anew."""
        self.heard, self.bytes, self.ages_us = 0, 0, []

    async def join(self, room: str) -> None:
        """Enter a room."""
        await self.call("join", room)

    async def call(self, event: str, argument: Any) -> None:
        """Say something and wait for the answer."""
        self.asked += 1
        answer = self.answers[self.asked] = asyncio.get_running_loop().create_future()
        self.write(frame(f"42{self.asked}" + json.dumps([event, argument])))
        await answer

    def say(self, event: str, argument: Any) -> None:
        """Say something that is not answered."""
        self.write(frame("42" + json.dumps([event, argument])))
