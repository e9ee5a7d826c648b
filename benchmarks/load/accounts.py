"""Everybody who takes part gets an account, as a person does: by the public API and text messages.

Takes the place of a city's robots: the same operator's link, the same port for text messages, so
no city can run on the same installation meanwhile. Accounts stay and are used again.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.city.api_client import Person, open_api
from benchmarks.city.errors import CityError
from benchmarks.city.hall import CityHall, enter
from benchmarks.city.joining import Identity, Reception
from benchmarks.city.order_book import OrderBook
from benchmarks.city.running import Doors
from benchmarks.city.sms_gateway import SmsGateway, serving
from benchmarks.city.tally import Tally
from benchmarks.city.world import World, ZonePlan, circle, password_of, phone_number
from benchmarks.load.handover import Handover
from geo.point import Point

CODE = "load"
MIDDLE = Point(46.9, 8.4)
RADIUS_M = 4000.0
_SEED = 1
_FIRST_CUSTOMER = 5000


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many of each kind take part."""

    couriers: int
    customers: int
    dispatchers: int


def crowd_of(users: int) -> Crowd:
    """Return six couriers to three customers to one dispatcher, at least one of each.

    Raises ValueError for fewer than 3 users.
    """
    if users < 3:
        raise ValueError(f"a load test has at least 3 users, not {users}")
    dispatchers = max(1, users // 10)
    customers = max(1, users * 3 // 10)
    return Crowd(users - customers - dispatchers, customers, dispatchers)


async def prepare(doors: Doors, crowd: Crowd, measured: Path) -> Handover:
    """Return everybody, signed in; the zone is drawn, the couriers are verified.

    Raises CityError when the installation is not there or does not let somebody in.
    """
    gateway, tally = SmsGateway(), Tally()
    async with open_api(doors.url, tally) as api:
        await api.config()
        async with serving(gateway, doors.sms_port):
            operator = await enter(api, doors.link_file)
            hall = CityHall(operator, OrderBook(), tally)
            founded = await hall.found(_world())
            reception = Reception(api, gateway)
            couriers = [
                _courier(reception, hall, _identity(number), founded.zone_id)
                for number in range(crowd.couriers)
            ]
            customers = [
                reception.join(_identity(_FIRST_CUSTOMER + number), "customer")
                for number in range(crowd.customers)
            ]
            people = await asyncio.gather(*couriers, *customers)
        tokens = await _fresh_tokens([*people, operator])
    return Handover(
        url=api.url,
        lat=MIDDLE.lat,
        lng=MIDDLE.lng,
        couriers=tokens[: crowd.couriers],
        customers=tokens[crowd.couriers : -1],
        dispatchers=tokens[-1:] * crowd.dispatchers,
        measured=str(measured),
    )


def _world() -> World:
    zone = ZonePlan(CODE, "Load test", circle(MIDDLE, RADIUS_M), "UTC")
    return World(_SEED, zone, shops=(), couriers=(), customers=())


def _identity(number: int) -> Identity:
    password = password_of(CODE, _SEED, number)
    return Identity(phone_number(CODE, number), password, "Load", f"Number {number}")


async def _courier(reception: Reception, hall: CityHall, who: Identity, zone_id: str) -> Person:
    person = await reception.join(who, "courier")
    application = {"vehicleType": "motorcycle", "homeZoneId": zone_id}
    answer = await person.call("POST", "/api/v1/courier/register", application)
    if not answer.ok:
        raise CityError(f"{who.name} cannot apply as a courier: {answer.message}")
    if answer.data["verificationStatus"] != "verified":
        await hall.verify(answer.data["id"])
    return person


async def _fresh_tokens(people: Iterable[Person]) -> tuple[str, ...]:
    """Return an access token of each, as new as can be: nobody renews one under load."""
    queue = asyncio.Semaphore(16)

    async def fresh(person: Person) -> str:
        async with queue:
            answer = await person.renew()
        if not answer.ok:
            raise CityError(f"A session cannot be renewed: {answer.message} ({answer.code}).")
        return str(answer.data["accessToken"])

    return tuple(await asyncio.gather(*(fresh(person) for person in people)))
