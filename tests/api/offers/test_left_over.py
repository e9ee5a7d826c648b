"""Whom the dispatch tick offers a delivery again, and what staff read where it offers it nobody."""

from datetime import timedelta

import pytest

from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.people import PICKUP, Person
from tests.support.road import answer, dossier, offer, report, stand


async def offered(courier: Person) -> list[str]:
    """Return which deliveries a courier is offered."""
    shown = (await courier.get("/api/v1/courier/offers")).data["offers"]
    return [one["deliveryId"] for one in shown]


async def near(cast: Cast) -> Person:
    """Return a courier at the pickup."""
    courier = await cast.courier()
    await stand(cast, courier, PICKUP["latitude"] + 0.001, PICKUP["longitude"])
    return courier


@pytest.mark.parametrize("refusal", ["reject", "expire", "give back"])
async def test_who_did_not_take_a_delivery_is_not_offered_it_again(
    cast: Cast, refusal: str
) -> None:
    courier = await near(cast)
    order = await cast.order(await cast.customer())
    delivery_id = (await cast.delivery_of(order))["id"]
    life = timedelta(0) if refusal == "expire" else timedelta(minutes=5)
    offer_id = await offer(cast, delivery_id, courier, life)
    if refusal == "reject":
        assert (await answer(courier, offer_id, "reject")).status == 204
    elif refusal == "give back":
        (await answer(courier, offer_id)).data  # noqa: B018  # fails unless 2xx
        (await report(courier, delivery_id, "pending")).data  # noqa: B018
    else:
        await cast.stack.expire_offers()
    await cast.stack.dispatch()
    assert await offered(courier) == []
    assert (await dossier(cast, delivery_id))["whyUnassigned"]
    other = await near(cast)
    await cast.stack.dispatch()
    assert await offered(other) == [delivery_id]
    await check_books(cast.stack)


async def test_the_tick_offers_a_waiting_delivery_and_says_why_this_courier(cast: Cast) -> None:
    courier = await near(cast)
    order = await cast.order(await cast.customer())
    delivery_id = (await cast.delivery_of(order))["id"]
    await cast.stack.dispatch()
    assert await offered(courier) == [delivery_id]
    (made,) = (await dossier(cast, delivery_id))["offers"]
    assert (made["courierId"], made["source"]) == (courier.courier_id, "tick")
    assert made["card"]


async def test_nobody_at_work_is_said_in_one_sentence(cast: Cast) -> None:
    order = await cast.order(await cast.customer())
    delivery_id = (await cast.delivery_of(order))["id"]
    await cast.stack.dispatch()
    why = (await dossier(cast, delivery_id))["whyUnassigned"]
    assert len(why) > 10
    courier = await near(cast)
    await cast.stack.dispatch()
    assert await offered(courier) == [delivery_id]
