"""The lanes that call other people's servers: nobody waits, each is called once."""

import asyncio

from api.kit.events import CORE, TEXTS
from tests.jobs.doors import Doors, Knocked, Rung, run


async def test_a_slow_world_outside_holds_up_nobody_inside(doors: Doors) -> None:
    """Somebody else's server takes its time; orders go on meanwhile."""
    await doors.happen(Rung("a", 1), Knocked("a", 2))
    doors.held[("a", 1)] = asyncio.Event()
    outside = asyncio.create_task(run(doors.station, TEXTS))
    await doors.reached.wait()
    await run(doors.station, CORE)
    assert await doors.knocks() == [("a", 2)]
    assert doors.calls == []
    doors.held.pop(("a", 1)).set()
    await outside
    assert doors.calls == [("a", 1)]


async def test_of_many_relays_one_calls_outside(doors: Doors) -> None:
    """Two workers are no reason to send a code twice."""
    await doors.happen(*(Rung(f"door {number % 3}", number) for number in range(12)))
    for _ in range(8):
        await asyncio.gather(*(run(doors.station, TEXTS) for _ in range(3)))
    assert sorted(number for _door, number in doors.calls) == list(range(12))
    for door in range(3):
        numbers = [number for called, number in doors.calls if called == f"door {door}"]
        assert numbers == sorted(numbers)


async def test_a_call_that_fails_is_made_again(doors: Doors) -> None:
    """At least once: somebody waits for the code."""
    doors.failing.add(("a", 1))
    await doors.happen(Rung("a", 1))
    await run(doors.station, TEXTS)
    assert doors.calls == []
    doors.failing.clear()
    await doors.forget_pauses()
    await run(doors.station, TEXTS)
    await run(doors.station, TEXTS)
    assert doors.calls == [("a", 1)]
