"""A gateway alone, as its tests hold it: real sockets, real Redis, no database, a clock to set."""

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from geo.vehicle import Vehicle
from tests.support.phone import Client
from tracking import plans, tickets, trail
from tracking.crowd import Crowd
from tracking.gateway import Gateway
from tracking.plans import CourierPlan, CourierState, Followed
from tracking.policy import TrackingPolicy
from tracking.positions import Position
from tracking.rounds import Rounds
from tracking.server import attach
from tracking.sockets import Sockets
from tracking.tickets import Grant, Kind
from tracking.trail import TrailRecord

NOW_MS = 1_790_000_000_000
EPOCH = NOW_MS // 1000 - 100
HERE = (41.15, -8.61)
BY_HAND = TrackingPolicy(tick_ms=3_600_000, durable_poll_s=3600.0)
"""Nothing is written, sent or looked up before the test says so."""

_SESSIONS = itertools.count(1)


@dataclass
class Counts:
    """Counts in plain sight."""

    results: Counter[str] = field(default_factory=Counter)

    def fixes(self, result: str, number: int) -> None:
        """Count fixes by what became of them."""
        self.results[result] += number

    def socket(self, role: str, event: str) -> None:
        """Count a socket that opened or closed."""
        self.results[f"{role} {event}"] += 1

    def fanout(self, seconds: float) -> None:
        """Note that positions were sent."""
        self.results["fanout"] += 1

    def failure(self, loop: str) -> None:
        """Count a loop that failed."""
        self.results[f"{loop} failed"] += 1


@dataclass
class Hall:
    """One realtime program with the people connected to it."""

    redis: Redis
    gateway: Gateway
    rounds: Rounds
    server: TestServer
    counts: Counts
    clock: list[int]

    async def ticket(self, grant: Grant) -> str:
        """Return a ticket for somebody."""
        return await tickets.issue(self.redis, grant, 30)

    @asynccontextmanager
    async def connected(self, grant: Grant) -> AsyncIterator[Client]:
        """Return an unmodified client that has heard `ready`."""
        async with self.with_ticket(await self.ticket(grant)) as client:
            yield client

    @asynccontextmanager
    async def with_ticket(self, ticket: str) -> AsyncIterator[Client]:
        """Return an unmodified client that connects with a ticket given."""
        client = Client()
        url = str(self.server.make_url("/")).rstrip("/")
        try:
            await client.io.connect(f"{url}?ticket={ticket}", transports=["websocket"])
            await client.wait("ready")
            yield client
        finally:
            await client.io.disconnect()
            if client.io.eio.http:
                await client.io.eio.http.close()

    async def turned_away(self, ticket: str) -> str:
        """Connect with a ticket; return the reason of the `bye` that is all one hears."""
        client = Client()
        session = aiohttp.ClientSession()
        client.io.eio.http = session
        url = str(self.server.make_url("/")).rstrip("/")
        try:
            await client.io.connect(f"{url}?ticket={ticket}", transports=["websocket"])
            (said,) = await client.wait("bye")
            assert [event for event, _arguments in client.events] == ["bye"]
        finally:
            await client.io.disconnect()
            await session.close()
        return str(said["reason"])

    @asynccontextmanager
    async def raw(self, grant: Grant) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Return a bare WebSocket on which nothing of Socket.IO was said yet."""
        query = {"EIO": "4", "transport": "websocket", "ticket": await self.ticket(grant)}
        url = self.server.make_url("/socket.io/").with_query(query)
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            assert str((await socket.receive()).data).startswith("0{")
            yield socket

    async def on_shift(self, *couriers: CourierPlan) -> None:
        """Let couriers be on shift, as the job worker tells it."""
        await plans.publish(self.redis, couriers, [])
        await self.hear_news()

    async def hear_news(self) -> None:
        """Take up what the job worker has told."""
        await self.rounds._news()

    def waiting(self) -> list[TrailRecord]:
        """Return the fixes on their way to Redis, and keep them there."""
        gateway = self.gateway
        gateway.take_up(gateway.intake.judge(gateway.fleet))
        batch = gateway.pending.take()
        if batch:
            gateway.pending.add(batch)
        return trail.unpack(batch.blob)

    async def rest(self, turns: int = 20) -> None:
        """Let everything run that can run, network included."""
        for _ in range(turns):
            await asyncio.sleep(0.002)


@asynccontextmanager
async def hall(
    redis: Redis,
    policy: TrackingPolicy = BY_HAND,
    origins: Collection[str] = (),
    connections: Crowd | None = None,
) -> AsyncIterator[Hall]:
    """Return a realtime program whose rounds run by hand, unless the policy says otherwise."""
    clock, counts = [NOW_MS], Counts()
    sockets = Sockets(max_frame_bytes=policy.max_frame_bytes, connect_s=policy.connect_s)
    gateway = Gateway(redis, sockets, policy, counts, lambda: clock[0], 1.0)
    await plans.vouch(redis, for_s=600)
    app = web.Application()
    attach(app, gateway, origins.__contains__, connections or Crowd(10_000, 10_000))
    server = TestServer(app)
    await server.start_server(auto_decompress=False)
    gateway.is_informed = True
    try:
        yield Hall(redis, gateway, Rounds(gateway), server, counts, clock)
    finally:
        await server.close()


def courier_grant(courier_id: UUID) -> Grant:
    """Return what a courier's phone is let in with."""
    return Grant(
        kind=Kind.COURIER,
        role="courier",
        subject=str(UUID(int=courier_id.int + 1)),
        rooms=(f"courier:{courier_id}",),
        session_id=f"session-{next(_SESSIONS)}",
        courier_id=courier_id,
    )


