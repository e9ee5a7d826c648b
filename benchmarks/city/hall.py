"""City hall: the operator of the city. Signs in by the one-time link, founds, verifies, watches."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from benchmarks.city.api_client import Answer, Api, Person
from benchmarks.city.errors import CityError
from benchmarks.city.order_book import OrderBook
from benchmarks.city.tally import Tally
from benchmarks.city.world import ShopPlan, World, ZonePlan

_DIFFERENT = frozenset({"invalid_transition"})
_USED = frozenset({"wrong_code", "unauthenticated", "session_over"})


@dataclass(frozen=True, slots=True)
class Founded:
    """What of a world exists in the installation; companies in the sequence of the shops."""

    zone_id: str
    company_ids: tuple[str, ...]
    is_new: bool


async def enter(api: Api, link_file: Path) -> Person:
    """Return the operator, signed in by the link in the file, or by the session kept beside it.

    A link works once; the session goes on where an earlier run of the city left it.
    Raises CityError when neither works.
    """
    operator = Person(api)
    session_file = link_file.with_name("city_session")
    destination, code = _read_link(link_file)
    check = {"destination": destination, "purpose": "login", "code": code}
    answer = await operator.identify("verify-code", check, _USED)
    if not answer.ok and session_file.exists():
        operator.refresh_token = session_file.read_text().strip()
        answer = await operator.identify("refresh", _renewal(operator), _USED)
    if not answer.ok:
        raise CityError(
            f"The operator's link in {link_file} does not work ({answer.message}): it is used or"
            " too old; make a new one with `python -m jobs.seed`."
        )
    keep_session(operator, session_file)
    operator.renewed = lambda: keep_session(operator, session_file)
    return operator


def _renewal(operator: Person) -> dict[str, str]:
    return {"refreshToken": operator.refresh_token}


def _read_link(link_file: Path) -> tuple[str, str]:
    try:
        link = parse_qs(link_file.read_text().strip().partition("#")[2])
        return link["destination"][0], link["code"][0]
    except FileNotFoundError:
        message = (
            f"There is no operator's link in {link_file}: name the file with --operator-link-file,"
            " or make one with `python -m jobs.seed`."
        )
        raise CityError(message) from None
    except (OSError, KeyError) as error:
        raise CityError(f"{link_file} holds no operator's link: make one anew.") from error


def keep_session(operator: Person, session_file: Path) -> None:
    """Keep the operator's refresh token for the next run, readable by its owner only."""
    half = session_file.with_suffix(".new")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(operator.refresh_token + "\n")
    half.replace(session_file)


class CityHall:
    """What the city's operator does for its robots."""

    def __init__(self, operator: Person, book: OrderBook, tally: Tally) -> None:
        """Act as `operator`."""
        self._operator = operator
        self._book = book
        self._tally = tally

    async def found(self, world: World) -> Founded:
        """Create what does not exist yet of zone and companies; raise CityError where it fails."""
        zone_id, is_new = await self._zone(world.zone)
        known = {
            str(company["name"]): str(company["id"])
            async for company in self._operator.pages("/api/v1/companies", {"zoneId": zone_id})
        }
        queue = asyncio.Semaphore(8)

        async def company(shop: ShopPlan) -> str:
            async with queue:
                return known.get(shop.name) or await self._company(shop, zone_id)

        ids = await asyncio.gather(*(company(shop) for shop in world.shops))
        return Founded(zone_id, tuple(ids), is_new)

    async def verify(self, courier_id: str) -> None:
        """Find the courier's papers in order."""
        path = f"/api/v1/admin/couriers/{courier_id}/verification"
        answer = await self._operator.call("PUT", path, {"status": "verified"}, expected=_DIFFERENT)
        _insist(answer, "verify a courier", _DIFFERENT)

    async def employ(self, shop: ShopPlan, company_id: str) -> None:
        """Open the account of the person who works in a shop."""
        vendor = {
            "email": shop.email,
            "password": shop.password,
            "firstName": shop.name.partition("'")[0],
            "lastName": "Vendor",
        }
        path = f"/api/v1/admin/companies/{company_id}/vendors"
        added = await self._operator.call("POST", path, vendor)
        _insist(added, f"open an account for {shop.email}")

    async def ticket(self) -> str | None:
        """Return a ticket to everything that goes on."""
        answer = await self._operator.call("POST", "/api/v1/realtime/tickets", {})
        return str(answer.data["ticket"]) if answer.ok else None

    def heard_offer(self, told: Mapping[str, Any]) -> None:
        """Hear `offer:new`."""
        self._tally.offers.made(str(told["offerId"]))

    def heard_withdrawn(self, told: Mapping[str, Any]) -> None:
        """Hear `offer:withdrawn`."""
        self._tally.offers.ended(str(told["offerId"]), str(told["reason"]))

    def heard_order(self, told: Mapping[str, Any]) -> None:
        """Hear `order:updated`."""
        if told["status"] == "cancelled":
            self._book.cancelled(str(told["orderId"]))

    async def _zone(self, plan: ZonePlan) -> tuple[str, bool]:
        async for zone in self._operator.pages("/api/v1/admin/delivery-zones", {}):
            if zone["code"] == plan.code:
                return str(zone["id"]), False
        draft = {
            "name": plan.name,
            "code": plan.code,
            "polygon": _polygon(plan),
            "baseFeeMinor": 250,
            "perKmFeeMinor": 60,
            "currency": "EUR",
            "timeZone": plan.time_zone,
        }
        answer = await self._operator.call("POST", "/api/v1/admin/delivery-zones", draft)
        _insist(answer, f"draw the zone {plan.code}")
        return str(answer.data["id"]), True

    async def _company(self, shop: ShopPlan, zone_id: str) -> str:
        draft = {"name": shop.name, "contactEmail": shop.email, "zoneIds": [zone_id]}
        answer = await self._operator.call("POST", "/api/v1/admin/companies", draft)
        _insist(answer, f"add the company {shop.name}")
        return str(answer.data["id"])


def _polygon(plan: ZonePlan) -> dict[str, Any]:
    ring: Sequence[list[float]] = [[round(p.lng, 7), round(p.lat, 7)] for p in plan.ring]
    return {"type": "Polygon", "coordinates": [ring]}


def _insist(answer: Answer, act: str, tolerated: frozenset[str] = frozenset()) -> None:
    if not answer.ok and answer.code not in tolerated:
        raise CityError(f"The city could not {act}: {answer.message} ({answer.code}).")
