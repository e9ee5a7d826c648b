"""The worker's loops beside each other, and events that nobody can do anything for."""

import asyncio

import pytest

from api.deliveries.events import RouteChanged
from api.identity.events import PasswordChanged
from api.kit.events import CORE, LANES, LETTERS
from api.kit.ids import CourierId, UserId, new_id
from api.kit.work import Work
from jobs.dispatch_tick import DispatchTick
from jobs.loops import forever, loops_of
from jobs.outbox_relay import Relay
from jobs.reactions import REACTIONS
from jobs.solver import Solver
from jobs.station import Station
from jobs.webhook_sender import WebhookSender
from tracking import keys, news
from tracking.tasks import end

RUSH = 400


async def told(station: Station, at_least: int) -> list[str]:
    """Wait until sockets were told of so many couriers; return whom."""
    while True:
        if await station.redis.exists(keys.NEWS):
            items = await news.read(station.redis, news.BEGINNING, 1)
            if len(items) >= at_least:
                return [item.body["courierId"] for item in items]
        await asyncio.sleep(0.01)


async def test_telling_does_not_wait_for_a_backlog(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 400 events the first is told while the last is not handled yet."""
    couriers = [CourierId(new_id()) for _ in range(RUSH)]
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold_the_last(_work: Work, event: RouteChanged) -> None:
        if event.courier_id == couriers[-1]:
            reached.set()
            await go_on.wait()

    monkeypatch.setitem(REACTIONS, RouteChanged, (hold_the_last,))
    async with station.work() as work:
        for courier_id in couriers:
            work.emit(RouteChanged(courier_id))
    dispatch = DispatchTick(station, Solver())
    relays = [Relay(station, lane) for lane in LANES]
    loops = loops_of(station, dispatch, relays, WebhookSender(station))
    core = [loop for loop in loops if loop.name.endswith(f" {CORE}")]
    running = [asyncio.create_task(forever(loop, station)) for loop in core]
    try:
        async with asyncio.timeout(60):
            await reached.wait()
            assert str(couriers[0]) in await told(station, 1)
            assert str(couriers[-1]) not in await told(station, RUSH - 1)
            go_on.set()
            assert sorted(await told(station, RUSH)) == sorted(map(str, couriers))
    finally:
        await end(running)


async def test_a_letter_that_nobody_is_set_up_to_send_is_parked_at_once(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    """Waiting sets up no mail server: one line in the log, no traceback, and it is kept."""
    async with station.work() as work:
        work.emit(PasswordChanged(UserId(new_id()), "ana@example.org", "en"))
    relay = Relay(station, LETTERS)
    relay.woken.set()
    await relay.handle_once()
    async with station.database.connection() as db:
        (row,) = await db.fetch("SELECT * FROM outbox")
    assert (row["attempts"], row["parked_at"] is None) == (1, False)
    assert "HERMOD_MAIL_HOST" in row["last_error"]
    (line,) = [one for one in caplog.records if one.name == "jobs.outbox"]
    assert "HERMOD_MAIL_HOST" in line.getMessage()
    assert line.exc_info is None
