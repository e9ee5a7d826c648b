"""Plan: what one tick decided, as values, and its canonical bytes."""

import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from dispatch.card import Card
from dispatch.cost import Terms
from dispatch.errors import PlanError
from dispatch.model import Kind, Load
from dispatch.reasons import Unserved

_VERSION = 2
_HEAD = struct.Struct("<B12sQ6QII")
_ASSIGNMENT = struct.Struct("<16s16sBIIq9qI")
_STOP = struct.Struct("<16sBqqq")
_UNASSIGNED = struct.Struct("<16sBI16sq3q")
NOBODY = bytes(16)
"""The id that stands for no courier."""


class State(IntEnum):
    """Whether an assignment is to be offered now."""

    COMMITTED = 1
    HELD = 2


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop of the resulting route; seconds relative to the tick, rounded up."""

    delivery: bytes
    kind: Kind
    arrive_s: int
    begin_s: int
    late_s: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """A delivery and the courier for it, as the route would then be.

    `pickup_at` and `dropoff_at` are positions in `stops`. HELD means: nothing is lost by deciding
    in a later tick, up to `decide_by_s`; until then the next tick may choose otherwise.
    """

    delivery: bytes
    courier: bytes
    state: State
    pickup_at: int
    dropoff_at: int
    decide_by_s: int
    terms: Terms
    stops: tuple[PlannedStop, ...]

    @property
    def pickup(self) -> PlannedStop:
        """The new pickup as planned."""
        return self.stops[self.pickup_at]

    @property
    def dropoff(self) -> PlannedStop:
        """The new dropoff as planned: its `begin_s` is the ETA."""
        return self.stops[self.dropoff_at]


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A delivery without a courier, the main reason, and the smallest change that would help.

    `couriers` says how many the reason holds for, `nearest` whom the change is about (all zero
    for nobody). `amount` is, by reason, NOT_YET: seconds until the delivery is planned; TOO_FAR:
    the radius in metres that would reach them; TOO_LATE: the look-ahead, SHIFT_ENDS: the overtime,
    in seconds, with which they could take it (0: not known); else 0. `room` is, for NO_CAPACITY,
    what they lack.
    """

    delivery: bytes
    reason: Unserved
    couriers: int = 0
    nearest: bytes = NOBODY
    amount: int = 0
    room: Load = field(default_factory=lambda: Load(0, 0, 0))


@dataclass(frozen=True, slots=True)
class Work:
    """How much was done, counted and never timed: a replay must count the same."""

    reached: int
    bounded: int
    priced: int
    positions: int
    arcs: int
    looks: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A tick's result, sorted by delivery id.

    `cards`, one per delivery, explain it. They follow from the same inputs, so that they are no
    part of the bytes: whoever replays a tick has them again.
    """

    policy_version: str
    seed: int
    assignments: tuple[Assignment, ...]
    unassigned: tuple[Unassigned, ...]
    work: Work
    cards: tuple[Card, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the canonical form without the cards: little endian, no pickle."""
        work = self.work
        counts = (work.reached, work.bounded, work.priced, work.positions, work.arcs, work.looks)
        sizes = (len(self.assignments), len(self.unassigned))
        parts = [_HEAD.pack(_VERSION, self.policy_version.encode(), self.seed, *counts, *sizes)]
        for one in self.assignments:
            parts.append(_assignment_bytes(one))
        for left in self.unassigned:
            about = (left.delivery, left.reason, left.couriers, left.nearest, left.amount)
            parts.append(_UNASSIGNED.pack(*about, *left.room))
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the canonical form back; the cards are empty.

        Raises PlanError when the bytes are of another version or cut.
        """
        if not data or data[0] != _VERSION:
            raise PlanError(
                f"these bytes are no plan of version {_VERSION}: read them with the program "
                "that wrote them"
            )
        try:
            _, version, seed, *counts, assigned, left = _HEAD.unpack_from(data)
            at = _HEAD.size
            assignments = []
            for _ in range(assigned):
                one, at = _take_assignment(data, at)
                assignments.append(one)
            rows = _UNASSIGNED.iter_unpack(data[at:])
            unassigned = tuple(
                Unassigned(id_, Unserved(reason), couriers, nearest, amount, Load(*room))
                for id_, reason, couriers, nearest, amount, *room in rows
            )
            if len(unassigned) != left:
                raise PlanError(
                    f"the plan announces {left} deliveries left, {len(unassigned)} follow"
                )
            return cls(version.decode(), seed, tuple(assignments), unassigned, Work(*counts))
        except (struct.error, ValueError) as wrong:
            raise PlanError(f"these bytes are no whole plan: {wrong}") from wrong


def _assignment_bytes(one: Assignment) -> bytes:
    cost = one.terms
    terms = (cost.travel_ms, cost.waiting_ms, cost.pickup_delay_ms, cost.ride_ms, cost.detour_ms)
    head = _ASSIGNMENT.pack(
        one.delivery,
        one.courier,
        one.state,
        one.pickup_at,
        one.dropoff_at,
        one.decide_by_s,
        *terms,
        cost.lateness_ms,
        cost.fairness_ms,
        cost.pay_ms,
        cost.change_ms,
        len(one.stops),
    )
    stops = (
        _STOP.pack(stop.delivery, stop.kind, stop.arrive_s, stop.begin_s, stop.late_s)
        for stop in one.stops
    )
    return head + b"".join(stops)


def _take_assignment(data: bytes, at: int) -> tuple[Assignment, int]:
    delivery, courier, state, pickup_at, dropoff_at, decide_by_s, *terms, count = (
        _ASSIGNMENT.unpack_from(data, at)
    )
    at += _ASSIGNMENT.size
    end = at + count * _STOP.size
    stops = tuple(
        PlannedStop(id_, Kind(kind), arrive_s, begin_s, late_s)
        for id_, kind, arrive_s, begin_s, late_s in _STOP.iter_unpack(data[at:end])
    )
    if len(stops) != count:
        raise PlanError("the bytes end inside a route")
    one = Assignment(
        delivery,
        courier,
        State(state),
        pickup_at,
        dropoff_at,
        decide_by_s,
        Terms(*terms),
        stops,
    )
    return one, end
