"""Keeps robots going: one that stumbles is noted and begins again, the others never notice."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from benchmarks.city.tally import Tally

log = logging.getLogger("city")

AGAIN_AFTER_S = 5.0


async def keep_going(kind: str, tally: Tally, live: Callable[[], Awaitable[None]]) -> None:
    """Run one robot's life until it returns; after an error, wait a little and run it again."""
    while True:
        try:
            await live()
        except Exception as error:
            tally.mishaps[f"{kind}: {_first(error)}"] += 1
            log.warning("a %s begins again", kind, exc_info=True)
            await asyncio.sleep(AGAIN_AFTER_S)
        else:
            return


async def attempt(kind: str, tally: Tally, act: Awaitable[None]) -> None:
    """Do something once; an error is noted and stops nobody else."""
    try:
        await act
    except Exception as error:
        tally.mishaps[f"{kind}: {_first(error)}"] += 1
        log.warning("a %s failed", kind, exc_info=True)


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
