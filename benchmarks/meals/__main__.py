"""Play published meal days: `python -m benchmarks.meals --zip Z --instances a,b`.

The production tick (`dispatch.solve`) decides every minute of the day in simulated time, beside a
tuned matching and a matching every five minutes. It knows the shift plan of the next hour and the
orders already placed, nothing else. One table, then one JSON line.
"""

import argparse
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.city.errors import CityError
from benchmarks.city.mdrp import Instance, read_instance
from benchmarks.meals.dump import dump
from benchmarks.meals.figures import Row, better, figures, summary
from benchmarks.meals.game import Disturbance, Game, play
from benchmarks.meals.hermod import Hermod, game_policy
from benchmarks.meals.matching import Matching
from benchmarks.report import CpuShare, machine, show, tell

_HERMOD, _TUNED, _SELDOM = "hermod", "matching", "matching-5min"


def main() -> int:
    """Play the days with each policy and print what came of it."""
    asked = _arguments().parse_args()
    disturbance = Disturbance(asked.refusals, asked.late_shops, asked.seed)
    share = CpuShare()
    try:
        names = asked.instances.split(",") if asked.instances else _all(asked.zip)
        days = [read_instance(asked.zip, name) for name in names]
    except CityError as error:
        print(error, file=sys.stderr)
        return 2
    policies = list(dict.fromkeys([*asked.policy.split(","), *_rivals(alone=asked.alone)]))
    rows: list[Row] = []
    with _progress() as progress:
        bar = progress.add_task("days", total=len(days) * len(policies))
        for day in days:
            for policy in policies:
                progress.update(bar, description=f"{day.name} {policy}")
                rows.append(_play(day, policy, disturbance, asked))
                progress.advance(bar)
    _print(rows, policies)
    told = {
        "benchmark": "meals",
        "rows": [asdict(row) for row in rows],
        "summary": {name: summary(r for r in rows if r.policy == name) for name in policies},
        "better": {name: better(rows, _HERMOD, name) for name in policies if name != _HERMOD},
        "refusals": asked.refusals,
        "late_shops": asked.late_shops,
        "seed": asked.seed,
        "cpu_share": round(share.so_far(), 2),
        "machine": machine(),
    }
    tell(told, asked.json)
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.meals", description=__doc__)
    parser.add_argument("--zip", type=Path, required=True, help="the archive of instances")
    parser.add_argument("--instances", default="", help="names, by comma; all if none")
    parser.add_argument("--policy", default=_HERMOD, type=_policy, help=", ".join(POLICIES))
    parser.add_argument("--alone", action="store_true", help="without the matchings beside it")
    parser.add_argument("--dump", type=Path, help="a folder for the authors' evaluator")
    parser.add_argument("--refusals", type=_fraction, default=0.0, help="share of offers refused")
    parser.add_argument("--late-shops", type=_fraction, default=0.0, help="share of late orders")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="validate every plan")
    parser.add_argument("--json", type=Path, help="a file for the last line")
    return parser


def _hermod(day: Instance, seed: int) -> Hermod:
    return Hermod(game_policy(day.pay, day.guarantee), seed)


POLICIES: dict[str, Callable[[Instance, int], Hermod | Matching]] = {
    _HERMOD: _hermod,
    _TUNED: lambda day, seed: Matching(),
    _SELDOM: lambda day, seed: Matching(5, ahead_min=15, time_weight=0.3, pay_weight=0.0),
}


def _play(day: Instance, policy: str, disturbance: Disturbance, asked: argparse.Namespace) -> Row:
    game, dispatcher = Game(day, disturbance), POLICIES[policy](day, asked.seed)
    if isinstance(dispatcher, Hermod):
        dispatcher.checks = asked.check
    began = time.perf_counter()
    play(game, dispatcher)
    seconds = time.perf_counter() - began
    if asked.dump:
        dump(game, asked.dump / day.name / policy)
    return figures(game, policy, dispatcher.tick_ms, seconds)


def _rivals(*, alone: bool) -> tuple[str, ...]:
    return () if alone else (_TUNED, _SELDOM)


def _all(archive: Path) -> list[str]:
    try:
        with zipfile.ZipFile(archive) as file:
            found = [Path(name).parent.name for name in file.namelist() if "orders.txt" in name]
    except (OSError, zipfile.BadZipFile) as error:
        raise CityError(f"{archive} cannot be read as a zip file of instances: {error}.") from error
    return sorted(found)


def _fraction(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"a share is from 0 to 1, not {text}")
    return value


def _policy(text: str) -> str:
    unknown = [name for name in text.split(",") if name not in POLICIES]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(POLICIES)}")
    return text


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))


def _print(rows: list[Row], policies: list[str]) -> None:
    names = ("excess_min", "cost_over_floor", "delivered", "lost", "late_share", "late_floor",
             "click_to_door", "cost_per_order", "tick_ms_p50", "tick_ms_p99")  # fmt: skip
    table = []
    for policy in policies:
        found = summary(row for row in rows if row.policy == policy)
        table.append([policy, *(round(found[name], 4) for name in names)])
    show(f"{len(rows) // len(policies)} days, means", ("policy", *names), table)
    for row in rows:
        if row.policy == policies[0] and row.unreachable:
            print(f"{row.instance}: nobody could pick up {', '.join(row.unreachable_ids)}")


if __name__ == "__main__":
    sys.exit(main())
