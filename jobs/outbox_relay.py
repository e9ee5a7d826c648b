"""The outbox relay: runs reactions to events, then tells them to sockets.

Events of one thing are handled in the order they happened, however many relays run. A failing event
is tried again with growing pauses, holds up only its own kind of thing, and is parked for a person
after ten tries, or at once where waiting cannot help. Telling is work of its own: it waits for no
backlog, and while Redis is away reactions go on.
"""

import asyncio
import logging
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import orjson

from api.kit import logs, outbox
from api.kit.clock import real_now
from api.kit.db import OUT_OF_REACH, Connection, Database
from api.kit.events import CORE, Event, UnknownTopic, decode
from api.kit.ids import CourierId
from api.kit.outbox import Hopeless, OutboxRow
from api.kit.work import Work
from api.webhooks import repository as webhooks
from jobs import courier_plans, webhook_notes
from jobs.announcements import Announcement, announcements_of
from jobs.reactions import CALLS, REACTIONS, Call, count, couriers_of
from jobs.station import Station
from tracking import news, tickets

log = logging.getLogger("jobs.outbox")

BATCH = 200
POLL_S = 1.0
PARK_AFTER = 10
AT_ONCE = 4
"""Reactions of different things that go on together; calls outside go one after another."""


class Relay:
    """Works through one lane of the outbox."""

    def __init__(self, station: Station, lane: str) -> None:
        self._station = station
        self._lane = lane
        self._at_once = AT_ONCE if lane == CORE else 1
        self.woken = asyncio.Event()
        self._wanted: frozenset[str] = frozenset()
        """Topics of which webhooks are to be told."""
        self._handled = asyncio.Event()
        self._handled.set()  # another relay may have left something untold

    async def handle_once(self) -> None:
        """Wait for news of the outbox, at most a moment, and handle what is there."""
        await _a_moment(self.woken)
        while await self._handle_batch():
            pass

    async def tell_once(self) -> None:
        """Wait until something was handled, at most a moment, and tell what is untold."""
        await _a_moment(self._handled)
        while await self._tell_batch():
            pass

    async def _handle_batch(self) -> bool:
        """Handle the next events; tell whether there may be more."""
        async with self._station.database.connection() as db:
            rows = await outbox.to_handle(db, self._lane, BATCH)
            # Asked after the events were read: a webhook older than one of them is among these.
            self._wanted = await webhooks.wanted(db) if rows else frozenset()
        done: set[int] = set()
        left = rows
        while left:
            passing, asking, left = _turn(left, self._wanted)
            done |= await self._pass(passing)
            behind = {row.key for row, _event in passing if row.seq not in done}
            done |= await self._try_all([row for row in asking if row.key not in behind])
            behind |= {row.key for row in asking if row.seq not in done}
            left = [row for row in left if row.key not in behind]
        return bool(done) and len(rows) == BATCH

    async def _pass(self, passing: list[tuple[OutboxRow, Event]]) -> set[int]:
        """Mark events that nothing follows from, in one statement; return those that we marked."""
        if not passing:
            return set()
        async with self._station.database.connection() as db:
            ours = set(await outbox.mark_unclaimed(db, [row.seq for row, _event in passing]))
        for row, event in passing:
            if row.seq in ours:
                self._note_handled(row, event)
        return ours

    async def _try_all(self, rows: list[OutboxRow]) -> set[int]:
        """Handle events of different things, a few at a time; return which were handled."""
        queue = iter(rows)
        hands = (self._try_next(queue) for _ in range(self._at_once))
        done: set[int] = set()
        for outcome in await asyncio.gather(*hands, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
            done |= outcome
        return done

    async def _try_next(self, queue: Iterator[OutboxRow]) -> set[int]:
        return {row.seq for row in queue if await self._try(row)}

    async def _try(self, row: OutboxRow) -> bool:
        """Handle one event; False where it failed, or another relay has it in hand."""
        token = logs.context.set({"request_id": row.request_id, "event": str(row.id)})
        try:
            return await self._handle(row, decode(row.topic, row.payload))
        except Exception as error:
            await self._note_failure(row, error, "a reaction failed")
            return False
        finally:
            logs.context.reset(token)

    async def _handle(self, row: OutboxRow, event: Event) -> bool:
        call = CALLS.get(type(event))
        if call is None:
            return await self._react(row, event)
        async with (
            self._station.database.connection() as db,
            outbox.kept_out(db, row.seq) as ours,
        ):
            return ours and await self._call(db, row, event, call)

    async def _call(self, db: Connection, row: OutboxRow, event: Event, call: Call) -> bool:
        """Call other people's servers: once, unless something dies in between."""
        if not await outbox.is_handled(db, row.seq):
            await call(self._station, event)
        return await self._react(row, event)

    async def _react(self, row: OutboxRow, event: Event) -> bool:
        """Run the reactions in one transaction with the mark that they ran: exactly once."""
        async with self._station.work() as work:
            if not await outbox.claim(work.db, row.seq):
                return await outbox.is_handled(work.db, row.seq)
            for reaction in REACTIONS.get(type(event), ()):
                await reaction(work, event)
            if row.topic in self._wanted:
                await webhook_notes.write(work, row, event)
            await outbox.mark_handled(work.db, row.seq)
        self._note_handled(row, event)
        return True

    def _note_handled(self, row: OutboxRow, event: Event) -> None:
        self._handled.set()
        self._station.metrics.reactions.labels(row.topic, "handled").inc()
        count(self._station, event)

    async def _note_failure(self, row: OutboxRow, error: Exception, what: str) -> None:
        topic = row.topic if not isinstance(error, UnknownTopic) else "unknown"
        self._station.metrics.reactions.labels(topic, "failed").inc()
        hopeless = isinstance(error, Hopeless)
        about = {"topic": row.topic, "try": row.attempts + 1}
        if hopeless:
            log.error("an event is parked: %s", error, extra=about)
        else:
            log.error(what, exc_info=error, extra=about)
        pause = timedelta(seconds=min(300.0, 0.5 * 2**row.attempts) * random.uniform(0.5, 1.5))  # noqa: S311  # jitter only
        async with self._station.database.connection() as db:
            park_after = 1 if hopeless else PARK_AFTER
            await outbox.mark_failed(db, row.seq, repr(error), real_now() + pause, park_after)

    async def _tell_batch(self) -> bool:
        """Tell sockets of the next events that were handled; tell whether there may be more."""
        async with self._station.database.connection() as db:
            rows = await outbox.to_tell(db, self._lane, BATCH)
        if not rows:
            return False
        told: list[tuple[OutboxRow, list[Announcement]]] = []
        couriers: list[CourierId] = []
        async with self._station.work(read_only=True) as work:
            for row in rows:
                try:
                    event = decode(row.topic, row.payload)
                    told.append((row, await announcements_of(work, event)))
                except OUT_OF_REACH:
                    raise
                except Exception as error:
                    await self._note_failure(row, error, "an event could not be told")
                else:
                    couriers += couriers_of(event)
            await self._send(work, told, couriers)
        async with self._station.database.connection() as db:
            await outbox.mark_published(db, [row.seq for row, _announcements in told])
        return len(rows) == BATCH

    async def _send(
        self,
        work: Work,
        told: list[tuple[OutboxRow, list[Announcement]]],
        couriers: list[CourierId],
    ) -> None:
        redis = self._station.redis
        await courier_plans.refresh(work, redis, couriers)
        async with redis.pipeline(transaction=False) as pipeline:
            for row, announcements in told:
                for one in announcements:
                    if one.ends is not None:
                        tickets.end(pipeline, one.ends)
                    body = orjson.dumps(_named(row, work.now) | one.body)
                    news.add(pipeline, one.name, body, one.rooms)
            await pipeline.execute()


def _turn(
    rows: list[OutboxRow], wanted: frozenset[str]
) -> tuple[list[tuple[OutboxRow, Event]], list[OutboxRow], list[OutboxRow]]:
    """Divide rows: what passes at once; then of each thing the first that asks for more; the rest.

    So events of one thing keep their order, and none waits for the reactions of another thing.
    """
    passing: list[tuple[OutboxRow, Event]] = []
    asking: dict[str, OutboxRow] = {}
    rest: list[OutboxRow] = []
    for row in rows:
        if row.key in asking:
            rest.append(row)
        elif row.topic not in wanted and (event := _without_reaction(row)) is not None:
            passing.append((row, event))
        else:
            asking[row.key] = row
    return passing, list(asking.values()), rest


def _without_reaction(row: OutboxRow) -> Event | None:
    """Return the event that nothing follows from; None where something does, or may."""
    try:
        event = decode(row.topic, row.payload)
    except Exception:  # unreadable: it is tried like the others, which notes the failure
        return None
    return None if type(event) in REACTIONS or type(event) in CALLS else event


async def _a_moment(sign: asyncio.Event) -> None:
    """Wait for a sign, no longer than until the next look, and take it down."""
    with suppress(TimeoutError):
        async with asyncio.timeout(POLL_S):
            await sign.wait()
    sign.clear()


def _named(row: OutboxRow, now: datetime) -> dict[str, object]:
    return {"id": str(row.id), "atMs": round(now.timestamp() * 1000)}


async def listen(database: Database, relays: list[Relay]) -> None:
    """Wake the relays on every commit that saved an event; they poll while this is away."""

    def wake(*_about: object) -> None:
        for relay in relays:
            relay.woken.set()

    async with database.connection() as db:
        await db.add_listener(outbox.CHANNEL, wake)
        wake()
        while not db.is_closed():
            await asyncio.sleep(5)
            await db.execute("SELECT 1")
