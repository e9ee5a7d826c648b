"""What each of the city's commands does with its options."""

import argparse
import asyncio
import json
from urllib.parse import urlsplit

import uvloop
from rich.console import Console

from benchmarks.city import bake_map, running
from benchmarks.city.errors import CityError
from benchmarks.city.ground import streets_of
from benchmarks.city.meal_table import meal_rows
from benchmarks.city.replay import replay as play
from benchmarks.city.running import Doors, Limits
from benchmarks.city.street_names import StreetNames
from benchmarks.city.table import rows, show, summarise
from benchmarks.city.world import draw_world


def run_city(options: argparse.Namespace) -> None:
    """Let the city live, then print the closing table."""
    console = Console()
    streets = streets_of(options.city, options.seed, options.cache)
    try:
        world = draw_world(streets, StreetNames(streets.features()), options.couriers, options.seed)
    except ValueError as error:
        raise CityError(f"{error}.") from error
    address = urlsplit(options.url)
    sms_port = options.sms_port or (address.port or 80) + 3
    doors = Doors(options.url, options.operator_link_file, sms_port)
    limits = Limits(options.minutes, options.orders)
    book, tally = uvloop.run(
        running.run(doors, world, streets.roads, options.orders_per_hour, limits, console)
    )
    summary = summarise(book, tally)
    show(f"{world.zone.name}, seed {world.seed}", rows(summary), console)
    if options.json is not None:
        options.json.write_text(json.dumps(summary.as_json(), indent=1) + "\n")


def bake(options: argparse.Namespace) -> None:
    """Bake the basemap."""
    if not options.database_url:
        raise CityError("Name the PostgreSQL to bake in with --database-url.")
    wish = bake_map.MapWish(options.city, options.seed, options.out, options.cache)
    print(asyncio.run(bake_map.bake_city(wish, options.database_url)))


def replay(options: argparse.Namespace) -> None:
    """Play a published day; the last line printed is its result as JSON."""
    console = Console()
    done = play(
        options.zip,
        options.instance,
        options.speed,
        options.seed,
        keep=options.keep,
        console=console,
    )
    found = [*meal_rows(done.figures), *rows(summarise(done.book, done.tally))]
    show(f"{options.instance} at speed {options.speed:g}", found, console)
    line = json.dumps(done.figures.as_json())
    if options.json is not None:
        options.json.write_text(line + "\n")
    print(line)
