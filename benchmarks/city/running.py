"""The running city: everybody joins, orders are placed, until the limit or somebody stops it."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import aiohttp
from rich.console import Console

from benchmarks.city.api_client import open_api
from benchmarks.city.carrying import Handling
from benchmarks.city.city import City
from benchmarks.city.courier import Courier
from benchmarks.city.customer import Customers
from benchmarks.city.gps import Luck
from benchmarks.city.hall import CityHall, Founded, enter
from benchmarks.city.joining import Reception
from benchmarks.city.noticeboard import Noticeboard
from benchmarks.city.order_book import OrderBook
from benchmarks.city.ordering import OrderPlan, fitting_rate, order_plans
from benchmarks.city.progress import Progress
from benchmarks.city.shop import USUAL, Shop
from benchmarks.city.sms_gateway import SmsGateway, serving
from benchmarks.city.tally import Tally
from benchmarks.city.waiting import wait_until
from benchmarks.city.watch import attempt, keep_going
from benchmarks.city.ways import StreetWays, Ways
from benchmarks.city.world import World
from geo.roads import RoadGraph

log = logging.getLogger("city")

HANDLING = Handling(before_s=(30.0, 90.0), after_s=(20.0, 70.0))
WORKFORCE = 0.8
"""Orders begin when this share of the couriers is on shift, or after `OPENING_S` real seconds."""
OPENING_S = 60.0
GOING_HOME_S = 60.0
LOOK_UP_S = 30.0
"""Real seconds between two looks at orders whose end nobody here heard of."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run ends by itself: after real minutes, after orders; None: never."""

    minutes: float | None = None
    orders: int | None = None


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the installation is: its address, the operator's link, the port for messages."""

    url: str
    link_file: Path
    sms_port: int


@asynccontextmanager
async def open_city(
    doors: Doors, world: World, ways: Ways, book: OrderBook, tally: Tally
) -> AsyncIterator[tuple[City, Founded]]:
    """Yield a city that is founded: its zone and companies exist, nobody has joined yet.

    Raises CityError when the installation is not there or does not let the operator in.
    """
    board = Noticeboard()
    gateway = SmsGateway(board=board)
    no_limit = aiohttp.TCPConnector(limit=0)
    async with (
        open_api(doors.url, tally) as api,
        aiohttp.ClientSession(connector=no_limit) as sockets,
        serving(gateway, doors.sms_port),
    ):
        config = await api.config()
        hall = CityHall(await enter(api, doors.link_file), book, tally)
        founded = await hall.found(world)
        yield (
            City(
                seed=world.seed,
                api=api,
                config=config,
                hall=hall,
                reception=Reception(api, gateway),
                ways=ways,
                book=book,
                tally=tally,
                sockets=sockets,
                board=board,
                zone_id=founded.zone_id,
            ),
            founded,
        )


async def run(
    doors: Doors,
    world: World,
    roads: RoadGraph,
    per_hour: float | None,
    limits: Limits,
    console: Console,
) -> tuple[OrderBook, Tally]:
    """Let the city live until its limit, SIGINT or SIGTERM; return what was written down."""
    book, tally = OrderBook(), Tally()
    async with open_city(doors, world, StreetWays(roads), book, tally) as (city, founded):
        couriers = [Courier(city, plan, HANDLING, Luck()) for plan in world.couriers]
        shops = [
            Shop(city, plan, company_id, USUAL)
            for plan, company_id in zip(world.shops, founded.company_ids, strict=True)
        ]
        customers = Customers(city, world, founded)
        rate = fitting_rate(world) if per_hour is None else per_hour
        console.print(
            f"{world.zone.name}: {len(couriers)} couriers, {len(shops)} shops,"
            f" {rate:.0f} orders per hour of business time.",
            highlight=False,
        )
        plans = islice(order_plans(world, rate), limits.orders)
        market = Market(city, couriers, customers)
        title = f"{world.zone.name}, seed {world.seed}"
        lives = [
            *robots(couriers, shops, tally),
            watch_all(city),
            Progress(title, city, couriers, console).run(),
            market.look_after(),
        ]
        await live(lives, market.trade(plans, lambda: _send_home(couriers)), limits.minutes)
    return book, tally


def robots(couriers: list[Courier], shops: list[Shop], tally: Tally) -> list[Awaitable[None]]:
    """Return the life of each courier and shop."""
    return [
        *(keep_going("shop", tally, _joined(shop.join, shop.work)) for shop in shops),
        *(keep_going("courier", tally, _joined(one.join, one.work)) for one in couriers),
    ]


def _joined(
    join: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[None]]
) -> Callable[[], Awaitable[None]]:
    """Return a life that joins once and then works, as often as it is begun."""
    has_joined = False

    async def life() -> None:
        nonlocal has_joined
        if not has_joined:
            await join()
            has_joined = True
        await work()

    return life


async def live(
    lives: list[Awaitable[None]], business: Awaitable[None], minutes: float | None
) -> None:
    """Run all lives until `business` is done, the minutes are over, or a signal comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.ensure_future(life) for life in lives]
    ends = [asyncio.ensure_future(business), asyncio.create_task(stop.wait())]
    try:
        timeout = None if minutes is None else minutes * 60
        done, _ = await asyncio.wait(ends, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        for task in (*tasks, *ends):
            task.cancel()
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(found, Exception):
                log.error("a part of the city had failed", exc_info=found)
        await asyncio.gather(*ends, return_exceptions=True)


class Market:
    """Where orders come from, and who looks after those that are open."""

    def __init__(self, city: City, couriers: list[Courier], customers: Customers) -> None:
        """Trade for these customers."""
        self._city = city
        self._couriers = couriers
        self._customers = customers
        self._placing = 0

    async def trade(
        self, plans: Iterator[OrderPlan], when_sold: Callable[[], Awaitable[None]]
    ) -> None:
        """Place orders as planned; when there are no more, wait until all are finished."""
        await self._await_couriers()
        async with asyncio.TaskGroup() as tasks:
            for plan in plans:
                await self._city.clock.sleep(plan.after_s)
                self._placing += 1
                tasks.create_task(attempt("order", self._city.tally, self._one(plan)))
            await wait_until(lambda: not self._placing and not self._city.book.open())
            await when_sold()

    async def look_after(self) -> None:
        """Ask now and then how the open orders stand: news may have been missed."""
        while True:
            await asyncio.sleep(LOOK_UP_S)
            for record in self._city.book.open():
                await self._customers.look_up(record.id)

    async def _await_couriers(self) -> None:
        wanted = WORKFORCE * len(self._couriers)
        await wait_until(
            lambda: sum(courier.is_on_shift for courier in self._couriers) >= wanted, OPENING_S
        )

    async def _one(self, plan: OrderPlan) -> None:
        try:
            order = await self._customers.order(plan)
        finally:
            self._placing -= 1
        if order is not None:
            await self._customers.see_to(plan, order)


async def _send_home(couriers: list[Courier]) -> None:
    for courier in couriers:
        courier.send_home()
    await wait_until(lambda: not any(courier.is_on_shift for courier in couriers), GOING_HOME_S)


async def watch_all(city: City) -> None:
    """Hear everything that goes on, as a dispatcher's console does."""
    hall = city.hall
    heard = {
        "offer:new": hall.heard_offer,
        "offer:withdrawn": hall.heard_withdrawn,
        "order:updated": hall.heard_order,
    }
    await city.socket(hall.ticket, heard).run()
