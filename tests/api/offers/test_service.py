"""Offers: exactly one of accept, reject, expire, withdraw and reassign wins, and says so."""

import asyncio
import random
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Person
from tests.support.road import answer, brought_to, by_hand, dossier, offer, report

NOW = timedelta(0)


async def waiting(cast: Cast) -> tuple[str, str]:
    """Return an order and its delivery, which waits for a courier."""
    order = await cast.order(await cast.customer())
    return order["id"], (await cast.delivery_of(order))["id"]


async def outcomes(cast: Cast, delivery_id: str) -> list[str]:
    """Return how every offer of a delivery ended, oldest first."""
    return [one["status"] for one in (await dossier(cast, delivery_id))["offers"]]


async def test_an_offer_is_seen_with_its_way_and_its_pay(cast: Cast) -> None:
    courier = await cast.courier()
    order_id, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier)
    (shown,) = (await courier.get("/api/v1/courier/offers")).data["offers"]
    assert (shown["id"], shown["deliveryId"], shown["orderId"]) == (offer_id, delivery_id, order_id)
    assert shown["fee"] == {"amount": 400, "currency": "EUR"}
    assert 2000 < shown["distanceM"] < 2100


async def test_whom_to_meet_is_told_to_who_accepts(cast: Cast) -> None:
    courier = await cast.courier()
    whom = {"contactName": "Rui", "contactPhone": "+351912000001", "notes": "door code 1234"}
    gift = {"recipientName": "Greta", "recipientPhone": "+351912345678"}
    order = await cast.order(await cast.customer(), dropoff=DROPOFF | whom, gift=gift)
    offer_id = await offer(cast, (await cast.delivery_of(order))["id"], courier)
    (shown,) = (await courier.get("/api/v1/courier/offers")).data["offers"]
    assert (shown["pickup"], shown["dropoff"]) == (PICKUP, DROPOFF)
    assert not shown.keys() & gift.keys()
    accepted = (await answer(courier, offer_id)).data
    assert accepted["dropoff"] == DROPOFF | whom
    assert gift == {name: accepted[name] for name in gift}


async def test_accepting_again_gives_the_same_answer(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier)
    first, second = [(await answer(courier, offer_id)).data for _ in range(2)]
    assert first == second
    assert first["status"] == "assigned_to_courier"
    assert (await answer(courier, offer_id, "reject")).code == "offer_closed"
    await check_books(cast.stack)


async def test_a_rejected_offer_stays_rejected(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier)
    for _ in range(2):
        assert (await answer(courier, offer_id, "reject")).status == 204
    assert (await answer(courier, offer_id)).code == "offer_closed"
    assert await outcomes(cast, delivery_id) == ["rejected"]


@pytest.mark.parametrize("closed_by_the_job", [False, True])
async def test_an_offer_whose_time_is_over_cannot_be_accepted(
    cast: Cast, closed_by_the_job: bool
) -> None:
    courier = await cast.courier()
    _order, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier, NOW)
    if closed_by_the_job:
        await cast.stack.expire_offers()
    late = await answer(courier, offer_id)
    assert (late.status, late.code) == (409, "offer_closed")
    assert (await courier.get("/api/v1/courier/offers")).data == {"offers": []}
    await cast.stack.expire_offers()
    assert await outcomes(cast, delivery_id) == ["expired"]
    await check_books(cast.stack)


async def test_a_delivery_and_a_courier_have_one_open_offer_each(cast: Cast) -> None:
    couriers = [await cast.courier() for _ in range(3)]
    (_, first), (_, second) = await waiting(cast), await waiting(cast)
    made = await asyncio.gather(*(offer(cast, first, courier) for courier in couriers))
    assert sum(one is not None for one in made) == 1
    (busy,) = [c for c, one in zip(couriers, made, strict=True) if one is not None]
    assert await offer(cast, second, busy) is None
    (await answer(busy, next(one for one in made if one))).data  # noqa: B018
    assert await offer(cast, first, couriers[0]) is None  # it no longer waits