def staff_grant(*rooms: str) -> Grant:
    """Return what a dispatcher is let in with."""
    return Grant(Kind.STAFF, "operator", "olga", ("platform", *rooms), f"s-{next(_SESSIONS)}")


def link_grant(order_id: UUID, expires_ms: int | None = None) -> Grant:
    """Return what the holder of a tracking link is let in with."""
    link_id = f"link-{next(_SESSIONS)}"
    return Grant(Kind.LINK, "link", link_id, (f"order:{order_id}",), expires_ms=expires_ms)


def plan_of(
    courier_id: UUID,
    *orders: Followed,
    state: CourierState = CourierState.FREE,
    name: str = "Carla Courier",
    vehicle: Vehicle = Vehicle.MOTORCYCLE,
) -> CourierPlan:
    """Return what a courier on shift is doing."""
    return CourierPlan(courier_id, name, vehicle, state, orders)


def hello(first: int = 0, last: int = 0, epoch: int = EPOCH) -> dict[str, int]:
    """Return what a phone says first."""
    return {"v": 1, "epoch": epoch, "firstSeq": first, "lastSeq": last}


def reading(
    seq: int, *, t_ms: int | None = None, lat: float = HERE[0], lng: float = HERE[1]
) -> Any:
    """Return a believable fix of a `p` event, a second after the one before."""
    return [seq, EPOCH * 1000 + seq * 1000 if t_ms is None else t_ms, lat, lng, 5.0, 90.0, 8.0]


class HeardSockets:
    """Rooms and sockets that keep what is sent, for tests that need no network."""

    def __init__(self) -> None:
        self.rooms: dict[str, set[str]] = defaultdict(set)
        self.behind: set[str] = set()
        self.inbox: dict[str, list[tuple[str, tuple[Any, ...]]]] = defaultdict(list)

    def emit(self, event: str, *arguments: Any, to: str | Sequence[str]) -> None:
        """Send to a socket or to rooms."""
        named = [to] if isinstance(to, str) else to
        for sid in {one for room in named for one in (self.rooms.get(room) or {room})}:
            self.inbox[sid].append((event, arguments))

    def emit_fresh(self, event: str, *arguments: Any, to: str) -> list[str]:
        """Send to those of a room who are not behind; return the others."""
        members = self.rooms.get(to) or set()
        for sid in members - self.behind:
            self.inbox[sid].append((event, arguments))
        return sorted(members & self.behind)

    def is_behind(self, sid: str) -> bool:
        """Tell whether a socket has much to read."""
        return sid in self.behind

    def enter(self, sid: str, room: str) -> None:
        """Put a socket into a room."""
        self.rooms[room].add(sid)

    def leave(self, sid: str, room: str) -> None:
        """Take a socket out of a room."""
        self.rooms[room].discard(sid)


async def until(condition: Callable[[], object], within_s: float = 30.0) -> None:
    """Wait until something is true; fail when it does not come true."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  # the condition is of somebody who knows no event
            await asyncio.sleep(0.01)


def position_of(
    courier_id: UUID,
    seq: int = 1,
    *,
    lat: float = HERE[0],
    lng: float = HERE[1],
    speed_mps: float | None = 5.0,
    heading_deg: float | None = 90.0,
    received_ms: int = NOW_MS,
) -> Position:
    """Return where a courier is."""
    t_ms = EPOCH * 1000 + seq * 1000
    return Position(
        courier_id, EPOCH, seq, t_ms, received_ms, lat, lng, speed_mps, heading_deg, 8.0
    )
