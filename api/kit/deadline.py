"""A deadline that many tasks have, each its own, by one timer of the event loop for all of them."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

Result = TypeVar("Result")


class Deadline:
    """Bounds what is awaited to so many seconds, as `asyncio.timeout` does.

    All have the same time, so whoever began first must end first: a timer for the oldest is enough,
    and a request that ends in time never touches it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def within(self, act: Awaitable[Result]) -> Result:
        """Return what `act` gives; raise `TimeoutError` when it takes too long. Once per task."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None  # noqa: S101  # whatever is awaited runs in one
        self._ends[task] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look)
        before = task.cancelling()
        try:
            return await act
        except asyncio.CancelledError as error:
            if task in self._late and task.uncancel() <= before:
                raise TimeoutError from error
            raise
        finally:
            self._ends.pop(task, None)
            self._late.discard(task)

    def _look(self) -> None:
        """Stop the tasks that are late; look again when the next one may be."""
        loop = asyncio.get_running_loop()
        self._timer = None
        for task, end in list(self._ends.items()):
            if end > loop.time():
                self._timer = loop.call_at(end, self._look)
                return
            del self._ends[task]
            self._late.add(task)
            task.cancel()
