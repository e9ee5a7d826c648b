"""The dispatch tick: the sensible courier is asked, once, by whoever leads; it can be replayed."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.kit.lease import LeaseLost
from geo.point import Point
from jobs import dispatch_tick, tick_log
from jobs.dispatch_tick import DispatchTick
from jobs.solver import Solver
from tests.jobs.market import answer, assign, dossier, offers_of, only_offer, stand
from tests.support.cast import Cast
from tests.support.people import DROPOFF, Person
from tests.support.programs import Stack
from tests.support.servers import ROOT
from tracking.positions import Positions

NEAR, FAR = (41.151, -8.611), (41.20, -8.55)


class HeldSolver(Solver):
    """A solver that decides, then waits to be let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.decided, self.go_on = asyncio.Event(), asyncio.Event()

    async def decide(self, *arguments: Any) -> Any:
        """Decide, and hold the answer back."""
        decision = await super().decide(*arguments)
        self.decided.set()
        await self.go_on.wait()
        return decision


async def two_couriers(cast: Cast) -> tuple[Person, Person]:
    """Return a courier near the pickup and one far from it."""
    near, far = await cast.courier(), await cast.courier()
    await stand(cast.stack, far, *FAR)
    await stand(cast.stack, near, *NEAR)
    return near, far


async def test_the_nearer_courier_is_asked_and_the_dispatcher_sees_why(cast: Cast) -> None:
    """Among the candidates the loser stands with the reason."""
    near, far = await two_couriers(cast)
    order = await cast.order(await cast.customer())
    await cast.stack.dispatch()
    offer = await only_offer(near)
    assert offer["orderId"] == order["id"]
    assert await offers_of(far) == []
    whole = await dossier(cast, await cast.delivery_of(order))
    (record,) = whole["offers"]
    assert record["courierId"] == near.courier_id
    assert far.courier_id in str(record["card"])


async def test_after_a_refusal_the_next_courier_is_asked_and_never_the_first_again(
    cast: Cast,
) -> None:
    """Until nobody is left; then the dispatcher is told why."""
    near, far = await two_couriers(cast)
    order = await cast.order(await cast.customer())
    asked = []
    for courier in (near, far):
        await cast.stack.dispatch()
        offer = await only_offer(courier)
        asked.append(offer["id"])
        assert (await answer(courier, offer, "reject")).status < 300
    await cast.stack.dispatch()
    assert await offers_of(near) == await offers_of(far) == []
    assert len(set(asked)) == 2
    whole = await dossier(cast, await cast.delivery_of(order))
    assert len(whole["offers"]) == 2
    assert whole["whyUnassigned"]


async def test_an_open_offer_is_not_made_again_and_a_courier_has_one_at_a_time(cast: Cast) -> None:
    """However many ticks pass, however many orders wait."""
    near, _far = await two_couriers(cast)
    customer = await cast.customer()
    for _ in range(3):
        await cast.order(customer)
    for _ in range(3):
        await cast.stack.dispatch()
    rows = await cast.stack.rows("SELECT courier_id, delivery_id FROM delivery_offers")
    assert len(rows) == len({row["courier_id"] for row in rows}) == 2
    assert len({row["delivery_id"] for row in rows}) == 2
    assert len(await offers_of(near)) == 1


@pytest.mark.parametrize("reason", ["silent", "never seen", "on a break", "off shift", "blocked"])
async def test_who_cannot_work_is_not_asked(cast: Cast, reason: str) -> None:
    """Even as the only one; once the reason is gone the courier is."""
    stack, courier = cast.stack, await cast.courier()
    if reason != "never seen":
        await stand(stack, courier, *NEAR, silent_s=1000.0 if reason == "silent" else 0.0)
    if reason in {"on a break", "off shift"}:
        status = {"status": "on_break" if reason == "on a break" else "offline"}
        (await courier.put("/api/v1/courier/status", status)).data  # noqa: B018
    if reason == "blocked":
        await stack.rows("UPDATE couriers SET is_active = false")
    await cast.order(await cast.customer())
    await stack.dispatch()
    assert await stack.rows("SELECT FROM delivery_offers") == []
    await stack.rows("UPDATE couriers SET is_active = true, status = 'online'")
    await stand(stack, courier, *NEAR)
    await stack.dispatch()
    assert len(await offers_of(courier)) == 1


async def test_what_need_not_be_decided_yet_is_held(cast: Cast) -> None:
    """Goods ready in half an hour, the courier next door: the tick keeps its freedom."""
    near, _far = await two_couriers(cast)
    now = cast.stack.station.clock.now()
    later = {"readyAt": (now + timedelta(minutes=30)).isoformat()}
    order = await cast.order(await cast.customer(), **later)
    await cast.stack.dispatch()
    assert await offers_of(near) == []
    await cast.stack.rows("UPDATE deliveries SET ready_at = $1", now)
    await cast.stack.dispatch()
    assert (await only_offer(near))["orderId"] == order["id"]


