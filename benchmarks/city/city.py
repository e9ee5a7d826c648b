"""What all robots of a running city share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp

from benchmarks.city.api_client import Api, Config, Person
from benchmarks.city.clock import BusinessClock
from benchmarks.city.hall import CityHall
from benchmarks.city.joining import Reception
from benchmarks.city.live_socket import Listener, LiveSocket
from benchmarks.city.noticeboard import Noticeboard
from benchmarks.city.order_book import OrderBook
from benchmarks.city.tally import Tally
from benchmarks.city.ways import Ways


@dataclass(frozen=True, slots=True)
class City:
    """The installation as robots see it, the seed they live by, and what they write down."""

    seed: int
    api: Api
    config: Config
    hall: CityHall
    reception: Reception
    ways: Ways
    book: OrderBook
    tally: Tally
    sockets: aiohttp.ClientSession
    board: Noticeboard
    zone_id: str

    @property
    def clock(self) -> BusinessClock:
        """Return the installation's business clock."""
        return self.config.clock

    def socket(
        self, desk: Callable[[], Awaitable[str | None]], listeners: Mapping[str, Listener]
    ) -> LiveSocket:
        """Return a socket to the realtime program, with tickets from `desk`."""
        return LiveSocket(self.config.realtime_url, desk, listeners, self.tally, self.sockets)

    def socket_of(self, person: Person, listeners: Mapping[str, Listener]) -> LiveSocket:
        """Return a socket for somebody who is signed in."""

        async def desk() -> str | None:
            answer = await person.call("POST", "/api/v1/realtime/tickets", {})
            return str(answer.data["ticket"]) if answer.ok else None

        return self.socket(desk, listeners)
