"""The realtime program's heart: what happens when somebody connects, says something, or leaves."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from geo import cells
from tracking import keys, rooms, spoken, tickets, trail, wire
from tracking.buckets import Buckets
from tracking.counters import Counters
from tracking.fleet import Fleet, LiveCourier
from tracking.followers import Followers
from tracking.intake import Intake, Judged
from tracking.pending import Pending
from tracking.phones import DUPLICATE, OFF_SHIFT, OffShift, Phone, admit, judge_reported
from tracking.plans import CourierState
from tracking.policy import TrackingPolicy
from tracking.positions import Position
from tracking.sockets import Sockets
from tracking.tickets import Grant, Kind
from tracking.trail import Mark
from tracking.viewports import Viewports
from tracking.visitors import Visitor, Visitors
from tracking.watching import Watching
from tracking.wire import BadFrame

log = logging.getLogger("tracking.gateway")


OFF_SHIFT_ANSWER = {
    "code": OFF_SHIFT,
    "field": "fixes",
    "message": "not on shift, nothing taken: keep them, and say hello again after a pause",
}

Handler = Callable[..., Any]
"""What a client asks for, done at once, or returned as a coroutine where Redis has a word."""


def real_ms() -> int:
    """Return real time as Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Gateway:
    """Everything this process knows of phones, maps and followers."""

    def __init__(
        self,
        redis: Redis,
        sockets: Sockets,
        policy: TrackingPolicy,
        counters: Counters,
        business_ms: Callable[[], int],
        clock_speed: float,
    ) -> None:
        self.redis = redis
        self.sockets = sockets
        self.policy = policy
        self.counters = counters
        self.business_ms = business_ms
        self.clock_speed = clock_speed
        self.fleet = Fleet()
        self.visitors = Visitors()
        self.viewports = Viewports(self.fleet, sockets, policy.max_cells)
        self.followers = Followers(sockets, policy.customer_gap_s)
        self.intake = Intake()
        self.pending = Pending()
        self.moved: dict[bytes, LiveCourier] = {}
        self.watching = Watching(self.fleet)
        self.left_behind: dict[UUID, Mark] = {}
        self.is_informed = False
        self.is_overloaded = False
        self.paces = Buckets(policy.phone_fixes_per_s, policy.phone_burst_fixes)
        self.errors = Buckets(policy.mistakes_per_s, policy.mistakes_burst)
        self._handlers: dict[str, Handler] = {
            "hello": self._hello,
            "p": self._readings,
            "f": self._packed,
            "view": self._view,
            "resync": self._resync,
        }

    async def connected(self, sid: str, grant: Grant) -> None:
        """Let in whoever holds a grant, and say how things stand."""
        visitor = Visitor(sid, grant)
        if grant.kind is Kind.COURIER and grant.courier_id is not None:
            visitor.phone = Phone(sid, grant.courier_id)
        former = self.visitors.add(visitor)
        if former is not None:
            self.dismiss(former, "replaced")
        self.counters.socket(grant.kind, "opened")
        try:
            ticket = await tickets.renew(self.redis, grant, self.policy.reconnect_ticket_s)
        except RedisError:
            self.dismiss(visitor, "shutdown")
            return
        if ticket is None or self.has_expired(grant):
            self.dismiss(visitor, "revoked" if ticket is None else "expired")
        if self.visitors.get(sid) is not visitor:
            return
        for room in grant.rooms:
            self.sockets.enter(sid, room)
        ready = {
            "v": wire.VERSION,
            "role": grant.role,
            "subject": grant.subject,
            "ticket": ticket,
            "nowMs": self.business_ms(),
            "clockSpeed": self.clock_speed,
        }
        self.sockets.emit("ready", ready, to=sid)

    def has_expired(self, grant: Grant) -> bool:
        """Tell whether the time is over for which a tracking link lets its holder in."""
        return grant.expires_ms is not None and grant.expires_ms <= self.business_ms()

    def disconnected(self, sid: str) -> None:
        """Forget somebody who is gone; a courier stays on the map until off shift."""
        visitor = self.visitors.remove(sid)
        if visitor is not None:
            self.viewports.forget(sid)
            self.counters.socket(visitor.grant.kind, "closed")

    def dismiss(self, visitor: Visitor, reason: str) -> None:
        """Tell somebody why, and end the socket."""
        self.sockets.emit("bye", {"reason": reason}, to=visitor.sid)
        self.disconnected(visitor.sid)
        self.sockets.close(visitor.sid)

    def event(self, sid: str, name: str, arguments: list[Any], size_bytes: int) -> Any:
        """Do what a client asks; answer mistakes, and end a socket that makes too many."""
        visitor = self.visitors.get(sid)
        if visitor is None:
            return None
        try:
            spoken.admit(visitor, name, len(arguments), size_bytes, time.monotonic())
            result = self._handlers[name](visitor, *arguments)
        except Exception as error:  # whatever it is, the client is answered
            return self._failed(visitor, name, error)
        return result if result is None else self._when_done(visitor, name, result)

    def _when_done(self, visitor: Visitor, name: str, result: Any) -> Any:
        return self._waiting(visitor, name, result) if asyncio.iscoroutine(result) else result

    async def _waiting(self, visitor: Visitor, name: str, act: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await act
        except Exception as error:  # whatever it is, the client is answered
            return self._failed(visitor, name, error)

    def _failed(self, visitor: Visitor, name: str, error: Exception) -> None:
        if isinstance(error, BadFrame):
            self._mistake(visitor, error)
        elif isinstance(error, RedisError):
            if self.errors.may_take("redis", time.monotonic()):
                log.warning("redis does not answer; the client will say it again")
        else:
            if self.errors.may_take((name[:40], type(error)), time.monotonic()):
                about = {"event": name[:40]}
                log.error("an event could not be handled", extra=about, exc_info=error)
            fault = BadFrame("bad_payload", "event", "the server could not handle this")
            self._mistake(visitor, fault)

    def nonsense(self, sid: str, instead: str) -> None:
        """Answer a packet that is not an event at all, with what to send instead."""
        visitor = self.visitors.get(sid)
        if visitor is not None:
            self._mistake(visitor, BadFrame("bad_payload", "packet", instead))

    def _mistake(self, visitor: Visitor, error: BadFrame) -> None:
        visitor.mistakes += 1
        is_patient = visitor.mistakes <= self.policy.max_mistakes
        if is_patient and self.errors.may_take(visitor.grant.subject, time.monotonic()):
            self.sockets.emit("oops", error.answer, to=visitor.sid)
        else:
            self.dismiss(visitor, "protocol")

    async def _hello(self, visitor: Visitor, payload: Any) -> dict[str, int] | None:
        phone = self._phone(visitor)
        hello = wire.parse_hello(payload)
        await asyncio.sleep(self._debt_s(phone, self.policy.hello_fixes))
        ids = [phone.courier_id]
        accepted = (await trail.marks(self.redis, keys.ACCEPTED, ids))[phone.courier_id]
        durable = (await trail.marks(self.redis, keys.DURABLE, ids))[phone.courier_id]
        if not self.is_informed:
            return None
        self.left_behind[phone.courier_id] = accepted
        self._void(phone.courier_id)
        phone.greet(hello, accepted, durable)
        return {
            "accepted": phone.accepted.seq,
            "durable": phone.durable.seq,
            "intervalMs": self.interval_ms(phone),
        }

    def _readings(self, visitor: Visitor, epoch: Any, readings: Any) -> Any:
        phone = self._phone(visitor)
        parsed, fixes = wire.parse_fixes(epoch, readings, self.policy.max_fixes)
        new = self._admit(phone, parsed, [fix.seq for fix in fixes])
        courier = self.fleet.couriers.get(phone.courier_id)
        if not new or courier is None:
            return self._pace(phone, len(fixes))
        number = len(fixes)
        if len(new) < len(fixes):
            fixes = [fixes[place] for place in new]
        now_ms, real_now_ms = self.business_ms(), real_ms()
        self.intake.add_plain(courier, parsed, fixes, now_ms, real_now_ms)
        self._hasten(courier)
        return self._pace(phone, number)

    def _packed(self, visitor: Visitor, epoch: Any, text: Any) -> Any:
        phone = self._phone(visitor)
        parsed, blob = wire.packed_blob(epoch, text, self.policy.max_fixes)
        seqs = wire.numbers(blob)
        new = self._admit(phone, parsed, seqs)
        courier = self.fleet.couriers.get(phone.courier_id)
        if not new or courier is None:
            return self._pace(phone, len(seqs))
        if len(new) < len(seqs):
            blob = wire.chosen(blob, new)
        now_ms, real_now_ms = self.business_ms(), real_ms()
        self.intake.add_packed(courier, parsed, blob, now_ms, real_now_ms)
        self._hasten(courier)
        return self._pace(phone, len(seqs))

    def _pace(self, phone: Phone, fixes: int) -> Any:
        """Charge a phone for fixes; return what to await before more of it is read.

        Nothing is refused: what it sends too fast waits where it is, at last in the phone itself.
        """
        debt_s = self._debt_s(phone, fixes)
        return asyncio.sleep(debt_s) if debt_s > 0 else None

    def _debt_s(self, phone: Phone, fixes: int) -> float:
        return self.paces.take(phone.courier_id, fixes, time.monotonic())

    def _admit(self, phone: Phone, epoch: int, seqs: Sequence[int]) -> Sequence[int]:
        """Return the places of the fixes that are new; nothing where none may be taken now."""
        if len(self.pending) + len(self.intake) + len(seqs) > self.policy.max_pending_fixes:
            return ()  # Redis is away for long: the phone keeps these and will send them again
        try:
            new = admit(phone, phone.courier_id in self.fleet.couriers, epoch, seqs)
        except OffShift:
            self.counters.fixes(OFF_SHIFT, len(seqs))
            self._send_home(phone)
            return ()
        phone.unacknowledged += len(seqs)
        if len(new) < len(seqs):
            self.counters.fixes(DUPLICATE, len(seqs) - len(new))
        return new

    def _hasten(self, courier: LiveCourier) -> None:
        """Judge at once what a customer waits for; everything else waits for the tick."""
        if courier.orders and any(
            self.sockets.is_anybody_in(rooms.order(followed.order_id))
            for followed in courier.orders
        ):
            self.judge_one(courier)

    def judge_all(self) -> None:
        """Judge what waits; where that fails, one courier after another, so that one alone pays."""
        try:
            self.take_up(self.intake.judge(self.fleet))
        except Exception:  # whatever it is, nobody's fixes may be lost
            log.exception("fixes could not be judged together: one courier after another")
            self.counters.failure("judging")
            for courier in self.intake.couriers():
                self.judge_one(courier)

    def judge_one(self, courier: LiveCourier) -> None:
        """Judge what waits of one courier; where that fails, the phone sends it again."""
        try:
            self.take_up(self.intake.judge_of(courier, self.fleet))
        except Exception:  # whatever it is, the fixes may not be lost
            about = {"courier_id": str(courier.id)}
            log.exception("fixes of a courier could not be judged", extra=about)
            self.counters.failure("judging")
            self.begin_anew({courier.id})

    def take_up(self, judged: Judged) -> None:
        """Put judged fixes on their way to Redis, and tell followers who has moved."""
        if judged.batch:
            self.pending.add(judged.batch)
            self.watching.take(judged.batch)
        for result, number in judged.results.items():
            self.counters.fixes(result, number)
        now_s = time.monotonic()
        for courier in judged.moved:
            self.moved[courier.id.bytes] = courier
            if courier.orders:
                self.followers.tell(courier, now_s)

    def shows(self, courier: LiveCourier, reported: Position) -> bool:
        """Show what was judged elsewhere; tell whether it moved the courier. Never raises."""
        try:
            return judge_reported(courier, self.fleet, reported)
        except Exception:  # it is durable already; the others reported with it are to be shown
            about = {"courier_id": str(courier.id)}
            log.exception("a reported position could not be shown", extra=about)
            self.counters.failure("judging")
            return False

    def _send_home(self, phone: Phone) -> None:
        """Say once that nothing is taken from somebody off shift; not a mistake of the phone.

        We may only not have heard yet that the shift has begun: what we did not take was neither
        accepted nor durable, the phone keeps it and says hello again.
        """
        if not phone.sent_home:
            phone.send_home()
            self.sockets.emit("oops", OFF_SHIFT_ANSWER, to=phone.sid)

    def _view(self, visitor: Visitor, payload: Any) -> dict[str, int]:
        view = wire.parse_view(payload)
        change = self.viewports.look(visitor.sid, view.box)
        self.viewports.settle(visitor.sid, change, real_ms())
        return {
            "rev": view.rev,
            "resolution": change.resolution,
            "cells": len(change.cells),
        }

    def _resync(self, visitor: Visitor, text: Any) -> None:
        try:
            cell = cells.from_text(text) if isinstance(text, str) else 0
        except ValueError as error:
            raise BadFrame("bad_payload", "cell", str(error)) from error
        if not self.viewports.watches(visitor.sid, cell):
            raise BadFrame("not_allowed", "cell", "you do not watch this cell: send view")
        self.viewports.snapshot(visitor.sid, cell, real_ms())

    def _phone(self, visitor: Visitor) -> Phone:
        if visitor.phone is None:  # a ticket for a courier that names none
            raise BadFrame("not_allowed", "event", "this ticket names no courier")
        return visitor.phone

    def interval_ms(self, phone: Phone) -> int:
        """Return the pause we ask of a phone between two fixes."""
        courier = self.fleet.couriers.get(phone.courier_id)
        idle = courier is None or courier.state in {CourierState.FREE, CourierState.ON_BREAK}
        pause_ms = self.policy.idle_interval_ms if idle else self.policy.busy_interval_ms
        too_much = self.is_overloaded or self.paces.is_in_debt(phone.courier_id, time.monotonic())
        return pause_ms * self.policy.overload_factor if too_much else pause_ms

    def acknowledge(self, phone: Phone) -> None:
        """Tell a phone how far its fixes got."""
        phone.unacknowledged = 0
        phone.acknowledged_at = time.monotonic()
        self.sockets.emit(
            "a",
            phone.epoch,
            phone.accepted.seq,
            phone.durable.seq,
            self.interval_ms(phone),
            to=phone.sid,
        )

    def note_accepted(self, marks: Mapping[UUID, Mark]) -> list[Phone]:
        """Note that fixes up to these are in the stream; return the phones they came from."""
        phones = []
        for courier_id, mark in marks.items():
            self.left_behind[courier_id] = mark
            phone = self.visitors.phone_of(courier_id)
            if phone is not None and phone.epoch == mark.epoch:
                phone.accepted = max(phone.accepted, mark)
                phones.append(phone)
        return phones

    def _void(self, courier_id: UUID) -> None:
        """Give up what we hold of a phone: it sends again whatever Redis does not know."""
        self.intake.void(courier_id)
        self.pending.void(courier_id)

    def begin_anew(self, courier_ids: set[UUID]) -> None:
        """Let phones say hello again: Redis has lost fixes of theirs that were not durable.

        What else this process knows and Redis may have lost is written with the next tick.
        """
        self.moved |= {c.id.bytes: c for c in self.fleet.couriers.values() if c.position}
        for courier_id in courier_ids:
            self.left_behind.pop(courier_id, None)
            self._void(courier_id)
            phone = self.visitors.phone_of(courier_id)
            if phone is not None:
                phone.greeted = False  # at once: what it says meanwhile comes too late
        for courier_id in courier_ids:
            visitor = self.visitors.with_phone_of(courier_id)
            if visitor is not None and visitor.phone is not None and not visitor.phone.greeted:
                self.dismiss(visitor, "resend")