async def test_orders_for_another_day_cost_the_tick_nothing_and_say_why(cast: Cast) -> None:
    """They are not even read, and come in by themselves when their time is near."""
    near, _far = await two_couriers(cast)
    now = cast.stack.station.clock.now()
    later = {"readyAt": (now + timedelta(days=20)).isoformat()}
    order = await cast.order(await cast.customer(), **later)
    tick = DispatchTick(cast.stack.station, cast.stack.solver)
    assert await tick._problems() == []
    await tick.run_once()
    whole = await dossier(cast, await cast.delivery_of(order))
    assert whole["whyUnassigned"] == "Ready too far ahead: planned in 20 days."
    await cast.stack.rows("UPDATE deliveries SET ready_at = $1", now)
    await cast.stack.dispatch()
    assert (await only_offer(near))["orderId"] == order["id"]


async def test_a_cancelled_order_is_not_offered(cast: Cast) -> None:
    """Nor is the offer that was open accepted."""
    near, _far = await two_couriers(cast)
    customer, (company_id, _vendor) = await cast.customer(), await cast.shop()
    order = await cast.order(customer, companyId=company_id)
    await cast.stack.dispatch()
    offer = await only_offer(near)
    (await customer.post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "no"})).data  # noqa: B018
    await cast.stack.dispatch()
    assert await offers_of(near) == []
    assert (await answer(near, offer)).code == "offer_closed"
    assert len(await cast.stack.rows("SELECT FROM delivery_offers")) == 1


async def test_a_deposed_leader_writes_nothing(cast: Cast) -> None:
    """It slept while it solved; another one leads and has decided. Its own plan is void."""
    stack = cast.stack
    near, _far = await two_couriers(cast)
    await cast.order(await cast.customer())
    solver = HeldSolver()
    try:
        old = asyncio.create_task(DispatchTick(stack.station, solver).run_once())
        await solver.decided.wait()
        await stack.rows("UPDATE leases SET until = now() - interval '1 second'")
        young = replace(stack.station, name="another worker")
        await DispatchTick(young, stack.solver).run_once()
        offer = await only_offer(near)
        assert (await answer(near, offer, "reject")).status < 300
        solver.go_on.set()
        with pytest.raises(LeaseLost):
            await old
    finally:
        solver.stop()
    rows = await stack.rows("SELECT id FROM delivery_offers")
    assert [str(row["id"]) for row in rows] == [offer["id"]]


async def test_only_one_of_many_workers_decides(cast: Cast) -> None:
    """The others do nothing while its lease lives."""
    await two_couriers(cast)
    await cast.order(await cast.customer())
    workers = [replace(cast.stack.station, name=f"worker {number}") for number in range(4)]
    ticks = [DispatchTick(worker, cast.stack.solver) for worker in workers]
    for tick in ticks:
        await tick.run_once()
    assert len(await cast.stack.rows("SELECT FROM delivery_offers")) == 1
    (lease,) = await cast.stack.rows("SELECT * FROM leases")
    assert (lease["holder"], lease["epoch"]) == ("worker 0", 1)


