"""Plays a published meal-delivery day through a Hermod of its own, in business time."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop
from rich.console import Console

from benchmarks.city.api_client import Person
from benchmarks.city.carrying import Handling
from benchmarks.city.city import City
from benchmarks.city.clock import rfc3339
from benchmarks.city.courier import Courier
from benchmarks.city.day import Day, day_ms, lay_out
from benchmarks.city.errors import CityError
from benchmarks.city.gps import PERFECT
from benchmarks.city.hall import Founded
from benchmarks.city.mdrp import Instance, Meal, read_instance
from benchmarks.city.meal_table import MealFigures, figures
from benchmarks.city.order_book import OrderBook, OrderRecord
from benchmarks.city.private_installation import PrivateInstallation, installed
from benchmarks.city.progress import Progress
from benchmarks.city.running import Doors, live, open_city, robots, watch_all
from benchmarks.city.shop import PUNCTUAL, Shop
from benchmarks.city.tally import Tally
from benchmarks.city.views import OrderSeen, TrackingSeen
from benchmarks.city.watch import attempt
from benchmarks.city.ways import StraightWays
from geo.point import Point
from jobs.machine.services import remove_data

ANCHOR = Point(41.155, -8.63)
"""Where the middle of a replayed day lies: Porto."""
STARTING_S = 20.0
JOINING_S = 0.12
"""Real seconds for the programs to start, and for one person to get an account."""
OFFER_REAL_S = 2.0
LOOK_UP_S = 20.0


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay has shown."""

    figures: MealFigures
    book: OrderBook
    tally: Tally


def replay(
    archive: Path, name: str, speed: float, seed: int, *, keep: bool, console: Console
) -> Replayed:
    """Play one day from its first event until all orders are done or all couriers are home.

    Raises CityError when the instance cannot be read or Hermod does not come up.
    """
    day = lay_out(read_instance(archive, name), ANCHOR, seed)
    with _folder(keep=keep, console=console) as folder:
        settings = _settings(day.instance, speed)
        with installed(folder, settings) as hermod:
            return uvloop.run(_play(day, speed, hermod, console))


@contextmanager
def _folder(*, keep: bool, console: Console) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hermod-replay-"))
    try:
        yield folder
    finally:
        if keep:
            console.print(f"Data and logs are in {folder}.", soft_wrap=True)
        else:
            remove_data(folder / "servers")
            shutil.rmtree(folder, ignore_errors=True)


def _settings(instance: Instance, speed: float) -> dict[str, str]:
    """Return the settings under which the installation plays by the rules of the instance."""
    people = len(instance.riders) + len(instance.restaurants)
    epoch_s = time.time() + STARTING_S + JOINING_S * people
    half_stop_min = (instance.pickup_min + instance.dropoff_min) / 4
    return {
        "HERMOD_CLOCK_EPOCH": rfc3339(epoch_s * 1000),
        "HERMOD_CLOCK_START": rfc3339(day_ms(instance.first_min)),
        "HERMOD_CLOCK_SPEED": f"{speed:g}",
        "HERMOD_TRAVEL_SPEED_MPS": f"{instance.metres_per_min / 60:.6f}",
        "HERMOD_TRAVEL_DETOUR": "1",
        "HERMOD_DISPATCH_SERVICE_S": str(round(half_stop_min * 60)),
        "HERMOD_OFFER_S": f"{max(45.0, OFFER_REAL_S * speed):g}",
    }


async def _play(day: Day, speed: float, hermod: PrivateInstallation, console: Console) -> Replayed:
    book, tally = OrderBook(), Tally()
    doors = Doors(hermod.url, hermod.link_file, hermod.ports.sms)
    async with open_city(doors, day.world, StraightWays(), book, tally) as (city, founded):
        stop_min = (day.instance.pickup_min + day.instance.dropoff_min) / 4
        half_s = (stop_min * 60, stop_min * 60)
        handling = Handling(before_s=half_s, after_s=half_s)
        couriers = [Courier(city, plan, handling, PERFECT) for plan in day.world.couriers]
        shops = [
            Shop(city, plan, company_id, PUNCTUAL)
            for plan, company_id in zip(day.world.shops, founded.company_ids, strict=True)
        ]
        guests = Guests(city, day, founded)
        lives = [
            *robots(couriers, shops, tally),
            watch_all(city),
            Progress(f"{day.world.zone.name}, speed {speed:g}", city, couriers, console).run(),
            guests.look_after(),
        ]
        await live(lives, _day(guests, couriers, hermod), None)
    riders = {plan.who.phone: plan.who.last_name for plan in day.world.couriers}
    carriers = {
        meal: riders[next(iter(record.couriers))]
        for meal, record in guests.records.items()
        if record.couriers
    }
    found = figures(day.instance, speed, day_ms(0), guests.records, carriers)
    return Replayed(found, book, tally)


