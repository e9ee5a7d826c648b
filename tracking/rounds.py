"""What the realtime program does by itself: the tick, the news, the marks, the housekeeping."""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from uuid import UUID

from redis.exceptions import RedisError

from tracking import facts, keys, news, plans, positions, reported, tasks, trail, zones
from tracking.facts import Fact
from tracking.fleet import LiveCourier
from tracking.gateway import Gateway, real_ms
from tracking.news import Control, NewsItem
from tracking.positions import Positions
from tracking.shown import show
from tracking.tickets import Kind
from tracking.trail import Batch

log = logging.getLogger("tracking.rounds")

_NEWS_WAIT_MS = 1000


class Rounds:
    """The background tasks of one gateway; start them before the first client is let in."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._read_to = news.BEGINNING
        self._reported_to = news.BEGINNING
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Learn who is on shift and where, then begin."""
        await self._learn()
        policy = self._gateway.policy
        for name, pause_s, act in (
            ("tick", policy.tick_ms / 1000, self.tick),
            ("news", 0.0, self._news),
            ("vouching", 0.5, self._ask_who_vouches),
            ("reported", 0.0, self._reported),
            ("durable", policy.durable_poll_s, self._durable),
            ("housekeeping", 1.0, self._housekeeping),
        ):
            loop = tasks.forever(name, pause_s, act, failed=self._gateway.counters.failure)
            self._tasks.append(asyncio.create_task(loop, name=f"tracking {name}"))

    def say_goodbye(self) -> None:
        """Ask everybody to come back later; their transports close a moment after."""
        for visitor in self._gateway.visitors:
            self._gateway.dismiss(visitor, "shutdown")

    async def stop(self) -> None:
        """End the tasks, write what is pending."""
        await tasks.end(self._tasks)
        try:
            await self._write()
        except RedisError:
            log.warning("fixes not written at the end; phones will send them again")
        await self._gateway.sockets.stop()

    async def _learn(self) -> None:
        gateway = self._gateway
        self._read_to = await news.latest_id(gateway.redis)
        gateway.is_informed = await plans.are_complete(gateway.redis)
        await self._ask_who_vouches()
        known = await plans.load_all(gateway.redis)
        last = await Positions(gateway.redis, gateway.policy.stale_s).of([
            plan.courier_id for plan in known
        ])
        for plan in known:
            courier = gateway.fleet.apply(plan)
            position = last.get(plan.courier_id)
            if position is not None:
                show(courier, gateway.fleet, position)
        gateway.fleet.take_changes()
        gateway.watching.draw_zones(await zones.load(gateway.redis))
        gateway.watching.begin_with(list(last.values()))

    async def tick(self) -> None:
        """Write what came in to Redis in one go, acknowledge it, tell the maps."""
        gateway = self._gateway
        began = time.perf_counter()
        try:
            await self._write()
        finally:
            too_long = time.perf_counter() - began > 2 * gateway.policy.tick_ms / 1000
            crowded = 2 * len(gateway.pending) > gateway.policy.max_pending_fixes
            gateway.is_overloaded = too_long or crowded
        gateway.followers.catch_up(gateway.fleet, time.monotonic())
        gateway.fleet.note_silence(real_ms(), gateway.policy.stale_s)
        if gateway.viewports.send_changes(real_ms()):
            gateway.counters.fanout(time.perf_counter() - began)

    async def _write(self) -> None:
        gateway = self._gateway
        gateway.judge_all()
        if not gateway.pending and not gateway.moved and not gateway.watching.facts:
            return
        batch, moved = gateway.pending.take(), gateway.moved
        gateway.moved, seen = {}, gateway.watching.take_facts()
        try:
            lost = await self._save(batch, moved.values(), seen)
        except RedisError:
            # Not known to be written: keep them; history drops what arrives twice.
            gateway.pending.put_back(batch)
            gateway.moved = moved | gateway.moved
            gateway.watching.put_back(seen)
            raise
        if lost:
            log.warning("redis has lost fixes; phones send them again", extra={"phones": len(lost)})
            gateway.pending.put_back(batch)
            gateway.begin_anew(lost)
            return
        for phone in gateway.note_accepted(batch.marks):
            due = time.monotonic() - phone.acknowledged_at >= gateway.policy.ack_every_s
            if due or phone.unacknowledged >= gateway.policy.ack_every_fixes:
                gateway.acknowledge(phone)

    async def _save(
        self, batch: Batch, moved: Iterable[LiveCourier], seen: Sequence[Fact]
    ) -> set[UUID]:
        """Write a tick to Redis; return the couriers whose former fixes it has lost."""
        gateway = self._gateway
        on_shift = gateway.fleet.couriers
        fresh = [courier.position for courier in moved if courier.id in on_shift]
        heard = {one: at_ms for one, at_ms in batch.heard_ms.items() if one in on_shift}
        async with gateway.redis.pipeline(transaction=True) as pipeline:
            if batch:
                most = gateway.policy.trail_stream_entries
                trail.append(pipeline, batch, gateway.left_behind, most)
            positions.save(pipeline, [position for position in fresh if position is not None])
            positions.save_heard(pipeline, heard)
            facts.tell(pipeline, seen)
            replies = await pipeline.execute()
        return {UUID(bytes=courier_id) for courier_id in replies[0]} if batch else set()

    async def _news(self) -> None:
        items = await news.read(self._gateway.redis, self._read_to, _NEWS_WAIT_MS)
        if not items:
            self._read_to = await news.go_on(self._gateway.redis, self._read_to)
        for item in items:
            self._read_to = item.id
            await self._tell(item)

    async def _reported(self) -> None:
        """Take up what phones reported over HTTP: judged and durable, it only has to be shown."""
        gateway = self._gateway
        self._reported_to, found = await reported.read(
            gateway.redis, self._reported_to, _NEWS_WAIT_MS
        )
        on_shift = gateway.fleet.couriers
        shown = []
        heard = {one.courier_id: one.received_ms for one in found if one.courier_id in on_shift}
        for position in (position for one in found for position in one.positions):
            courier = on_shift.get(position.courier_id)
            if courier is None or (courier.position and position.t_ms <= courier.position.t_ms):
                continue  # off shift, or older than what a socket has told
            if not gateway.shows(courier, position):
                continue
            shown.append(position)
            gateway.moved[courier.id.bytes] = courier
            gateway.followers.tell(courier, time.monotonic())
        gateway.watching.take_positions(shown)
        async with gateway.redis.pipeline(transaction=True) as pipeline:
            positions.save_heard(pipeline, heard)
            await pipeline.execute()

    async def _tell(self, item: NewsItem) -> None:
        gateway = self._gateway
        match item.name:
            case Control.PLAN:
                gateway.fleet.apply(plans.decode(item.body))
            case Control.COMPLETE:
                gateway.is_informed = True
            case Control.ZONES:
                gateway.watching.draw_zones(await zones.load(gateway.redis))
            case Control.OFF_SHIFT:
                await self._off_shift(UUID(item.body["courier_id"]))
            case Control.SESSION_ENDED:
                self._dismiss_where("session_id", item.body["session_id"], "revoked")
            case Control.LINK_ENDED:
                self._dismiss_where("subject", item.body["link_id"], "revoked")
            case _:
                gateway.sockets.emit(item.name, item.body, to=item.rooms)

    async def _ask_who_vouches(self) -> None:
        followers = self._gateway.followers
        try:
            followers.are_vouched = await plans.are_vouched(self._gateway.redis)
        except RedisError:
            followers.are_vouched = False
            raise

    async def _off_shift(self, courier_id: UUID) -> None:
        """Forget where a courier is, here and in Redis: our last tick may have come later."""
        courier = self._gateway.fleet.off_shift(courier_id)
        if courier is not None:
            self._gateway.watching.forget(courier)
        self._gateway.moved.pop(courier_id.bytes, None)
        async with self._gateway.redis.pipeline(transaction=True) as pipeline:
            positions.forget(pipeline, [courier_id])
            await pipeline.execute()

    def _dismiss_where(self, field: str, value: str, reason: str) -> None:
        for visitor in self._gateway.visitors:
            if getattr(visitor.grant, field) == value:
                self._gateway.dismiss(visitor, reason)

    async def _durable(self) -> None:
        gateway = self._gateway
        behind = [p for p in gateway.visitors.phones() if p.durable != p.accepted]
        ids = [phone.courier_id for phone in behind]
        marks = await trail.marks(gateway.redis, keys.DURABLE, ids)
        for phone in behind:
            mark = marks[phone.courier_id]
            if mark.epoch == phone.epoch and mark > phone.durable:
                phone.durable = mark
                gateway.acknowledge(phone)

    async def _housekeeping(self) -> None:  # a loop awaits it
        gateway = self._gateway
        followed = {o.order_id for c in gateway.fleet.couriers.values() for o in c.orders}
        gateway.followers.forget(followed)
        now_s = time.monotonic()
        gateway.paces.forget(now_s)
        gateway.errors.forget(now_s)
        for visitor in gateway.visitors:
            if gateway.has_expired(visitor.grant):
                gateway.dismiss(visitor, "expired")
            elif not gateway.sockets.is_behind(visitor.sid):
                visitor.slow_since = None
            elif visitor.slow_since is None:
                visitor.slow_since = now_s
            elif now_s - visitor.slow_since > gateway.policy.slow_s:
                kind = Kind(visitor.grant.kind)
                log.info("a socket does not read: closed", extra={"kind": kind})
                gateway.dismiss(visitor, "slow")
