"""Live tracking beside its rivals: `python -m benchmarks.tracking RUNNER`.

`ours` is the realtime program with everything on (sessions, numbering, screening, positions and
trail in Redis); `endpoint` is its socket endpoint alone, doing for a frame what the rivals do:
python-socketio, node's socket.io, and the floor, aiohttp's own WebSockets.
"""

import argparse
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.city.errors import CityError
from benchmarks.report import CpuShare, machine, show, tell
from benchmarks.tracking import (
    connect,
    contenders,
    fanout,
    fences,
    history,
    ingest,
    live,
    nearest,
    smoothing,
)
from benchmarks.tracking.contenders import Contender
from jobs.machine.services import remove_data

CONTENDERS = {
    "ours": contenders.ours,
    "endpoint": contenders.endpoint,
    "stock": contenders.stock,
    "node": contenders.node,
    "raw": contenders.raw,
}
PEERS = ("stock", "node", "raw")


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner: its title, who of ours takes part, the cost that is compared, how to measure."""

    title: str
    ours: tuple[str, ...]
    cost: str
    keys: tuple[str, ...]
    measure: Callable[[Contender, argparse.Namespace], Awaitable[Sequence[Any]]] | None


RUNNERS = {
    "ingest": Runner(
        "Ingest: server CPU per fix",
        ("ours", "endpoint"),
        "us_per_fix",
        ("form", "pace"),
        lambda one, o: ingest.measure(one, ingest.Load(o.phones, o.messages, o.rate)),
    ),
    "fanout": Runner(
        "Fan-out: server CPU per delivery",
        ("endpoint",),
        "us_per_delivery",
        ("room_of", "pace"),
        lambda one, o: fanout.measure(one, fanout.Load(o.watchers, o.deliveries, o.rate)),
    ),
    "live": Runner(
        "Phone to map, everything on",
        ("ours",),
        "us_per_fix",
        ("pace",),
        lambda one, o: live.measure(one, live.Load(o.phones, o.maps, o.seconds)),
    ),
    "connect": Runner(
        "Connections: server CPU and memory",
        ("ours", "endpoint"),
        "ms_each",
        (),
        lambda one, o: connect.measure(one, o.connections),
    ),
    "nearest": Runner("The five nearest couriers", ("grid",), "us_per_query", (), None),
    "history": Runner("History", ("ours",), "writer_cpu_us_per_fix", (), None),
    "fences": Runner("Fences: entered, dwelt, left", ("ours",), "us_per_fix", (), None),
    "smoothing": Runner("Smoothing beside raw fixes", (), "", (), None),
}

ALWAYS = {
    "live": (),
    "history": (),
    "nearest": ("redis",),
    "fences": ("tree", "each"),
    "smoothing": (),
}


def main() -> int:
    """Measure and report; return 0 when everybody could be measured."""
    options = _parser().parse_args()
    runner, share = RUNNERS[options.runner], CpuShare()
    found: list[Any] = []
    try:
        if runner.measure is None:
            found += ALONE[options.runner](options)
        else:
            for name in (*runner.ours, *options.peers):
                found += _measured(name, runner, options)
    except CityError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    head = [field.name.replace("_", " ") for field in fields(found[0])]
    show(runner.title, head, [list(asdict(one).values()) for one in found])
    load = {k: v for k, v in vars(options).items() if isinstance(v, int)}
    told = {"load": load, "summary": summary(runner, found, options.peers)}
    tell({"machine": machine(), "cpu_share": share.so_far(), **told}, options.json)
    return 0


def _on_servers(
    measure: Callable[[argparse.Namespace, Path], Sequence[Any]], options: argparse.Namespace
) -> Sequence[Any]:
    """Run what brings its own servers, with a folder for them."""
    with tempfile.TemporaryDirectory(prefix=f"hermod-{options.runner}-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # a server that may not run as root passes through
        try:
            return measure(options, folder)
        finally:
            remove_data(folder / "servers")


ALONE: dict[str, Callable[[argparse.Namespace], Sequence[Any]]] = {
    "nearest": partial(_on_servers, lambda o, at: nearest.measure(o.couriers, o.queries, at)),
    "history": partial(_on_servers, lambda o, at: history.measure(o.couriers, o.fixes, at)),
    "fences": lambda o: fences.measure(o.areas, o.fixes, o.per_tick),
    "smoothing": lambda o: smoothing.measure(o.rides),
}
"""Runners that need no realtime program, and who is compared always."""


def _measured(name: str, runner: Runner, options: argparse.Namespace) -> Sequence[Any]:
    if runner.measure is None:
        return ()
    with tempfile.TemporaryDirectory(prefix="hermod-tracking-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # a server that may not run as root passes through
        try:
            with CONTENDERS[name](folder) as contender:
                return uvloop.run(_awaited(runner.measure(contender, options)))
        except TimeoutError as error:
            raise CityError(f"The server {name} did not answer in time.") from error
        finally:
            remove_data(folder / "servers")


async def _awaited(measuring: Awaitable[Sequence[Any]]) -> Sequence[Any]:
    return await measuring


def summary(runner: Runner, found: Sequence[Any], peers: Sequence[str]) -> dict[str, Any]:
    """Return the figures, and how many times a rival's cost is ours, at its worst.

    `ratio_to_…` compares what does the same work (the endpoint), `everything_on_ratio_to_…` our
    whole program with rivals that only remember the newest fix. Above 1 we are cheaper.
    """
    told: dict[str, Any] = {}
    for name in runner.ours:
        prefix = "" if name == runner.ours[-1] else "everything_on_"
        ours = {_key(runner, one): getattr(one, runner.cost) for one in found if one.server == name}
        for peer in peers:
            each = {
                _key(runner, one): getattr(one, runner.cost) / ours[_key(runner, one)]
                for one in found
                if one.server == peer
            }
            told[f"{prefix}ratio_to_{peer}"] = round(min(each.values()), 3)
            told[f"{prefix}ratios_to_{peer}"] = {key: round(x, 3) for key, x in each.items()}
    return {**told, "figures": [asdict(one) for one in found]}


def _key(runner: Runner, one: Any) -> str:
    return ", ".join(str(getattr(one, key)) for key in runner.keys)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracking", description=__doc__)
    runners = parser.add_subparsers(dest="runner", required=True, metavar="RUNNER")
    sizes = {
        "ingest": (("phones", 300), ("messages", 30), ("rate", 2000)),
        "fanout": (("watchers", 1000), ("deliveries", 60_000), ("rate", 4000)),
        "live": (("phones", 2000), ("maps", 500), ("seconds", 20)),
        "connect": (("connections", 2000),),
        "nearest": (("couriers", 100_000), ("queries", 2000)),
        "history": (("couriers", 2000), ("fixes", 450)),
        "fences": (("areas", 400), ("fixes", 1_000_000), ("per-tick", 5000)),
        "smoothing": (("rides", 10),),
    }
    for name, runner in RUNNERS.items():
        own = runners.add_parser(name, help=runner.title)
        if name in ALWAYS:
            own.set_defaults(peers=ALWAYS[name])
        else:
            own.add_argument("--peers", type=_peers, default="stock", metavar="stock[,node,raw]")
        for size, usual in sizes[name]:
            own.add_argument(f"--{size}", type=_count, default=usual, metavar="N")
        own.add_argument("--json", type=Path, metavar="FILE")
    return parser


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; known: {', '.join(PEERS)}")
    return names


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
