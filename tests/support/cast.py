"""pytest plugin: a cast of people in a drawn zone, made through the API as they would be."""

import asyncio
import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.identity import service as identity
from api.kit.actor import Role
from benchmarks.city.waiting import wait_until
from tests.support.people import DROPOFF, PASSWORD, PICKUP, ZONE, Person
from tests.support.programs import Stack

_PHONES = itertools.count(910_000_000)
SMS_S = 30.0


@dataclass
class Cast:
    """Who and what a test about orders needs."""

    stack: Stack
    admin: Person
    zone_id: str

    async def register(self, role: str, phone: str | None = None) -> Person:
        """Open an account for a customer or a courier and sign in."""
        phone = phone or f"+351{next(_PHONES)}"
        person = self.stack.person()
        draft = {
            "phone": phone,
            "password": PASSWORD,
            "firstName": role.title(),
            "lastName": phone[-3:],
            "role": role,
        }
        (await person.post("/api/v1/auth/register", draft)).data  # noqa: B018  # fails unless 2xx
        await self.stack.settle()
        sent = self.stack.sms.messages
        assert await wait_until(lambda: bool(sent[phone]), SMS_S)  # a live job worker may have it
        check = {
            "destination": phone,
            "purpose": "registration",
            "code": self.stack.sms.code(phone),
            "password": PASSWORD,
        }
        person.keep((await person.post("/api/v1/auth/verify-code", check)).data)
        return person

    async def customer(self) -> Person:
        """Return a signed-in customer."""
        return await self.register("customer")

    async def courier(self, *, online: bool = True, **profile: Any) -> Person:
        """Return a verified courier, on shift unless told otherwise."""
        person = await self.register("courier")
        draft = {"vehicleType": "motorcycle", "homeZoneId": self.zone_id} | profile
        applied = (await person.post("/api/v1/courier/register", draft)).data
        person.courier_id = applied["id"]
        verdict = {"status": "verified"}
        path = f"/api/v1/admin/couriers/{person.courier_id}/verification"
        (await self.admin.put(path, verdict)).data  # noqa: B018  # fails unless 2xx
        if online:
            await self.go_online(person)
        return person

    async def go_online(self, courier: Person) -> None:
        """Begin a courier's shift."""
        (await courier.put("/api/v1/courier/status", {"status": "online"})).data  # noqa: B018
        await self.stack.settle()

    async def shop(self) -> tuple[str, Person]:
        """Return a company and somebody who works there, signed in."""
        company = (
            await self.admin.post("/api/v1/admin/companies", {"name": f"Shop {uuid4().hex[:6]}"})
        ).data
        email = f"{uuid4().hex[:10]}@shop.example"
        vendor = {"email": email, "password": PASSWORD, "firstName": "Vera", "lastName": "Vendor"}
        path = f"/api/v1/admin/companies/{company['id']}/vendors"
        (await self.admin.post(path, vendor)).data  # noqa: B018  # fails unless 2xx
        person = self.stack.person()
        login = {"login": email, "password": PASSWORD}
        person.keep((await person.post("/api/v1/auth/login", login)).data)
        return company["id"], person

    async def slot(self, zone_id: str | None = None, **changes: Any) -> dict[str, Any]:
        """Open a delivery slot: tomorrow morning in the cast's zone unless told otherwise."""
        tomorrow = self.stack.settings.clock.now() + timedelta(days=1)
        draft = {
            "zoneId": zone_id or self.zone_id,
            "date": f"{tomorrow:%Y-%m-%d}",
            "times": [{"startTime": "09:00", "endTime": "11:00"}],
            "maxOrders": 3,
        }
        opened = (await self.admin.post("/api/v1/admin/delivery-slots", draft | changes)).data
        return dict(opened["slots"][0])

    async def order(self, customer: Person, **changes: Any) -> dict[str, Any]:
        """Place an order and let what follows happen."""
        draft = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]} | changes
        placed = (await customer.post("/api/v1/orders", draft, key=uuid4().hex)).data
        await self.stack.settle()
        return dict(placed)

    async def delivery_of(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return the delivery of an order as staff see it."""
        async with asyncio.timeout(10):  # while the job worker runs by itself it may take a moment
            while True:
                path = f"/api/v1/admin/deliveries?orderId={order['id']}"
                if items := (await self.admin.get(path)).data["items"]:
                    return dict(items[0])
                await asyncio.sleep(0.02)


@pytest.fixture
async def cast(stack: Stack) -> Cast:
    """Return an administrator and a zone."""
    async with stack.station.work() as work:
        user = await identity.add_staff(
            work,
            role=Role.SUPER_ADMIN,
            email="admin@hermod.example",
            password=None,
            first_name="Ada",
            last_name="Admin",
        )
        secret = await identity.login_link_secret(work, user, timedelta(hours=1))
    admin = stack.person()
    check = {"destination": "admin@hermod.example", "purpose": "login", "code": secret}
    admin.keep((await admin.post("/api/v1/auth/verify-code", check)).data)
    zone = {
        "name": "Porto",
        "code": "porto",
        "polygon": ZONE,
        "baseFeeMinor": 250,
        "perKmFeeMinor": 50,
        "currency": "EUR",
        "timeZone": "Europe/Lisbon",
    }
    drawn = (await admin.post("/api/v1/admin/delivery-zones", zone)).data
    return Cast(stack, admin, drawn["id"])
