"""Many people at once: `python -m benchmarks.load` puts load on an installation, timed.

Couriers stream fixes and carry, customers order and follow, dispatchers look. Without --url a
private installation is started and removed again. With --url, raise HERMOD_RATE_*_PER_MIN there,
or its rate limits are what is measured.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.city.errors import CityError
from benchmarks.city.private_installation import installed
from benchmarks.city.running import Doors
from benchmarks.load.accounts import Crowd, crowd_of, prepare
from benchmarks.load.handover import Measured
from benchmarks.load.locust_run import CpuSeconds, Pace, run_locust
from benchmarks.report import machine, show, tell
from jobs.machine.services import remove_data

LONGEST_S = 600
"""Access tokens are good for 15 minutes, and nobody renews one under load."""


def main() -> int:
    """Put load on an installation; return 0 when nothing failed."""
    options = _parser().parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="hermod-load-") as name:
            return _measure(options, Path(name))
    except CityError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _measure(options: argparse.Namespace, folder: Path) -> int:
    crowd: Crowd = options.users
    pace = Pace(sum(asdict(crowd).values()), options.spawn_rate, options.seconds)
    with _installation(options, folder) as (doors, processes):
        handover = asyncio.run(prepare(doors, crowd, folder / "measured.json"))
        cpu = CpuSeconds(processes)
        measured = run_locust(handover, pace, folder)
        shares = cpu.shares()
    _report(measured, crowd, shares, options.json)
    return 1 if any(one.failures for one in measured.kinds) else 0


@contextmanager
def _installation(
    options: argparse.Namespace, folder: Path
) -> Iterator[tuple[Doors, dict[str, int]]]:
    """Yield the doors of the installation meant, and the programs of ours by process id."""
    if options.url is not None:
        sms_port = options.sms_port or (urlsplit(options.url).port or 80) + 3
        yield Doors(options.url, options.operator_link_file, sms_port), {}
        return
    folder.chmod(0o711)  # a server that may not run as root passes through
    try:
        with installed(folder, {}) as hermod:
            processes = {name: process.pid for name, process in hermod.processes.items()}
            yield Doors(hermod.url, hermod.link_file, hermod.ports.sms), processes
    finally:
        remove_data(folder / "servers")


def _report(measured: Measured, crowd: Crowd, shares: dict[str, float], file: Path | None) -> None:
    people = ", ".join(f"{who} {number}" for who, number in asdict(crowd).items())
    head = ("kind", "count", "failures", "per s", "p50 ms", "p95 ms", "p99 ms")
    rows = [
        ["-" if cell is None else cell for cell in asdict(one).values()] for one in measured.kinds
    ]
    show(f"Load: {people}", head, rows)
    show("CPU, cores", ("program", "share"), list(shares.items()))
    if measured.problems:
        failed = [(one.kind, one.problem, one.times) for one in measured.problems]
        show("What failed", ("kind", "problem", "times"), failed)
    summary = {one.kind: asdict(one) for one in measured.kinds}
    for figures in summary.values():
        figures.pop("kind")
    tell(
        {"machine": machine(), "users": asdict(crowd), "cpu_share": shares, "summary": summary},
        file,
    )


def _parser() -> argparse.ArgumentParser:
    state = Path(os.environ.get("HERMOD_STATE_DIR", ".hermod/business"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--users", type=_crowd, default="30", metavar="N")
    parser.add_argument("--spawn-rate", type=_positive, default=5.0, metavar="X", help="per second")
    parser.add_argument("--seconds", type=_seconds, default=60, metavar="S")
    parser.add_argument("--url", type=_url, help="the API of a running installation")
    parser.add_argument(
        "--operator-link-file", type=Path, default=state / "city_link", metavar="FILE",
        help="with --url: the operator's one-time link; default: city_link in the state folder",
    )  # fmt: skip
    parser.add_argument(
        "--sms-port", type=int, metavar="PORT",
        help="with --url: where HERMOD_SMS_URL points there; default: the port of --url + 3",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


def _crowd(text: str) -> Crowd:
    try:
        return crowd_of(int(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}") from error


def _seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 1 to {LONGEST_S} seconds")
    return int(text)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e4:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _url(text: str) -> str:
    try:
        found = urlsplit(text)
        is_address = found.scheme in {"http", "https"} and found.hostname and found.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise argparse.ArgumentTypeError(f"{text!r} is no address like http://127.0.0.1:8080")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.exit(main())
