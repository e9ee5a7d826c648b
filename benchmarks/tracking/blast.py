"""Sending to rooms as a benchmark orders it: so many events, at a pace or as fast as it goes."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

_STEP_S = 0.002


@dataclass(frozen=True, slots=True)
class Blast:
    """`events` in turn to the rooms `r0` ... of so many, each with `size` bytes of text.

    `rate` is in events per second, 0 for as fast as it goes.
    """

    rooms: int
    events: int
    rate: float
    size: int


async def blast(order: Blast, shout: Callable[[str, int, str], None]) -> None:
    """Call `shout` with a room, the time (us, monotonic) and a text for each event."""
    text, began, sent = "x" * order.size, time.perf_counter(), 0
    while sent < order.events:
        due = order.events
        if order.rate:
            due = min(due, round((time.perf_counter() - began) * order.rate) + 1)
        else:
            due = min(due, sent + max(1, order.rooms // 4))
        for number in range(sent, due):
            shout(f"r{number % order.rooms}", time.monotonic_ns() // 1000, text)
        sent = due
        await asyncio.sleep(_STEP_S if order.rate else 0)
