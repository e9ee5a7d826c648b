"""What `python -m benchmarks.load` has Locust run: who takes part, what is written down."""

from collections import deque
from pathlib import Path
from typing import Any

from locust import events

from benchmarks.load.courier_phone import CourierPhone
from benchmarks.load.customer import Customer
from benchmarks.load.dispatcher import Dispatcher
from benchmarks.load.handover import KindFigures, Measured, Problem, read_handover, write
from geo.point import Point


def add_options(parser: Any) -> None:
    """Learn where the handover is."""
    parser.add_argument("--handover", type=Path, required=True)


def let_in(environment: Any, **_: Any) -> None:
    """Give everybody the account that was made for them."""
    handover = read_handover(environment.parsed_options.handover)
    middle = Point(handover.lat, handover.lng)
    for who, tokens in (
        (CourierPhone, handover.couriers),
        (Customer, handover.customers),
        (Dispatcher, handover.dispatchers),
    ):
        who.tokens = deque(tokens)
        who.fixed_count = len(tokens)
        who.middle = middle


def count_stumble(user_instance: Any, exception: Exception, **_: Any) -> None:
    """Count a robot that stumbled over something unexpected as a failure."""
    user_instance.note("stumble", None, exception)


def write_down(environment: Any, **_: Any) -> None:
    """Hand the figures back."""
    stats, handover = environment.stats, read_handover(environment.parsed_options.handover)
    kinds = (figures(entry) for entry in stats.entries.values())
    problems = (
        Problem(error.name, str(error.error), error.occurrences) for error in stats.errors.values()
    )
    ordered = sorted(kinds, key=lambda one: one.kind)
    write(Measured(tuple(ordered), tuple(problems)), Path(handover.measured))


def figures(entry: Any) -> KindFigures:
    """Return what Locust knows about one kind."""
    quantiles = (
        entry.get_response_time_percentile(share) if entry.response_times else None
        for share in (0.5, 0.95, 0.99)
    )
    return KindFigures(
        entry.name, entry.num_requests, entry.num_failures, entry.total_rps, *quantiles
    )


_hooks: Any = events  # Locust types them, but not their methods
_hooks.init_command_line_parser.add_listener(add_options)
_hooks.init.add_listener(let_in)
_hooks.user_error.add_listener(count_stumble)
_hooks.quitting.add_listener(write_down)
