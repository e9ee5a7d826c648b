"""Replay recorded ticks: `python -m jobs.replay LOG [LOG …]` decides each again and compares.

With `--couriers +5` or `--policy name=value` it asks what would have been: each tick is decided
as recorded and with the change, and the differences are told pair by pair.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dispatch.compare import Outcome, outcome, paired, with_couriers
from dispatch.plan import Plan
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.replay import Record, records, replay
from dispatch.solve import solve


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is changed: couriers more or fewer, lines `name=value` of the policy."""

    couriers: int
    policy: tuple[str, ...]


def main() -> int:
    """Replay the logs named; return 0 when every decision came out the same, byte for byte.

    A question of what would have been returns 0 when there was a tick to ask about.
    """
    parser = argparse.ArgumentParser(prog="python -m jobs.replay", description=__doc__)
    parser.add_argument("logs", nargs="+", type=Path, metavar="LOG")
    parser.add_argument("--couriers", type=int, default=0, metavar="+N", help="that many more")
    parser.add_argument("--policy", action="append", default=[], metavar="NAME=VALUE")
    asked = parser.parse_args()
    changed = WhatIf(asked.couriers, tuple(asked.policy))
    try:
        if changed.couriers or changed.policy:
            return _what_if(asked.logs, changed)
        return _again(asked.logs)
    except (OSError, ValueError) as error:  # damaged, or written by another version
        print(error, file=sys.stderr)
        return 2


def _recorded(logs: list[Path]) -> Iterator[tuple[str, Record]]:
    for path in logs:
        with path.open("rb") as file:
            try:
                for number, record in enumerate(records(file), start=1):
                    yield f"{path.name}, tick {number}", record
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from error


def _again(logs: list[Path]) -> int:
    same = other = 0
    for name, record in _recorded(logs):
        differences = replay(record).differences
        same += not differences
        other += bool(differences)
        for difference in differences:
            print(f"{name}: {difference}")
    print(f"{same + other} ticks replayed: {same} the same, {other} different")
    return 1 if other or not same else 0


def _what_if(logs: list[Path], changed: WhatIf) -> int:
    pairs = [_pair(record, changed) for _, record in _recorded(logs)]
    print(f"{len(pairs)} ticks, each as recorded and with the change; means per tick")
    for one in paired(pairs):
        print(
            f"{one.figure:>16} {one.first:12.1f} {one.second:12.1f}   "
            f"{one.mean:+.2f} ± {one.half_width:.2f}"
        )
    return 0 if pairs else 1


def _pair(record: Record, changed: WhatIf) -> tuple[Outcome, Outcome]:
    problem = Problem.from_bytes(record.problem)
    policy = DispatchPolicy.from_text(record.policy + "\n".join(changed.policy))
    other = with_couriers(problem, changed.couriers, record.seed)
    plan = solve(other, policy, record.seed)
    return outcome(problem, Plan.from_bytes(record.plan)), outcome(other, plan)


if __name__ == "__main__":
    sys.exit(main())
