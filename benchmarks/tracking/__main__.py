"""Live tracking beside its rivals: `python -m benchmarks.tracking ingest`.

Our realtime program with everything on (sessions, numbering, screening, positions and trail in
Redis) beside python-socketio and node's socket.io that only remember the newest fix, in one run.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.city.errors import CityError
from benchmarks.report import CpuShare, machine, show, tell
from benchmarks.tracking import contenders
from benchmarks.tracking.ingest import Figures, Load, measure
from jobs.machine.services import remove_data

PEERS = {"stock": contenders.stock, "node": contenders.node}


def main() -> int:
    """Measure and report; return 0 when everybody could be measured."""
    options = _parser().parse_args()
    load, share = Load(options.phones, options.messages, options.rate), CpuShare()
    found: list[Figures] = []
    try:
        for name in ("ours", *options.peers):
            found += _measured(name, load)
    except CityError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    head = ("server", "form", "pace", "us/fix", "fixes/core s", "fixes/s", "p50 ms", "p99 ms")
    show("Ingest: server CPU per fix", head, [list(asdict(one).values()) for one in found])
    told = {"load": asdict(load), "summary": summary(found, options.peers)}
    tell({"machine": machine(), "cpu_share": share.so_far(), **told}, options.json)
    return 0


def _measured(name: str, load: Load) -> list[Figures]:
    with tempfile.TemporaryDirectory(prefix="hermod-ingest-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # a server that may not run as root passes through
        start = contenders.ours if name == "ours" else PEERS[name]
        try:
            with start(folder) as contender:
                return uvloop.run(measure(contender, load))
        except TimeoutError as error:
            raise CityError(f"The server {name} did not answer in time.") from error
        finally:
            remove_data(folder / "servers")


def summary(found: Sequence[Figures], peers: Sequence[str]) -> dict[str, Any]:
    """Return the figures, and how many times a rival's CPU per fix is ours, at its worst.

    A ratio above 1 says that we are cheaper.
    """
    ours = {(one.form, one.pace): one.us_per_fix for one in found if one.server == "ours"}
    ratios: dict[str, Any] = {}
    for peer in peers:
        each = {
            f"{one.form}, {one.pace}": one.us_per_fix / ours[one.form, one.pace]
            for one in found
            if one.server == peer
        }
        ratios[f"ratio_to_{peer}"] = round(min(each.values()), 3)
        ratios[f"ratios_to_{peer}"] = {what: round(ratio, 3) for what, ratio in each.items()}
    return {**ratios, "figures": [asdict(one) for one in found]}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracking", description=__doc__)
    parser.add_argument("runner", choices=("ingest",))
    parser.add_argument("--peers", type=_peers, default="stock", metavar="stock[,node]")
    parser.add_argument("--phones", type=_count, default=300, metavar="N")
    parser.add_argument("--messages", type=_count, default=30, metavar="N", help="of each phone")
    parser.add_argument("--rate", type=_count, default=2000, metavar="N", help="paced, per second")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name)
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; known: {', '.join(PEERS)}")
    return names


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 100000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