async def test_twenty_presses_of_the_button_win_once(cast: Cast) -> None:
    """A courier's phone repeats itself, others try the same offer: one delivery, one courier."""
    courier, others = await cast.courier(), [await cast.courier() for _ in range(4)]
    _order, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier)
    presses = [answer(courier, offer_id) for _ in range(16)]
    presses += [answer(other, offer_id) for other in others]
    random.Random(5).shuffle(presses)
    answers = await asyncio.gather(*presses)
    assert sorted(got.status for got in answers) == [200] * 16 + [404] * 4
    await check_books(cast.stack)


async def test_twenty_couriers_assigned_at_once_leave_one(cast: Cast) -> None:
    couriers = [await cast.courier() for _ in range(20)]
    _order, delivery_id = await waiting(cast)
    answers = await asyncio.gather(*(by_hand(cast, delivery_id, courier) for courier in couriers))
    statuses = [got.status for got in answers]
    assert set(statuses) <= {200, 503}  # each took it from the one before, or waited too long
    shown = await dossier(cast, delivery_id)
    assert shown["delivery"]["courierId"] == shown["courier"]["id"]
    assert len(shown["offers"]) == statuses.count(200) > 0
    await check_books(cast.stack)


async def race(cast: Cast, rng: random.Random, courier: Person, rival: Person) -> set[str]:
    """Let everything that can close an offer happen at once; return what succeeded."""
    order_id, delivery_id = await waiting(cast)
    life = rng.choice([NOW, timedelta(milliseconds=15), timedelta(minutes=1)])
    offer_id = await offer(cast, delivery_id, courier, life)
    staff = f"/api/v1/admin/orders/{order_id}/status"
    together = asyncio.Barrier(5)
    won: set[str] = set()

    async def act(name: str) -> None:
        await together.wait()
        await asyncio.sleep(rng.uniform(0, 0.02))
        match name:
            case "accept" | "reject":
                got = await answer(courier, offer_id, name)
            case "cancel":
                got = await cast.admin.put(staff, {"status": "cancelled"})
            case "reassign":
                got = await by_hand(cast, delivery_id, rival)
            case _:
                await cast.stack.expire_offers()
                return
        assert got.status in {200, 204, 409}, (name, got.status, got.body)
        if got.status < 300:
            won.add(name)

    await asyncio.gather(*map(act, ("accept", "reject", "cancel", "reassign", "expire")))
    (outcome, *_others) = await outcomes(cast, delivery_id)
    assert (outcome == "accepted") == ("accept" in won)
    assert not {"accept", "reject"} <= won
    assert outcome != "offered"
    await check_books(cast.stack)
    (await cast.admin.put(staff, {"status": "cancelled"})).data  # noqa: B018  # free for the next
    return {outcome} | won


async def test_a_courier_who_is_not_there_is_named_as_the_mistake(cast: Cast) -> None:
    delivery = await cast.delivery_of(await cast.order(await cast.customer()))
    path = f"/api/v1/admin/deliveries/{delivery['id']}/courier"
    answer = await cast.admin.put(path, {"courierId": str(uuid4()), "reason": "a test"})
    assert (answer.status, answer.fields) == (422, {"courierId": "not_found"})


@pytest.mark.parametrize("seed", range(4))
async def test_whoever_closes_an_offer_first_wins(cast: Cast, seed: int) -> None:
    rng = random.Random(seed)
    courier, rival = await cast.courier(), await cast.courier()
    seen: set[str] = set()
    for _ in range(12):
        seen |= await race(cast, rng, courier, rival)
    assert len(seen & {"accepted", "rejected", "expired", "withdrawn"}) >= 2  # both sides won some