async def test_a_solver_killed_in_the_middle_costs_one_tick(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one starts another process and decides."""
    near, _far = await two_couriers(cast)
    solver = cast.stack.solver
    await cast.stack.dispatch()
    await cast.order(await cast.customer())
    opened = solver._open_pipe

    def kill_while_asking() -> Any:
        pipe = opened()
        solver._process.kill()
        solver._process.join()
        return pipe

    with monkeypatch.context() as patch:
        patch.setattr(solver, "_open_pipe", kill_while_asking)
        await cast.stack.dispatch()
    assert await offers_of(near) == []
    await cast.stack.dispatch()
    assert len(await offers_of(near)) == 1


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[None]]) -> None:
    """Let something happen between the first and the second statement of the next snapshot."""
    read = dispatch_tick.read_market

    async def late(*arguments: Any) -> Any:
        await act()
        return await read(*arguments)

    monkeypatch.setattr(dispatch_tick, "read_market", late)


async def test_a_snapshot_shows_one_instant(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a dispatcher assigns while it is taken is wholly in it, or not at all."""
    near, far = await two_couriers(cast)
    customer = await cast.customer()
    first = await cast.delivery_of(await cast.order(customer))
    await cast.order(customer)
    with monkeypatch.context() as patch:
        meanwhile(patch, lambda: assign(cast, first, far))
        await DispatchTick(cast.stack.station, cast.stack.solver).run_once()
    whole = await dossier(cast, first)
    assert whole["courier"]["id"] == far.courier_id
    sources = [offer["source"] for offer in whole["offers"]]
    assert sources == ["manual"], "the tick came too late for this one and noticed"
    await cast.stack.dispatch()
    assert len(await offers_of(near)) + len(await offers_of(far)) == 1, "and decides the other"


async def test_a_zone_that_cannot_be_planned_stops_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its orders wait for a person, everybody else's go on."""
    near, _far = await two_couriers(cast)
    customer = await cast.customer()
    await cast.order(customer)
    zone = {
        "name": "Braga",
        "code": "braga",
        "polygon": {
            "type": "Polygon",
            "coordinates": [[[-8.5, 41.5], [-8.3, 41.5], [-8.3, 41.6], [-8.5, 41.6], [-8.5, 41.5]]],
        },
        "baseFeeMinor": 250,
        "perKmFeeMinor": 50,
        "currency": "EUR",
        "timeZone": "Europe/Lisbon",
    }
    (await cast.admin.post("/api/v1/admin/delivery-zones", zone)).data  # noqa: B018
    there = {"latitude": 41.55, "longitude": -8.4, "address": "Braga"}
    await cast.order(customer, pickup=there, dropoff=there | {"latitude": 41.56})
    await cast.stack.rows(
        "UPDATE deliveries SET weight_grams = 2000000000 WHERE pickup_location && $1::geography",
        Point(41.55, -8.4),
    )
    await cast.stack.dispatch()
    assert len(await offers_of(near)) == 1
    assert [record for record in caplog.records if "cannot be planned" in record.message]


async def test_a_tick_that_cannot_be_recorded_decides_all_the_same(cast: Cast) -> None:
    """The disk is full, or somebody tidied up: orders do not wait for a log."""
    near, far = await two_couriers(cast)
    customer = await cast.customer()
    tick = DispatchTick(cast.stack.station, cast.stack.solver)
    await cast.order(customer)
    await tick.run_once()
    (file,) = _logs(cast.stack)
    file.unlink()
    await cast.order(customer)
    await tick.run_once()
    assert len(await offers_of(near)) == len(await offers_of(far)) == 1
    for courier in (near, far):
        await answer(courier, await only_offer(courier), "reject")
    await tick.run_once()
    assert len(_logs(cast.stack)) == 1, "and the log goes on with the next one"


def _logs(stack: Stack) -> list[Path]:
    return sorted((stack.settings.state_dir / "ticks").glob("*.log"))


def _replay(*logs: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "jobs.replay", *map(str, logs)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


async def test_recorded_ticks_replay_to_the_same_decisions(cast: Cast) -> None:
    """Byte for byte, in another process; an altered record is noticed, a missing file is named."""
    near, _far = await two_couriers(cast)
    customer = await cast.customer()
    tick = DispatchTick(cast.stack.station, cast.stack.solver)
    for _ in range(3):
        await cast.order(customer)
        await tick.run_once()
        for offer in await offers_of(near):
            await answer(near, offer)
    logs = _logs(cast.stack)
    done = await asyncio.to_thread(_replay, *logs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 ticks replayed: 3 the same, 0 different" in done.stdout
    whole = logs[0].read_bytes()
    logs[0].write_bytes(whole[:40] + bytes((whole[40] ^ 1,)) + whole[41:])
    broken = await asyncio.to_thread(_replay, *logs)
    assert broken.returncode == 2
    assert "restore the log" in broken.stderr
    missing = await asyncio.to_thread(_replay, Path("nowhere.log"))
    assert missing.returncode == 2
    assert "nowhere.log" in missing.stderr
    logs[0].write_bytes(b"")
    nothing = await asyncio.to_thread(_replay, logs[0])
    assert nothing.returncode == 1, "no tick at all is no proof"


def test_old_tick_logs_make_room_for_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few files of bounded size, the newest ones."""
    monkeypatch.setattr(tick_log, "LARGEST", 10)
    log = tick_log.TickLog(tmp_path / "ticks")
    for number in range(1000, 1020):
        log.append(b"12345678", number)
    files = sorted((tmp_path / "ticks").iterdir())
    assert len(files) == tick_log.KEPT
    assert files[-1].name == "ticks-1018.log"
    assert all(len(file.read_bytes()) == 16 for file in files)


async def test_without_anything_to_do_a_tick_asks_nobody(cast: Cast) -> None:
    """No couriers, no orders, then orders without couriers."""
    await cast.stack.dispatch()
    order = await cast.order(await cast.customer(), dropoff=DROPOFF)
    await cast.stack.dispatch()
    whole = await dossier(cast, await cast.delivery_of(order))
    assert whole["offers"] == []
    assert whole["whyUnassigned"]
    live = Positions(cast.stack.station.redis, 30)
    assert await live.of([UUID(int=1)]) == {}
