"""Background tasks: doing something again and again, and ending for certain."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection

from redis.exceptions import RedisError

log = logging.getLogger("tracking.tasks")

_PATIENCE_S = 0.2
_PAUSE_AFTER_ERROR_S = 0.5


async def forever(
    name: str,
    pause_s: float,
    act: Callable[[], Awaitable[None]],
    *,
    failed: Callable[[str], None],
    away: tuple[type[Exception], ...] = (RedisError,),
) -> None:
    """Do something again and again, `pause_s` from one beginning to the next, until cancelled.

    An error ends nothing: it is logged, `failed` is told the name, and soon it goes on. One in
    `away` means that a server does not answer: one line then, no traceback.
    """
    while True:
        began = time.monotonic()
        try:
            await act()
        except away as error:
            failed(name)
            about = {"loop": name, "error": str(error)}
            log.warning("a server that we need does not answer", extra=about)
            await asyncio.sleep(_PAUSE_AFTER_ERROR_S)
        except Exception:
            failed(name)
            log.exception("a loop failed and goes on", extra={"loop": name})
            await asyncio.sleep(_PAUSE_AFTER_ERROR_S)
        await asyncio.sleep(max(0.0, pause_s - (time.monotonic() - began)))


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
