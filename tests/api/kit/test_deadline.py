"""One timer for many deadlines: who is late is stopped, nobody else is."""

import asyncio

import pytest

from api.kit.deadline import Deadline

FOREVER_S = 30.0


async def test_what_ends_in_time_gives_its_result() -> None:
    async def quick() -> int:
        await asyncio.sleep(0)
        return 7

    deadline = Deadline(FOREVER_S)
    assert await asyncio.gather(*(deadline.within(quick()) for _ in range(50))) == [7] * 50
    assert not deadline._ends


async def test_who_is_late_is_stopped_and_later_ones_have_their_own_time() -> None:
    deadline = Deadline(0.05)
    began = asyncio.get_running_loop().time
    lasted: list[float] = []

    async def hang(after_s: float) -> None:
        await asyncio.sleep(after_s)
        start = began()
        with pytest.raises(TimeoutError):
            await deadline.within(asyncio.Event().wait())
        lasted.append(began() - start)

    async with asyncio.timeout(FOREVER_S):
        await asyncio.gather(*(hang(0.02 * n) for n in range(5)))
    assert all(seconds >= 0.049 for seconds in lasted)
    assert not deadline._ends
    assert not deadline._late


async def test_an_error_and_a_cancellation_from_outside_go_through() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    deadline = Deadline(FOREVER_S)
    with pytest.raises(ZeroDivisionError):
        await asyncio.create_task(deadline.within(fail()))
    task = asyncio.create_task(deadline.within(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadline._ends


async def test_the_task_goes_on_after_its_deadline() -> None:
    """As after `asyncio.timeout`: the cancellation is over."""
    deadline = Deadline(0.01)
    with pytest.raises(TimeoutError):
        await deadline.within(asyncio.Event().wait())
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await asyncio.sleep(0)
