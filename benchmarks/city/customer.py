"""Robot customers: place the orders of the plan, follow some, regret a few, look after the rest."""

import asyncio
from typing import Any

from benchmarks.city.api_client import Person
from benchmarks.city.city import City
from benchmarks.city.clock import rfc3339
from benchmarks.city.follower import Follower
from benchmarks.city.hall import Founded
from benchmarks.city.noticeboard import WatchedPage
from benchmarks.city.ordering import OrderPlan, places_of
from benchmarks.city.views import OrderSeen, TrackingSeen
from benchmarks.city.world import CustomerPlan, World
from geo.point import Point

ORDERS = "/api/v1/orders"
_TOO_LATE = frozenset({"invalid_transition"})


class Customers:
    """All customers of a city; each gets an account with the first order."""

    def __init__(self, city: City, world: World, founded: Founded) -> None:
        """Know who they are; nobody has an account yet."""
        self._city = city
        self._world = world
        self._founded = founded
        self._people: dict[int, asyncio.Task[Person]] = {}
        self._buyers: dict[str, Person] = {}

    async def order(self, plan: OrderPlan) -> OrderSeen | None:
        """Place one order, and see to it; None when the API does not take it."""
        person = await self._person(plan.customer)
        now_ms = self._city.clock.now_ms()
        draft = _draft(self._world, self._founded, plan, now_ms)
        answer = await person.call("POST", ORDERS, draft)
        if not answer.ok:
            return None
        order = OrderSeen.of(answer.data)
        self._city.book.placed(order)
        self._buyers[order.id] = person
        return order

    async def see_to(self, plan: OrderPlan, order: OrderSeen) -> None:
        """Follow the order, or regret it, where the plan says so."""
        person = self._buyers[order.id]
        if plan.regrets_after_s is not None:
            await self._city.clock.sleep(plan.regrets_after_s)
            draft = {"reason": "changed my mind"}
            path = f"{ORDERS}/{order.id}/cancel"
            if (await person.call("POST", path, draft, expected=_TOO_LATE)).ok:
                self._city.book.cancelled(order.id)
                return
        if plan.is_followed:
            answer = await person.call("POST", f"{ORDERS}/{order.id}/tracking-links", {})
            if answer.ok:
                await self._watch(order, str(answer.data["token"]), str(answer.data["path"]))

    async def _watch(self, order: OrderSeen, token: str, path: str) -> None:
        """Follow an order, on a page that people may look at too."""
        board = self._city.board
        board.pin(WatchedPage(order.number, f"{self._city.api.url}{path}"))
        try:
            await Follower(self._city, order.id, token).follow()
        finally:
            board.unpin(order.number)

    async def look_up(self, order_id: str) -> None:
        """Ask how an order stands, in case that its robots did not hear."""
        person = self._buyers.get(order_id)
        if person is None:
            return
        answer = await person.call("GET", f"{ORDERS}/{order_id}/tracking")
        if answer.ok:
            self._city.book.looked_up(TrackingSeen.of(answer.data))

    async def _person(self, number: int) -> Person:
        joining = self._people.get(number)
        if joining is None or (joining.done() and joining.exception() is not None):
            who = self._world.customers[number].who
            joining = asyncio.create_task(self._city.reception.join(who, "customer"))
            self._people[number] = joining
        return await asyncio.shield(joining)


def _draft(world: World, founded: Founded, plan: OrderPlan, now_ms: int) -> dict[str, Any]:
    start, goal = places_of(world, plan)
    customer, recipient = world.customers[plan.customer], world.customers[plan.recipient]
    draft: dict[str, Any] = {
        "pickup": _place(start, _pickup_address(world, plan)),
        "dropoff": _contact(_place(goal, recipient.address), recipient),
        "items": [
            {
                "title": thing.title,
                "quantity": thing.quantity,
                "weightGrams": thing.grams,
                "volumeCm3": thing.cm3,
            }
            for thing in plan.things
        ],
        "readyAt": rfc3339(now_ms + plan.ready_after_s * 1000),
        "notes": plan.notes,
    }
    if plan.shop is not None:
        draft["companyId"] = founded.company_ids[plan.shop]
    else:
        draft["pickup"] = _contact(draft["pickup"], customer)
    if plan.is_gift:
        draft["gift"] = {
            "message": f"All the best from {customer.who.first_name}!",
            "recipientName": recipient.who.name,
            "recipientPhone": recipient.who.phone,
        }
    return draft


def _pickup_address(world: World, plan: OrderPlan) -> str:
    if plan.shop is None:
        return world.customers[plan.customer].address
    shop = world.shops[plan.shop]
    return f"{shop.name}, {shop.address}"


def _place(point: Point, address: str) -> dict[str, Any]:
    return {"latitude": point.lat, "longitude": point.lng, "address": address}


def _contact(place: dict[str, Any], customer: CustomerPlan) -> dict[str, Any]:
    return place | {"contactName": customer.who.name, "contactPhone": customer.who.phone}
