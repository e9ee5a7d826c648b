"""The snapshot: the problem says what the rows say, checked against a slow and obvious twin."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.kit.ids import ZoneId
from api.planning import TRAVEL
from api.settings import SETTINGS
from dispatch.model import NO_DUE, Bar, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.problem import Problem
from dispatch.reasons import WhyNot
from geo.point import Point
from jobs.snapshot import Market, plane_of, problem_of, read_market, waiting_deliveries
from tests.jobs.market import answer, assign, offers_of, pick_up, stand
from tests.support import road
from tests.support.cast import Cast
from tests.support.past import age_journal
from tests.support.people import Person
from tests.support.programs import Stack
from tests.support.road import brought_to, decide, report
from tracking.positions import Position, Positions

HOUR = timedelta(hours=1)


async def snapshot(stack: Stack, zone_id: str) -> tuple[Market, Problem | None]:
    """Take a snapshot of a zone, as the tick does."""
    live = Positions(stack.station.redis, stack.settings.presence_s)
    async with stack.station.work(read_only=True) as work:
        waiting = await waiting_deliveries(work)
        zones = sorted({delivery.zone_id for delivery in waiting} | {ZoneId(UUID(zone_id))})
        market = await read_market(work, live, zones, waiting)
        return market, problem_of(market, ZoneId(UUID(zone_id)), work, live)


class Twin:
    """The same problem, worked out row by row from whole tables."""

    def __init__(self, stack: Stack, market: Market, zone_id: str, tables: dict[str, Any]) -> None:
        self.stack, self.now, self.tables = stack, market.now, tables
        self.zone_id = UUID(zone_id)
        self.positions: dict[UUID, Position] = market.positions
        self.deliveries = {row["id"]: row for row in tables["deliveries"]}
        self.failed = {key for key, row in self.deliveries.items() if row["status"] == "failed"}
        self.waiting = [row for row in tables["deliveries"] if self._waits(row)]
        self.plane = plane_of(self.waiting[0]["pickup_location"])

    def couriers(self) -> Iterator[CourierView]:
        """Return every courier of the zone on shift, by id."""
        for row in sorted(self.tables["couriers"], key=lambda row: row["id"].bytes):
            if row["home_zone_id"] == self.zone_id and row["status"] != "offline":
                yield self._courier(row)

    def _courier(self, row: Any) -> CourierView:
        place, stops = self.positions.get(row["id"]), list(self._stops(row["id"]))
        x_m, y_m = self._xy(Point(place.lat, place.lng)) if place else (0, 0)
        aboard = [one for one in stops if not any(self._is_pickup_of(one, two) for two in stops)]
        ends, began = row["shift_ends_at"], row["shift_started_at"]
        done = [
            one
            for one in self.deliveries.values()
            if one["courier_id"] == row["id"] and one["status"] == "delivered"
        ]
        return CourierView(
            id=row["id"].bytes,
            x_m=x_m,
            y_m=y_m,
            speed_mm_s=self.stack.station.resources[TRAVEL].straight_mm_s(row["vehicle_type"]),
            shift_start_s=0 if began is None else self._s(began),
            shift_end_s=100 * 86_400 if ends is None else self._s(ends),
            capacity=Load(row["capacity_items"], row["capacity_grams"], row["capacity_cm3"]),
            load=Load(*(sum(one.demand[i] for one in aboard) for i in range(3))),
            done=sum(began is not None and one["delivered_at"] >= began for one in done),
            pinned=int(any(UUID(bytes=one.delivery) not in self.failed for one in stops)),
            excluded=self._excluded(row, place),
            stops=tuple(stops),
        )

    def _is_pickup_of(self, dropoff: Stop, other: Stop) -> bool:
        same = dropoff.delivery == other.delivery
        return dropoff.kind is Kind.PICKUP or (same and other.kind is Kind.PICKUP)

    def _stops(self, courier_id: UUID) -> Iterator[Stop]:
        routes = {
            row["id"]
            for row in self.tables["delivery_routes"]
            if row["courier_id"] == courier_id and row["status"] == "in_progress"
        }
        rows = [
            row
            for row in self.tables["route_stops"]
            if row["route_id"] in routes and row["done_at"] is None
        ]
        for row in sorted(rows, key=lambda row: (row["delivery_id"] in self.failed, row["seq"])):
            kind = Kind.PICKUP if row["kind"] == "pickup" else Kind.DROPOFF
            yield self._stop(
                self.deliveries[row["delivery_id"]], kind, row["service_s"], routed=True
            )

    def _stop(self, delivery: Any, kind: Kind, service_s: int, *, routed: bool = False) -> Stop:
        at_pickup = kind is Kind.PICKUP
        failed = delivery["status"] == "failed"
        leads_to_shop = at_pickup or failed
        place = delivery["pickup_location" if leads_to_shop else "dropoff_location"]
        opens = delivery["ready_at" if at_pickup else "window_start"]
        x_m, y_m = self._xy(place)
        return Stop(
            delivery=delivery["id"].bytes,
            kind=kind,
            x_m=x_m,
            y_m=y_m,
            open_s=0 if opens is None or failed else self._s(opens),
            due_s=NO_DUE if leads_to_shop else self._s(delivery["window_end"]),
            service_s=service_s,
            demand=Load(delivery["items"], delivery["weight_grams"], delivery["volume_cm3"]),
        )

    def _excluded(self, row: Any, place: Position | None) -> WhyNot:
        if not row["is_active"]:
            return WhyNot.BLOCKED
        if row["status"] == "on_break":
            return WhyNot.ON_BREAK
        real_ms = round(datetime.now(self.now.tzinfo).timestamp() * 1000)  # noqa: TID251
        if place is None or real_ms - place.received_ms > self.stack.settings.presence_s * 1000:
            return WhyNot.SILENT
        has_offer = any(
            offer["courier_id"] == row["id"] and offer["status"] == "offered"
            for offer in self.tables["delivery_offers"]
        )
        return WhyNot.OFFER_OPEN if has_offer else WhyNot.NOTHING

    def views(self) -> Iterator[DeliveryView]:
        """Return every delivery of the zone that waits, by id."""
        service_s = self.stack.station.resources[SETTINGS].dispatch_service_s
        for row in sorted(self.waiting, key=lambda row: row["id"].bytes):
            yield DeliveryView(
                pickup=self._stop(row, Kind.PICKUP, service_s),
                dropoff=self._stop(row, Kind.DROPOFF, service_s),
                age_s=-self._s(row["created_at"]),
                barred=tuple(self._bars(row["id"])),
            )

    def _waits(self, row: Any) -> bool:
        order = next(o for o in self.tables["orders"] if o["id"] == row["order_id"])
        open_offer = any(
            offer["delivery_id"] == row["id"] and offer["status"] == "offered"
            for offer in self.tables["delivery_offers"]
        )
        alive = order["status"] in {"confirmed", "preparing", "ready_for_delivery"}
        return (
            row["zone_id"] == self.zone_id
            and row["status"] == "pending"
            and alive
            and not open_offer
            and self._s(row["ready_at"]) < 45 * 60  # dispatch plans 40 minutes ahead
        )

    def _bars(self, delivery_id: UUID) -> Iterator[Bar]:
        reasons, began = self._given_up(delivery_id)
        for offer in self.tables["delivery_offers"]:
            if offer["delivery_id"] != delivery_id or (began and offer["offered_at"] < began):
                continue
            if offer["status"] == "rejected":
                reasons[offer["courier_id"].bytes] = WhyNot.BARRED_REFUSED
            elif offer["status"] == "expired" and self._is_lately(offer["answered_at"]):
                reasons.setdefault(offer["courier_id"].bytes, WhyNot.BARRED_EXPIRED)
        for courier in sorted(reasons):
            yield Bar(courier, reasons[courier])

    def _given_up(self, delivery_id: UUID) -> tuple[dict[bytes, WhyNot], datetime | None]:
        reasons: dict[bytes, WhyNot] = {}
        began = None
        for event in sorted(self.tables["delivery_events"], key=lambda row: row["seq"]):
            if event["delivery_id"] != delivery_id or event["new_status"] != "pending":
                continue
            by = event["data"].get("by")
            if event["old_status"] == "returned":
                reasons, began = {}, event["at"]
            elif by == "courier":
                reasons[event["courier_id"].bytes] = WhyNot.BARRED_REFUSED
            elif by == "operator" and self._is_lately(event["at"]):
                reasons.setdefault(event["courier_id"].bytes, WhyNot.BARRED_TAKEN_BACK)
        return reasons, began

    def _is_lately(self, moment: datetime) -> bool:
        return moment > self.now - timedelta(minutes=2)

    def _xy(self, place: Point) -> tuple[int, int]:
        x_m, y_m = self.plane.xy_of(place)
        return round(x_m), round(y_m)

    def _s(self, moment: datetime) -> int:
        return round((moment - self.now).total_seconds())


async def whole_tables(stack: Stack) -> dict[str, Any]:
    """Return every row of what a snapshot is made of."""
    names = (
        "orders",
        "deliveries",
        "couriers",
        "delivery_routes",
        "route_stops",
        "delivery_events",
        "delivery_offers",
    )
    return {name: await stack.rows(f"SELECT * FROM {name}") for name in names}  # noqa: S608


async def busy_city(cast: Cast, dice: random.Random) -> None:
    """Let a little of everything be going on."""
    stack = cast.stack
    now = stack.station.clock.now()
    customer = await cast.customer()
    until = {"until": (now + 3 * HOUR).isoformat()}
    fleet: list[Person] = []
    for number in range(7):
        courier = await cast.courier(
            vehicleType=dice.choice(["motorcycle", "car", "bicycle", "on_foot"]),
            capacityItems=dice.randint(4, 9),
            capacityGrams=dice.randint(50_000, 90_000),
        )
        fleet.append(courier)
        if number != 3:
            silent_s = 500.0 if number == 4 else 0.0
            lat, lng = 41.15 + dice.uniform(-0.02, 0.02), -8.61 + dice.uniform(-0.02, 0.02)
            await stand(stack, courier, lat, lng, silent_s=silent_s)
    await fleet[0].put("/api/v1/courier/status", {"status": "online"} | until)
    await fleet[5].put("/api/v1/courier/status", {"status": "on_break"})
    await stack.rows(
        "UPDATE couriers SET is_active = false WHERE id = $1", UUID(fleet[6].courier_id)
    )
    placed = []
    for number in range(12):
        ahead = now + dice.randint(0, 3) * HOUR / 3
        changes: dict[str, Any] = {
            "items": [
                {
                    "title": "Box",
                    "quantity": dice.randint(1, 2),
                    "weightGrams": dice.randint(0, 4000),
                },
                {"title": "Bag", "volumeCm3": dice.randint(0, 9000)},
            ],
            "readyAt": ahead.isoformat(),
        }
        if number % 3 == 0:
            changes["windowStart"] = (ahead + HOUR).isoformat()
            changes["windowEnd"] = (ahead + 2 * HOUR).isoformat()
        placed.append(await cast.delivery_of(await cast.order(customer, **changes)))
    for delivery, courier in zip(placed[:3], (fleet[0], fleet[0], fleet[1]), strict=True):
        await assign(cast, delivery, courier)
    await stack.rows(
        "UPDATE orders SET status = 'ready_for_delivery' WHERE id = $1", UUID(placed[0]["orderId"])
    )
    await pick_up(cast, placed[0], fleet[0])
    await stack.dispatch()
    for courier in fleet[:4]:
        for offer in await offers_of(courier):
            if dice.random() < 0.5:
                await answer(courier, offer, "reject")
    await stack.settle()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_problem_says_what_the_rows_say(cast: Cast, seed: int) -> None:
    """Every courier, every stop, every waiting delivery, every bar."""
    stack = cast.stack
    await busy_city(cast, random.Random(seed))
    market, problem = await snapshot(stack, cast.zone_id)
    assert problem is not None
    twin = Twin(stack, market, cast.zone_id, await whole_tables(stack))
    found = [problem.courier(row) for row in range(len(problem.couriers))]
    waiting = [problem.delivery(row) for row in range(len(problem.waiting))]
    assert found == list(twin.couriers())
    assert waiting == list(twin.views())
    assert problem.now_ms == round(market.now.timestamp() * 1000)
    reasons = {view.excluded for view in found}
    assert {WhyNot.SILENT, WhyNot.ON_BREAK, WhyNot.BLOCKED} <= reasons
    assert any(view.stops for view in found)
    assert any(view.load != Load(0, 0, 0) for view in found)
    assert len(waiting) >= 2


async def test_bars_of_time_run_out_and_refusals_do_not(cast: Cast) -> None:
    """Two minutes after an offer expired the courier may be asked again, never after a refusal."""
    stack = cast.stack
    customer, anna, bruno = await cast.customer(), await cast.courier(), await cast.courier()
    order = await cast.order(customer)
    delivery = await cast.delivery_of(order)
    for courier in (anna, bruno):
        await stand(stack, courier)
    for _ in range(2):
        await stack.dispatch()
        for courier in (anna, bruno):
            for offer in await offers_of(courier):
                await answer(courier, offer, "reject")
    await stack.rows(
        "UPDATE delivery_offers SET status = 'expired', reject_reason = NULL WHERE courier_id = $1",
        UUID(bruno.courier_id),
    )
    _market, problem = await snapshot(stack, cast.zone_id)
    assert problem is not None
    (view,) = (problem.delivery(row) for row in range(len(problem.waiting)))
    assert view.id == UUID(delivery["id"]).bytes
    assert {bar.reason for bar in view.barred} == {WhyNot.BARRED_REFUSED, WhyNot.BARRED_EXPIRED}
    await stack.rows("UPDATE delivery_offers SET answered_at = answered_at - interval '2 minutes'")
    _market, problem = await snapshot(stack, cast.zone_id)
    assert problem is not None
    assert [bar.reason for bar in problem.delivery(0).barred] == [WhyNot.BARRED_REFUSED]


async def bars(cast: Cast) -> dict[str, WhyNot]:
    """Return who is barred from the only delivery that waits."""
    _market, problem = await snapshot(cast.stack, cast.zone_id)
    assert problem is not None
    (view,) = (problem.delivery(row) for row in range(len(problem.waiting)))
    return {str(UUID(bytes=bar.courier)): bar.reason for bar in view.barred}


async def test_who_gives_a_delivery_back_is_not_asked_again(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier)
    (await report(courier, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
    for _ in range(2):
        assert await bars(cast) == {courier.courier_id: WhyNot.BARRED_REFUSED}
        await age_journal(cast)


async def test_from_whom_a_dispatcher_takes_a_delivery_is_not_asked_again_for_two_minutes(
    cast: Cast,
) -> None:
    """Else the nearest courier has it back a second later: the one it was taken from."""
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier)
    await stand(cast.stack, courier)
    (await decide(cast, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
    assert await bars(cast) == {courier.courier_id: WhyNot.BARRED_TAKEN_BACK}
    await cast.stack.dispatch()
    assert await offers_of(courier) == []
    await age_journal(cast)
    assert await bars(cast) == {}
    await cast.stack.dispatch()
    assert len(await offers_of(courier)) == 1


async def test_a_new_attempt_begins_without_bars(cast: Cast) -> None:
    """Whoever refused or carried the attempt before may be asked again."""
    shy, courier = await cast.courier(), await cast.courier()
    delivery_id = str((await cast.delivery_of(await cast.order(await cast.customer())))["id"])
    refused = await road.offer(cast, delivery_id, shy)
    (await road.answer(shy, refused, "reject")).data  # noqa: B018  # fails unless 2xx
    assert await bars(cast) == {shy.courier_id: WhyNot.BARRED_REFUSED}
    (await road.answer(courier, await road.offer(cast, delivery_id, courier))).data  # noqa: B018
    for status in road.WAY["returned"]:
        (await report(courier, delivery_id, status)).data  # noqa: B018  # fails unless 2xx
    (await decide(cast, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
    assert await bars(cast) == {}
    (await road.answer(shy, await road.offer(cast, delivery_id, shy))).data  # noqa: B018
    (await report(shy, delivery_id, "pending")).data  # noqa: B018  # fails unless 2xx
    assert await bars(cast) == {shy.courier_id: WhyNot.BARRED_REFUSED}


async def test_a_zone_where_nothing_waits_is_no_problem(cast: Cast) -> None:
    """Couriers alone are not worth a tick."""
    await cast.courier()
    _market, problem = await snapshot(cast.stack, cast.zone_id)
    assert problem is None


@pytest.mark.parametrize("until", ["2099-12-31T00:00:00Z", "2001-01-01T00:00:00Z"])
async def test_a_shift_that_ends_in_another_age_does_not_stop_the_zone(
    cast: Cast, until: str
) -> None:
    """However the row came about; dispatch looks only so far."""
    customer, courier = await cast.customer(), await cast.courier()
    await stand(cast.stack, courier)
    sql = "UPDATE couriers SET shift_ends_at = $1"
    await cast.stack.rows(sql, datetime.fromisoformat(until))
    await cast.order(customer)
    _market, problem = await snapshot(cast.stack, cast.zone_id)
    assert problem is not None
    assert abs(problem.courier(0).shift_end_s) == 100 * 86_400


async def test_a_courier_at_the_other_end_of_the_world_does_not_stop_the_zone(cast: Cast) -> None:
    """The first fix may say anything; it is far, that is all."""
    customer, courier = await cast.customer(), await cast.courier()
    for lat, lng in ((-41.0, 171.4), (90.0, 0.0), (-90.0, -180.0)):
        await stand(cast.stack, courier, lat, lng)
        await cast.order(customer)
        _market, problem = await snapshot(cast.stack, cast.zone_id)
        assert problem is not None
        view = problem.courier(0)
        assert max(abs(view.x_m), abs(view.y_m)) > 1_000_000
