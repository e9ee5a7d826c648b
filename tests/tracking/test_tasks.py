"""Ending tasks: for certain, even where a library swallows a cancellation."""

import asyncio

from tracking import tasks


async def test_a_task_that_swallows_cancellations_ends_nevertheless() -> None:
    """As redis-py's commands do on Python 3.11 now and then."""
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 3:
                    raise

    async def meek() -> None:
        await asyncio.sleep(3600)

    running = [asyncio.create_task(stubborn()), asyncio.create_task(meek())]
    await asyncio.sleep(0)
    await tasks.end(running)
    assert swallowed == 3
    assert all(task.done() for task in running)


async def test_tasks_that_are_over_and_no_tasks_at_all_need_no_ending() -> None:
    """Nothing to wait for; a failure long ago is nobody's surprise."""

    async def failing() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    over = asyncio.create_task(failing())
    await asyncio.wait([over])
    await tasks.end([over])
    await tasks.end([])
    assert isinstance(over.exception(), ZeroDivisionError)
