"""The proof that no fix is lost: `python -m benchmarks.ledger`.

Phones send as fast as they can to an installation of their own, by the public protocol, while
connections, programs and servers die at random from a seed. At the end every fix that a phone was
told is durable must be in PostgreSQL exactly once, in order.
"""

import argparse
import asyncio
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import uvloop

from benchmarks.city.errors import CityError
from benchmarks.ledger.report import problems, show_progress, show_tables, summary
from benchmarks.ledger.running import Plan, Run, play, portions
from benchmarks.report import CpuShare, machine, tell
from jobs.machine.services import remove_data

MOST_PER_PHONE = 80_000
"""Fixes are a second apart, and those older than a day are not believed."""
LEAST_PER_PORTION = 3
"""Fixes of each phone between a fault and the next, so that every phone can show how it fares."""


def main() -> int:
    """Run the ledger; return 0 when it is in order."""
    options = _parser().parse_args()
    run, share = Run(options.plan(options)), CpuShare()
    try:
        with tempfile.TemporaryDirectory(prefix="hermod-ledger-") as name:
            folder = Path(name)
            folder.chmod(0o711)  # a server that may not run as root passes through
            try:
                uvloop.run(_play(run, folder))
            finally:
                remove_data(folder / "servers")
    except CityError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    told = summary(run)
    show_tables(told)
    wrong = problems(told)
    for sentence in (*wrong, *(run.verdict.examples if run.verdict else ())):
        print(sentence, file=sys.stderr)
    plan = {"phones": run.plan.phones, "fixes": run.plan.fixes, "seed": run.plan.seed}
    result = {"machine": machine(), "plan": plan, "cpu_share": share.so_far(), "summary": told}
    tell(result, options.json)
    return 1 if wrong else 0


async def _play(run: Run, folder: Path) -> None:
    showing = asyncio.create_task(show_progress(run), name="progress")
    try:
        await play(run, folder)
    except ExceptionGroup as group:  # the watches of recoveries end with a fault that fails
        raise _first(group) from group
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing


def _first(error: Exception) -> Exception:
    """Return the first error of a group, of groups in it too."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("--phones", type=_count, default=200, metavar="N")
    parser.add_argument("--fixes", type=_count, default=1_000_000, metavar="N", help="of all")
    parser.add_argument("--faults", type=_count, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")

    def plan(options: argparse.Namespace) -> Plan:
        least = LEAST_PER_PORTION * options.phones * portions(options.faults)
        most = options.phones * MOST_PER_PHONE
        if not least <= options.fixes <= most:
            parser.error(f"so many phones and faults need from {least} to {most} fixes")
        return Plan(options.phones, options.fixes, options.faults, options.seed)

    parser.set_defaults(plan=plan)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**8:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
