"""The outbox relay: once each, in order, whoever else runs and whatever fails."""

import asyncio
import random
from contextlib import suppress
from dataclasses import replace

import pytest

from api.kit import outbox
from api.kit.clock import real_now
from api.kit.events import CORE, TEXTS
from api.kit.redis import RedisError, open_redis
from api.kit.work import Work
from jobs import outbox_relay
from jobs.announcements import ANNOUNCEMENTS, Announcement
from jobs.outbox_relay import PARK_AFTER, Relay, listen
from jobs.reactions import REACTIONS
from tests.jobs.doors import Doors, Knocked, Seen, relay, run, work_through


async def test_many_relays_at_once_react_once_to_each_event_and_in_order(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four relays, small batches, reactions of any length: no knock twice, none out of turn."""
    monkeypatch.setattr(outbox_relay, "BATCH", 7)
    dice = random.Random(1)
    events = [Knocked(f"door {number % 6}", number) for number in range(60)]
    for event in events:
        await doors.happen(event, Seen(event.door, event.number))

    async def slow_note(work: Work, event: Knocked) -> None:
        await doors.note(work, event)
        await asyncio.sleep(dice.random() * 0.005)

    monkeypatch.setitem(REACTIONS, Knocked, (slow_note,))
    relays = [relay(doors.station) for _ in range(4)]
    while len(await doors.rows("SELECT FROM outbox WHERE handled_at IS NULL")):
        await asyncio.gather(*(work_through(one) for one in relays))
        for one in relays:
            one.woken.set()
    knocks = await doors.knocks()
    assert sorted(knocks) == sorted((event.door, event.number) for event in events)
    for door in {event.door for event in events}:
        numbers = [number for knocked, number in knocks if knocked == door]
        assert numbers == sorted(numbers)
    (row,) = await doors.rows(
        "SELECT count(*) FROM outbox AS o JOIN outbox AS later USING (key)"
        " WHERE o.seq < later.seq AND o.handled_at > later.handled_at"
    )
    assert row["count"] == 0, "an event of a thing was handled before an earlier one"


async def test_what_another_relay_has_in_hand_is_neither_overtaken_nor_told_nor_lost(
    doors: Doors,
) -> None:
    """Not handled is not handled: the other one may fail yet."""
    await doors.happen(Knocked("a", 1), Knocked("a", 2), Knocked("b", 3))
    doors.held[("a", 1)] = asyncio.Event()
    first = asyncio.create_task(run(doors.station))
    await doors.reached.wait()
    await run(doors.station)
    assert await doors.knocks() == [("b", 3)]
    assert [body["number"] for body in await doors.told()] == [3]
    doors.failing.add(("a", 1))
    doors.held.pop(("a", 1)).set()
    await first
    assert await doors.knocks() == [("b", 3)], "its transaction was rolled back"
    doors.failing.clear()
    await doors.forget_pauses()
    await run(doors.station)
    assert await doors.knocks() == [("b", 3), ("a", 1), ("a", 2)]
    assert [body["number"] for body in await doors.told()] == [3, 1, 2]


async def test_events_that_nothing_follows_from_are_handled_by_one_commit(doors: Doors) -> None:
    """Three quarters of all events are such; each of the others has a commit of its own."""
    await doors.happen(*(Seen(f"door {number % 6}", number) for number in range(40)))
    await doors.happen(Knocked("a", 40), Seen("b", 41), Knocked("c", 42))
    await Relay(doors.station, CORE)._handle_batch()
    (row,) = await doors.rows(
        "SELECT count(DISTINCT xmin::text) AS commits, count(handled_at) AS handled FROM outbox"
    )
    assert (row["commits"], row["handled"]) == (3, 43)
    assert sorted(await doors.knocks()) == [("a", 40), ("c", 42)]


async def test_nothing_waits_for_the_reactions_of_another_thing_and_each_thing_keeps_its_order(
    doors: Doors,
) -> None:
    """Reactions of other things too go on beside a slow one."""
    await doors.happen(Seen("a", 1), Knocked("a", 2), Seen("a", 3), Knocked("a", 4), Seen("a", 5))
    await doors.happen(Knocked("b", 6), Seen("b", 7), Seen("c", 8))
    doors.held[("a", 2)] = asyncio.Event()
    one = relay(doors.station)
    handling = asyncio.create_task(one.handle_once())
    await doors.reached.wait()
    async with asyncio.timeout(30):
        while len(await doors.told()) < 3:
            await one.tell_once()
    assert {body["number"] for body in await doors.told()} == {1, 6, 8}
    assert await doors.knocks() == [("b", 6)]
    doors.held.pop(("a", 2)).set()
    await handling
    assert sorted(await doors.knocks()) == [("a", 2), ("a", 4), ("b", 6)]
    handled = await doors.rows("SELECT payload FROM outbox WHERE key = 'a' ORDER BY handled_at")
    assert [row["payload"]["number"] for row in handled] == [1, 2, 3, 4, 5]


async def test_what_nothing_follows_from_stays_behind_a_failing_event_of_its_thing(
    doors: Doors,
) -> None:
    """Also while the failing one pauses, and in the hands of another relay."""
    doors.failing.add(("a", 2))
    await doors.happen(Seen("a", 1), Knocked("a", 2), Seen("a", 3), Seen("b", 4))
    for _ in range(2):
        await asyncio.gather(*(run(doors.station) for _ in range(3)))
    assert {body["number"] for body in await doors.told()} == {1, 4}
    doors.failing.clear()
    await doors.forget_pauses()
    await run(doors.station)
    assert [body["number"] for body in await doors.told()][-2:] == [2, 3]


async def test_a_failing_event_holds_up_its_own_kind_only_and_is_parked_in_the_end(
    doors: Doors,
) -> None:
    """Ten tries with pauses between; then the others of its kind go on without it."""
    doors.failing.add(("a", 1))
    await doors.happen(Knocked("a", 1), Knocked("a", 2), Knocked("b", 3))
    await run(doors.station)
    assert await doors.knocks() == [("b", 3)]
    await run(doors.station)
    (row,) = await doors.rows("SELECT * FROM outbox WHERE attempts > 0")
    assert row["attempts"] == 1, "not tried again before its pause is over"
    assert row["next_try_at"] > row["created_at"]
    assert "ZeroDivisionError" in row["last_error"]
    for tried in range(2, PARK_AFTER + 1):
        assert await doors.knocks() == [("b", 3)]
        await doors.forget_pauses()
        await run(doors.station)
        (row,) = await doors.rows("SELECT * FROM outbox WHERE attempts > 0")
        assert (row["attempts"], row["parked_at"] is None) == (tried, tried < PARK_AFTER)
    await run(doors.station)
    assert await doors.knocks() == [("b", 3), ("a", 2)]
    assert [body["number"] for body in await doors.told()] == [3, 2]


async def test_the_pauses_between_tries_grow(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second doubled each time, give or take a half, five minutes at most."""
    doors.failing.add(("a", 1))
    await doors.happen(Knocked("a", 1))
    now = real_now()
    monkeypatch.setattr(outbox_relay, "real_now", lambda: now)
    monkeypatch.setattr(outbox_relay, "PARK_AFTER", 99)
    for tried in range(12):
        await doors.forget_pauses()
        await run(doors.station)
        (row,) = await doors.rows("SELECT next_try_at FROM outbox")
        pause_s = (row["next_try_at"] - now).total_seconds()
        usual_s = min(300.0, 0.5 * 2**tried)
        assert 0.49 * usual_s < pause_s < 1.51 * usual_s


async def test_an_event_nobody_knows_waits_for_a_program_that_does(doors: Doors) -> None:
    """A newer program wrote it: it is tried again, and others go on."""
    await doors.happen(Knocked("a", 1), Knocked("b", 2))
    await doors.rows("UPDATE outbox SET topic = 'test.of_tomorrow' WHERE key = 'a'")
    await run(doors.station)
    assert await doors.knocks() == [("b", 2)]
    await doors.rows("UPDATE outbox SET topic = 'test.knocked', next_try_at = created_at")
    await run(doors.station)
    assert await doors.knocks() == [("b", 2), ("a", 1)]


async def test_while_redis_is_away_reactions_go_on_and_sockets_are_told_later(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many events there are meanwhile."""
    monkeypatch.setattr(outbox_relay, "BATCH", 5)
    away = replace(doors.station, redis=open_redis("unix:///nowhere/redis.sock", timeout_s=0.5))
    await doors.happen(*(Knocked("a", number) for number in range(12)))
    for _ in range(2):
        with pytest.raises(RedisError):
            await run(away)
    await doors.happen(Knocked("a", 12))
    with pytest.raises(RedisError):
        await run(away)
    assert [number for _door, number in await doors.knocks()] == list(range(13))
    assert await doors.told() == []
    await run(doors.station)
    assert [body["number"] for body in await doors.told()] == list(range(13))
    await away.redis.aclose()


async def test_an_event_that_cannot_be_told_does_not_silence_the_others(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is put aside like one that cannot be handled, without being handled again."""

    def stammer(event: Knocked) -> list[Announcement]:
        if event.number == 1:
            raise KeyError("latitude")
        return [Announcement("knock", {"number": event.number}, ("hall",))]

    monkeypatch.setitem(ANNOUNCEMENTS, Knocked, stammer)
    await doors.happen(Knocked("a", 1), Knocked("b", 2))
    for _ in range(PARK_AFTER + 1):
        await run(doors.station)
        await doors.forget_pauses()
    assert [body["number"] for body in await doors.told()] == [2]
    assert sorted(await doors.knocks()) == [("a", 1), ("b", 2)]
    (row,) = await doors.rows("SELECT * FROM outbox WHERE published_at IS NULL")
    assert row["parked_at"] is not None


async def test_a_relay_that_died_before_telling_left_everything_else_done(doors: Doors) -> None:
    """The next one tells, with the same id, and does not react again."""
    await doors.happen(Knocked("a", 1))
    await Relay(doors.station, CORE)._handle_batch()
    await run(doors.station)
    assert await doors.knocks() == [("a", 1)]
    (row,) = await doors.rows("SELECT id FROM outbox")
    assert [body["id"] for body in await doors.told()] == [str(row["id"])]


async def test_an_event_told_twice_bears_the_same_id(doors: Doors) -> None:
    """So that a client can drop it: telling is at least once."""
    await doors.happen(Knocked("a", 1))
    await run(doors.station)
    await doors.rows("UPDATE outbox SET published_at = NULL")
    await run(doors.station)
    one, two = await doors.told()
    assert one["id"] == two["id"]
    assert await doors.knocks() == [("a", 1)]


async def test_what_was_rolled_back_never_happened(doors: Doors) -> None:
    """An event belongs to its transaction."""
    with suppress(ZeroDivisionError):
        async with doors.station.work() as work:
            work.emit(Knocked("a", 1))
            raise ZeroDivisionError
    await run(doors.station)
    assert await doors.knocks() == []


async def test_a_commit_wakes_the_relays(doors: Doors) -> None:
    """They need not wait for their next look."""
    relays = [Relay(doors.station, lane) for lane in (CORE, TEXTS)]
    listening = asyncio.create_task(listen(doors.station.database, relays))
    for one in relays:
        await one.woken.wait()
        one.woken.clear()
    await doors.happen(Knocked("a", 1))
    async with asyncio.timeout(30):
        for one in relays:
            await one.woken.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


async def test_events_told_long_ago_are_forgotten_and_no_others(doors: Doors) -> None:
    """What is parked or untold stays for a person."""
    await doors.happen(Knocked("a", 1), Knocked("b", 2))
    await run(doors.station)
    await doors.rows("UPDATE outbox SET published_at = NULL, parked_at = now() WHERE key = 'b'")
    await doors.rows("UPDATE outbox SET published_at = '2020-01-01' WHERE key = 'a'")
    async with doors.station.database.connection() as db:
        assert await outbox.forget_published(db, doors.station.clock.now()) == 1
    assert [row["key"] for row in await doors.rows("SELECT key FROM outbox")] == ["b"]