async def _day(guests: "Guests", couriers: list[Courier], hermod: PrivateInstallation) -> None:
    """Place the day's orders; return when all are done, or when nobody is left to bring them."""
    ordering = asyncio.create_task(guests.order_all(), name="guests")
    try:
        while not all(courier.is_done for courier in couriers):
            if ordering.done():
                ordering.result()  # an error ends the day
                if guests.is_served:
                    break
            if dead := hermod.dead():
                raise CityError(f"{' and '.join(dead)} died: see the logs (--keep).")
            await asyncio.sleep(0.5)
    finally:
        ordering.cancel()
    await guests.look_up_open()


class Guests:
    """Those who order the day's meals."""

    def __init__(self, city: City, day: Day, founded: Founded) -> None:
        """Have ordered nothing yet."""
        self._city = city
        self._day = day
        self._founded = founded
        self._people: list[Person] = []
        self._buyers: dict[str, Person] = {}
        self.records: dict[str, OrderRecord] = {}
        """What became of the orders, by the instance's ids."""

    @property
    def is_served(self) -> bool:
        """Tell whether nothing is open of what was ordered."""
        return not any(record.is_open for record in self.records.values())

    async def order_all(self) -> None:
        """Join, then place every order at its minute."""
        city, day = self._city, self._day
        joining = (city.reception.join(who, "customer") for who in day.customers)
        self._people = list(await asyncio.gather(*joining))
        meals = sorted(day.instance.meals, key=lambda meal: meal.placed_min)
        late_s = city.clock.now_ms() / 1000 - day_ms(meals[0].placed_min) / 1000
        if late_s > 0:
            city.tally.mishaps[f"the first orders were late by up to {late_s / 60:.0f} min"] += 1
        async with asyncio.TaskGroup() as tasks:
            for number, meal in enumerate(meals):
                await city.clock.sleep_until(day_ms(meal.placed_min))
                tasks.create_task(attempt("order", city.tally, self._order(number, meal)))

    async def look_after(self) -> None:
        """Ask now and then how the open orders stand: news may have been missed."""
        while True:
            await asyncio.sleep(LOOK_UP_S)
            await self.look_up_open()

    async def look_up_open(self) -> None:
        """Ask how every open order stands."""
        for record in self._city.book.open():
            buyer = self._buyers.get(record.id)
            if buyer is not None:
                answer = await buyer.call("GET", f"/api/v1/orders/{record.id}/tracking")
                if answer.ok:
                    self._city.book.looked_up(TrackingSeen.of(answer.data))

    async def _order(self, number: int, meal: Meal) -> None:
        day, kitchen = self._day, self._day.kitchen(meal)
        door = day.point(meal.door)
        draft = {
            "companyId": self._founded.company_ids[day.shops[meal.restaurant]],
            "pickup": {
                "latitude": kitchen.lat,
                "longitude": kitchen.lng,
                "address": f"Restaurant {meal.restaurant}",
            },
            "dropoff": {"latitude": door.lat, "longitude": door.lng, "address": f"Door {meal.id}"},
            "items": [{"title": f"Meal {meal.id}", "quantity": 1}],
            "readyAt": rfc3339(day_ms(meal.ready_min)),
        }
        buyer = self._people[number % len(self._people)]
        answer = await buyer.call("POST", "/api/v1/orders", draft)
        if not answer.ok:
            raise CityError(f"order {meal.id} was not taken: {answer.message}")
        order = OrderSeen.of(answer.data)
        self._city.book.placed(order)
        self._buyers[order.id] = buyer
        record = self._city.book.get(order.id)
        if record is not None:
            self.records[meal.id] = record
