"""Tasks: one that fails goes on; ending is for certain, even where cancellations are swallowed."""

import asyncio

import pytest
from redis.exceptions import RedisError

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


async def test_what_fails_is_counted_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever it raised; only being cancelled ends it."""
    monkeypatch.setattr(tasks, "_PAUSE_AFTER_ERROR_S", 0.0)
    tried, enough, failures = 0, asyncio.Event(), list[str]()

    async def act() -> None:
        nonlocal tried
        await asyncio.sleep(0)
        tried += 1
        if tried == 6:
            enough.set()
        raise RedisError if tried % 2 else ZeroDivisionError

    loop = asyncio.create_task(tasks.forever("test", 0.0, act, failed=failures.append))
    await enough.wait()
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert {record.levelname for record in caplog.records} == {"WARNING", "ERROR"}
    assert failures[:5] == ["test"] * 5
