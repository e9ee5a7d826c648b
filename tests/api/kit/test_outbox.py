"""The outbox: events are saved with the data, read in order, worked on once."""

import asyncio
from datetime import timedelta
from functools import partial

from api.deliveries.events import RouteChanged
from api.identity.events import CodeRequested
from api.kit import outbox
from api.kit.clock import real_now
from api.kit.db import Database
from api.kit.events import CORE, LETTERS, TEXTS, Event, decode
from api.kit.ids import CourierId, new_id
from api.kit.outbox import OutboxRow

ONE, TWO = (CourierId(new_id()) for _ in range(2))
SOON = timedelta(seconds=60)


async def save(database: Database, *events: Event) -> None:
    """Save events in a transaction of their own."""
    async with database.transaction() as db:
        await outbox.append(db, events, "a request")


async def waiting(database: Database, lane: str = CORE, at_most: int = 100) -> list[OutboxRow]:
    """Return what is to be handled."""
    async with database.connection() as db:
        return await outbox.to_handle(db, lane, at_most)


async def handled(database: Database, row: OutboxRow) -> None:
    """Note that the reactions to `row` ran."""
    async with database.transaction() as db:
        assert await outbox.claim(db, row.seq)
        await outbox.mark_handled(db, row.seq)


async def told_next(database: Database) -> list[int]:
    """Return the numbers of what is to be announced."""
    async with database.connection() as db:
        return [row.seq for row in await outbox.to_tell(db, CORE, 100)]


async def fail(database: Database, row: OutboxRow, pause: timedelta, park_after: int = 10) -> None:
    """Note that working on `row` failed."""
    async with database.connection() as db:
        await outbox.mark_failed(db, row.seq, "it broke", real_now() + pause, park_after)


async def test_events_come_back_in_the_order_in_which_they_happened(database: Database) -> None:
    events = [RouteChanged(CourierId(new_id())) for _ in range(50)]
    await save(database, *events[:30])
    await save(database, *events[30:])
    rows = await waiting(database)
    assert [decode(row.topic, row.payload) for row in rows] == events
    assert [row.key for row in rows] == [str(event.courier_id) for event in events]
    assert {row.request_id for row in rows} == {"a request"}
    assert [row.seq for row in await waiting(database, at_most=7)] == [r.seq for r in rows[:7]]


async def test_an_event_of_a_rolled_back_transaction_never_happened(database: Database) -> None:
    heard: list[object] = []

    def hear(*about: object) -> None:
        heard.append(about)

    async with database.connection() as listener:
        await listener.add_listener(outbox.CHANNEL, hear)
        try:
            async with database.transaction() as db:
                await outbox.append(db, [RouteChanged(ONE)], "")
                _ = 1 // 0
        except ZeroDivisionError:
            pass
        await save(database, RouteChanged(TWO))
        while not heard:
            await listener.fetchval("SELECT 1")
        await listener.remove_listener(outbox.CHANNEL, hear)
    assert len(heard) == 1
    assert [row.key for row in await waiting(database)] == [str(TWO)]


async def test_calls_of_the_outside_world_have_a_lane_of_their_own(database: Database) -> None:
    """Each provider has one: a mail server that says nothing holds up no text message."""
    code_to = partial(CodeRequested, new_id(), None)
    text, mail = code_to("+351912345678", "pt"), code_to("ana@hermod.example", "pt")
    await save(database, RouteChanged(ONE), mail, text)
    assert [row.topic for row in await waiting(database)] == ["route.changed"]
    for lane, sent in ((LETTERS, mail), (TEXTS, text)):
        assert [decode(row.topic, row.payload) for row in await waiting(database, lane)] == [sent]


async def test_a_failing_event_holds_up_what_follows_of_the_same_thing_only(
    database: Database,
) -> None:
    await save(database, RouteChanged(ONE), RouteChanged(TWO), RouteChanged(ONE))
    first, other, _later = await waiting(database)
    await fail(database, first, SOON)
    assert [row.seq for row in await waiting(database)] == [other.seq]
    await fail(database, first, -SOON)
    again = await waiting(database)
    assert [(row.key, row.attempts) for row in again] == [
        (str(ONE), 2),
        (str(TWO), 0),
        (str(ONE), 0),
    ]


