"""Waiting until something is so, for what nobody announces."""

import asyncio
from collections.abc import Callable

LOOK_EVERY_S = 0.2


async def wait_until(is_so: Callable[[], bool], within_s: float | None = None) -> bool:
    """Look again and again until it is so; tell whether it was within so many real seconds."""
    loop = asyncio.get_running_loop()
    end_s = None if within_s is None else loop.time() + within_s
    while True:
        if is_so():
            return True
        if end_s is not None and loop.time() >= end_s:
            return False
        await asyncio.sleep(LOOK_EVERY_S)
