"""The presence watch: who is silent goes off shift, who talks does not, believed or not."""

import time
from dataclasses import asdict
from uuid import UUID

import orjson
import pytest

from api.kit.heartbeat import KEY, Beat
from jobs import listening
from jobs.presence_watch import PresenceWatch
from tests.jobs.market import stand
from tests.support.cast import Cast
from tests.support.people import PICKUP, Person
from tests.support.phone import connected, ticket
from tests.support.programs import Stack
from tests.support.road import brought_to
from tracking import positions

LONG_S = 10_000.0


async def realtime_runs(
    stack: Stack, started_ago_s: float = LONG_S, heard_ago_s: float = 0.0
) -> None:
    """Let a realtime program say that it has run for so long."""
    now_s = time.time()
    beat = Beat(
        id="realtime-test",
        program="realtime",
        host="here",
        pid=1,
        version="0",
        python="3",
        started_s=now_s - started_ago_s,
        at_s=now_s - heard_ago_s,
        memory_bytes=0,
        cpu_s=0.0,
        loop_lag_ms=0.0,
        connections=None,
        connections_idle=None,
        sockets=0,
    )
    await stack.station.redis.delete(KEY)  # the stack's own program began with the test
    await stack.station.redis.hset(KEY, beat.id, orjson.dumps(asdict(beat)))


async def watch(stack: Stack) -> None:
    """Let the watch look once, while realtime has been there all the time."""
    await realtime_runs(stack)
    await PresenceWatch(stack.station).run_once()
    await stack.settle()


async def silence(stack: Stack, courier: Person, ago_s: float) -> None:
    """Let the phone have been heard so long ago."""
    at_ms = round((time.time() - ago_s) * 1000)
    async with stack.station.redis.pipeline() as pipeline:
        positions.save_heard(pipeline, {UUID(courier.courier_id): at_ms})
        await pipeline.execute()


async def status(courier: Person) -> str:
    """Return what a courier is doing."""
    return str((await courier.get("/api/v1/courier/profile")).data["status"])


@pytest.mark.parametrize(("ago_s", "becomes"), [(LONG_S, "offline"), (10.0, "online")])
async def test_a_courier_goes_off_shift_when_the_phone_was_not_heard_for_long(
    cast: Cast, ago_s: float, becomes: str
) -> None:
    """However fresh or old the position is."""
    courier = await cast.courier()
    await silence(cast.stack, courier, ago_s)
    await watch(cast.stack)
    assert await status(courier) == becomes


@pytest.mark.parametrize(
    ("reached", "delivery", "courier_is"),
    [("assigned_to_courier", "pending", "offline"), ("picked_up", "picked_up", "on_delivery")],
)
async def test_who_falls_silent_before_the_pickup_loses_the_order_and_with_the_goods_keeps_them(
    cast: Cast, reached: str, delivery: str, courier_is: str
) -> None:
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier, reached)
    await stand(cast.stack, courier, silent_s=LONG_S)
    await silence(cast.stack, courier, LONG_S)
    await watch(cast.stack)
    assert (await cast.delivery_of(order))["status"] == delivery
    assert await status(courier) == courier_is


async def test_a_courier_whose_fixes_are_all_refused_stays_on_shift(cast: Cast) -> None:
    """The phone talks: only its position is not believed."""
    courier = await cast.courier()
    await cast.stack.settle()
    await stand(cast.stack, courier, silent_s=LONG_S)
    async with connected(cast.stack, await ticket(courier)) as phone:
        now_ms = phone.all("ready")[0][0]["nowMs"]
        epoch = now_ms // 1000
        await phone.io.call("hello", {"v": 1, "epoch": epoch, "firstSeq": 0, "lastSeq": 0})
        place = [PICKUP["latitude"], PICKUP["longitude"]]
        await phone.io.emit("p", (epoch, [[1, now_ms, *place, None, None, 900.0]]))
        await phone.wait("a")
    await cast.stack.write_trails()
    (row,) = await cast.stack.rows("SELECT refusal FROM courier_positions")
    assert row["refusal"] == "inaccurate"
    await watch(cast.stack)
    assert await status(courier) == "online"


async def test_a_courier_who_was_never_heard_is_missed_from_the_first_look_on(cast: Cast) -> None:
    """A program that starts gives everybody time to connect."""
    courier = await cast.courier()
    await watch(cast.stack)
    assert await status(courier) == "online"


@pytest.mark.parametrize(
    ("started_ago_s", "heard_ago_s"), [(10.0, 0.0), (LONG_S, 60.0)], ids=["new", "away"]
)
async def test_nobody_is_silent_while_nobody_listens(
    cast: Cast, started_ago_s: float, heard_ago_s: float
) -> None:
    """Realtime has just come back, or is away: that is our silence, not the couriers'."""
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier, "assigned_to_courier")
    await stand(cast.stack, courier, silent_s=LONG_S)
    await silence(cast.stack, courier, LONG_S)
    await realtime_runs(cast.stack, started_ago_s, heard_ago_s)
    await PresenceWatch(cast.stack.station).run_once()
    assert (await cast.delivery_of(order))["status"] == "assigned_to_courier"


async def test_after_an_outage_time_counts_from_when_realtime_is_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has come back meanwhile stays; who is silent for as long as anybody else may not."""
    back, gone = await cast.courier(), await cast.courier()
    limit_s, clock_s = cast.stack.station.settings.silence_s, [time.time()]
    monkeypatch.setattr(listening.time, "time", lambda: clock_s[0])
    watching = PresenceWatch(cast.stack.station)

    async def look(after_s: float, heard_ago_s: float) -> None:
        """Look every few seconds for so long, at a realtime program last heard so long ago."""
        until_s = clock_s[0] + after_s
        while clock_s[0] < until_s:
            clock_s[0] += 5.0
            await realtime_runs(cast.stack, LONG_S, heard_ago_s)
            for courier in (gone, *([back] if not heard_ago_s else [])):
                await silence(cast.stack, courier, LONG_S if courier is gone else 1.0)
            await watching.run_once()

    await look(20.0, heard_ago_s=0.0)
    assert await status(gone) == "offline"
    gone = await cast.courier()
    await look(limit_s + 60.0, heard_ago_s=listening.ALIVE_S + 1)
    assert await status(gone) == "online"
    await look(limit_s - 20.0, heard_ago_s=0.0)
    assert await status(gone) == "online"
    await look(40.0, heard_ago_s=0.0)
    assert await status(gone) == "offline"
    assert await status(back) == "online"


async def test_who_slept_through_an_outage_begins_to_count_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine was suspended, or the worker was away: what was meanwhile is not known."""
    courier = await cast.courier()
    watching, now_s = PresenceWatch(cast.stack.station), time.time()
    await realtime_runs(cast.stack)
    await watching.run_once()
    await silence(cast.stack, courier, LONG_S)
    monkeypatch.setattr(listening.time, "time", lambda: now_s + 400.0)
    await realtime_runs(cast.stack)
    await watching.run_once()
    assert await status(courier) == "online"