@pytest.mark.parametrize("seed", range(3))
async def test_an_offer_running_out_is_either_accepted_or_expired(cast: Cast, seed: int) -> None:
    rng = random.Random(100 + seed)
    courier = await cast.courier()
    seen = set()
    for _ in range(15):
        order_id, delivery_id = await waiting(cast)
        offer_id = await offer(cast, delivery_id, courier, timedelta(milliseconds=30))
        await asyncio.sleep(rng.uniform(0.0, 0.04))
        got, _ = await asyncio.gather(answer(courier, offer_id), cast.stack.expire_offers())
        (outcome,) = await outcomes(cast, delivery_id)
        if got.status == 200:
            assert outcome == "accepted"
            (await report(courier, delivery_id, "pending")).data  # noqa: B018
        else:
            assert got.code == "offer_closed"
            await cast.stack.expire_offers()
            assert await outcomes(cast, delivery_id) == ["expired"]
        seen.add(got.status)
        staff = f"/api/v1/admin/orders/{order_id}/status"
        (await cast.admin.put(staff, {"status": "cancelled"})).data  # noqa: B018
    await check_books(cast.stack)
    assert seen <= {200, 409}


async def test_a_customer_who_cancels_is_quicker_or_too_late(cast: Cast) -> None:
    company, _vendor = await cast.shop()
    courier, customer = await cast.courier(), await cast.customer()
    for _ in range(10):
        order = await cast.order(customer, companyId=company)
        delivery_id = (await cast.delivery_of(order))["id"]
        offer_id = await offer(cast, delivery_id, courier)
        cancel = customer.post(
            f"/api/v1/orders/{order['id']}/cancel", {"reason": "changed my mind"}
        )
        got, cancelled = await asyncio.gather(answer(courier, offer_id), cancel)
        assert cancelled.status == 200
        assert got.status == 200 or got.code in {"offer_closed", "order_not_waiting"}
        await check_books(cast.stack)
        assert (await dossier(cast, delivery_id))["delivery"]["status"] == "cancelled"


@pytest.mark.parametrize("status", ["on_break", "offline"])
async def test_who_is_not_at_work_cannot_accept(cast: Cast, status: str) -> None:
    courier = await cast.courier()
    _order, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier)
    (await courier.put("/api/v1/courier/status", {"status": status})).data  # noqa: B018
    assert (await answer(courier, offer_id)).code == "courier_unavailable"
    await cast.stack.settle()
    assert await outcomes(cast, delivery_id) == ["withdrawn"]  # another may have it at once
    other = await cast.courier()
    assert await offer(cast, delivery_id, courier) is None
    assert await offer(cast, delivery_id, other) is not None
    await check_books(cast.stack)


async def test_who_is_back_at_work_keeps_the_offer(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier)
    for status in ("on_break", "online"):
        (await courier.put("/api/v1/courier/status", {"status": status})).data  # noqa: B018
    await cast.stack.settle()
    assert (await answer(courier, offer_id)).data["status"] == "assigned_to_courier"


async def test_somebody_elses_offer_is_not_there(cast: Cast) -> None:
    courier, other = await cast.courier(), await cast.courier()
    _order, delivery_id = await waiting(cast)
    offer_id = await offer(cast, delivery_id, courier)
    for act in ("accept", "reject"):
        foreign, missing = [await answer(other, one, act) for one in (offer_id, str(uuid4()))]
        assert (foreign.status, foreign.body["message"]) == (404, missing.body["message"])
    assert (await other.get("/api/v1/courier/offers")).data == {"offers": []}


async def test_a_new_delivery_after_giving_back_is_a_new_generation(cast: Cast) -> None:
    first, second = await cast.courier(), await cast.courier()
    _order, delivery_id = await brought_to(cast, first)
    (await report(first, delivery_id, "pending")).data  # noqa: B018
    (await answer(second, await offer(cast, delivery_id, second))).data  # noqa: B018
    assert await outcomes(cast, delivery_id) == ["accepted", "accepted"]
    rows = await cast.stack.rows("SELECT generation FROM delivery_offers ORDER BY id")
    assert [row["generation"] for row in rows] == [1, 2]
    await check_books(cast.stack)
