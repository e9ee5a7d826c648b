"""A courier on the move and a dispatcher's link: what the tests of the pages have in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from api.identity import repository, service
from tests.browser.tab import PATIENCE_S, Tab, Tabs
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Person
from tests.support.phone import Client, connected, ticket

ADMIN = "admin@hermod.example"
NEAR_SHOP = DROPOFF | {"latitude": 41.1545, "longitude": PICKUP["longitude"]}
"""A door 500 m from the shop."""


@dataclass
class Rider:
    """A courier whose phone is connected."""

    person: Person
    phone: Client
    epoch: int
    now_ms: int
    seq: int = 0

    @property
    def id(self) -> str:
        """The courier's id."""
        return self.person.courier_id

    async def at(
        self,
        lat: float,
        lng: float,
        *,
        speed_mps: float | None = None,
        heading_deg: float | None = None,
    ) -> None:
        """Send where the courier is; a speed that the next place contradicts makes it a jump."""
        self.seq += 1
        fix = [self.seq, self.now_ms + self.seq * 1000, lat, lng, speed_mps, heading_deg, 5.0]
        await self.phone.io.emit("p", (self.epoch, [fix]))

    async def near_pickup(self, north: float = 0.001) -> None:
        """Send a place near the shop of the tests."""
        await self.at(PICKUP["latitude"] + north, PICKUP["longitude"])

    async def accept(self) -> dict[str, Any]:
        """Wait for an offer and take it."""
        (offer,) = await self.phone.wait("offer:new", within_s=PATIENCE_S)
        path = f"/api/v1/courier/offers/{offer['offerId']}/accept"
        return dict((await self.person.post(path)).data)

    async def report(self, delivery: dict[str, Any], status: str) -> None:
        """Say what happened to a delivery."""
        path = f"/api/v1/courier/deliveries/{delivery['id']}/status"
        (await self.person.put(path, {"status": status})).data  # noqa: B018  # fails unless 2xx

    async def complete(self, delivery: dict[str, Any]) -> None:
        """Hand the goods over."""
        path = f"/api/v1/courier/deliveries/{delivery['id']}/complete"
        (await self.person.post(path, {})).data  # noqa: B018  # fails unless 2xx


@asynccontextmanager
async def rider(cast: Cast, **profile: Any) -> AsyncIterator[Rider]:
    """Return a courier on shift, connected, who has not been anywhere yet.

    Enter it before the stack is live: who registers needs the code at once, and `settle` sends it.
    """
    person = await cast.courier(**profile)
    async with connected(cast.stack, await ticket(person)) as phone:
        now_ms = phone.all("ready")[0][0]["nowMs"]
        hello = {"v": 1, "epoch": now_ms // 1000, "firstSeq": 0, "lastSeq": 0}
        await phone.io.call("hello", hello)
        yield Rider(person, phone, hello["epoch"], now_ms)


async def console_link(cast: Cast) -> str:
    """Return a fresh one-time link that signs the administrator in."""
    async with cast.stack.station.work() as work:
        user = await repository.user_by_login(work, ADMIN)
        assert user is not None
        secret = await service.login_link_secret(work, user, timedelta(hours=1))
    return "/#" + urlencode({"destination": ADMIN, "code": secret})


async def open_console(tabs: Tabs, cast: Cast, query: str = "/") -> Tab:
    """Open the console by a one-time link and wait until it is live."""
    tab = await tabs.open(query + (await console_link(cast))[1:])
    await tab.phase("live")
    await tab.until("document.querySelector('.figures:not(.loading)') !== null")
    return tab


async def tracking_path(customer: Person, order: dict[str, Any]) -> str:
    """Return the path of a new tracking link."""
    return str((await customer.post(f"/api/v1/orders/{order['id']}/tracking-links")).data["path"])