async def test_an_event_that_keeps_failing_is_parked_and_the_next_goes_on(
    database: Database,
) -> None:
    await save(database, RouteChanged(ONE), RouteChanged(ONE))
    first, second = await waiting(database)
    for _ in range(3):
        await fail(database, first, -SOON, park_after=3)
    assert [row.seq for row in await waiting(database)] == [second.seq]
    async with database.connection() as db:
        row = await db.fetchrow("SELECT * FROM outbox WHERE seq = $1", first.seq)
    assert (row["attempts"], row["last_error"], row["published_at"]) == (3, "it broke", None)
    assert row["parked_at"] is not None


async def test_an_event_is_claimed_by_one_worker_and_never_after_it_was_handled(
    database: Database,
) -> None:
    await save(database, RouteChanged(ONE))
    (row,) = await waiting(database)
    together = asyncio.Barrier(6)
    claims: list[bool] = []

    async def work() -> None:
        async with database.transaction() as db:
            await together.wait()
            claims.append(await outbox.claim(db, row.seq))
            await together.wait()  # nobody commits before everybody has tried

    await asyncio.gather(*(work() for _ in range(6)))
    assert sorted(claims) == [False] * 5 + [True]
    async with database.transaction() as db:
        await outbox.mark_handled(db, row.seq)
        assert not await outbox.claim(db, row.seq)


async def test_what_is_marked_together_overtakes_nothing_that_another_worker_has_in_hand(
    database: Database,
) -> None:
    await save(database, RouteChanged(ONE), RouteChanged(ONE), RouteChanged(TWO), RouteChanged(ONE))
    first, second, other, last = await waiting(database)
    seqs = [row.seq for row in (first, second, other, last)]
    async with database.connection() as db:
        async with database.transaction() as theirs:
            assert await outbox.claim(theirs, second.seq)
            assert sorted(await outbox.mark_unclaimed(db, seqs)) == [first.seq, other.seq]
        assert sorted(await outbox.mark_unclaimed(db, seqs)) == [second.seq, last.seq]
        assert await outbox.mark_unclaimed(db, seqs) == []


async def test_what_was_handled_is_told_and_holds_nothing_up(database: Database) -> None:
    await save(database, RouteChanged(ONE), RouteChanged(ONE), RouteChanged(TWO))
    first, second, other = await waiting(database)
    assert await told_next(database) == []
    for row in (first, other):
        await handled(database, row)
    assert await told_next(database) == [first.seq, other.seq]
    await fail(database, first, SOON)  # telling it failed: the next of its kind goes on
    assert await told_next(database) == [other.seq]
    assert [row.seq for row in await waiting(database)] == [second.seq]
    async with database.connection() as db:
        assert [await outbox.is_handled(db, row.seq) for row in (first, second)] == [True, False]
        await outbox.mark_published(db, [other.seq])
    assert await told_next(database) == []


async def test_one_relay_keeps_the_others_out_of_an_event(database: Database) -> None:
    await save(database, RouteChanged(ONE))
    (row,) = await waiting(database)
    async with database.connection() as one, database.connection() as other:
        async with outbox.kept_out(one, row.seq) as ours, outbox.kept_out(other, row.seq) as theirs:
            assert (ours, theirs) == (True, False)
        async with outbox.kept_out(other, row.seq) as theirs:
            assert theirs


async def test_published_events_are_forgotten_after_their_time(database: Database) -> None:
    await save(database, RouteChanged(ONE), RouteChanged(TWO))
    first, _second = await waiting(database)
    async with database.connection() as db:
        await outbox.mark_published(db, [first.seq])
        assert await outbox.forget_published(db, real_now() - SOON) == 0
        assert await outbox.forget_published(db, real_now() + SOON) == 1
    assert [row.key for row in await waiting(database)] == [str(TWO)]
