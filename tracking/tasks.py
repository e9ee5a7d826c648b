"""Ending background tasks for certain."""

import asyncio
from collections.abc import Collection

_PATIENCE_S = 0.2


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel tasks until each is over.

    Once may not be enough: in Python 3.11 `asyncio.wait_for`, which redis-py sends every command
    with, swallows a cancellation that comes in the moment in which it is done.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_PATIENCE_S)
