"""Pickup-and-delivery solvers side by side: `python -m benchmarks.routing --zip Z --bks CSV …`.

Every solver gets the same arrays and the same seconds on one core, one after the other on each
instance, so that a busy machine hits all alike. Routes are judged by dispatch/kernel/judge.py in
double precision; invalid ones count as a gap of 100 %. Seconds run from arrays to routes, the
time limit is for the search alone: what building a model takes beyond it shows as overrun.
"""

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.report import CpuShare, machine, show, tell
from benchmarks.routing_instance import (
    BestKnown,
    Instance,
    InstanceError,
    names_of_size,
    read_best_known,
    read_instance,
)
from benchmarks.routing_rivals import SOLVERS, Asked, Routes, prepare
from benchmarks.routing_score import (
    UNSOLVED,
    Row,
    hierarchical_gap,
    mean_below,
    median_run,
    parts,
    score,
)
from dispatch.kernel.judge import judge

_COLUMNS = ("", "part", "n", "unsolved", "hgap", "median", "veh+", "dist=", "best", "over s")


def main() -> None:
    """Run what was asked for and print the table and the JSON line."""
    parser = _parser()
    asked = parser.parse_args()
    solvers = asked.solvers.split(",")
    try:
        _check_solvers(solvers)
        known = read_best_known(asked.bks)
        names = asked.instances.split(",") if asked.instances else _sized(asked, known)
        instances = [read_instance(asked.zip, name.strip(), known) for name in names]
    except InstanceError as error:
        parser.exit(2, f"{error}.\n")
    prepare(solvers)
    rows = [
        run(instance, solver, seed, asked)
        for instance in instances
        for seed in range(1, asked.seeds + 1)
        for solver in solvers
    ]
    summary = _summary(rows, solvers, known, asked.rival)
    _show(rows, summary, asked)
    result = {"benchmark": "routing", "limit_s": asked.limit, "objective": asked.objective}
    lines = [asdict(row) for row in rows]
    tell({**result, "machine": machine(), "rows": lines, "summary": summary}, asked.json)


def run(instance: Instance, name: str, seed: int, asked: argparse.Namespace) -> Row:
    """Run one solver once and judge its routes."""
    solver, problem = SOLVERS[name], instance.problem
    vehicles_first = asked.objective == "vehicles"
    share, began = CpuShare(), time.perf_counter()
    routes = solver.run(problem, Asked(asked.limit, asked.threads, seed, vehicles_first))
    seconds, cpu_share = time.perf_counter() - began, share.so_far()
    if asked.solutions is not None:
        _write(asked.solutions / f"{name}-{instance.name}-{seed}.txt", routes)
    verdict = judge(problem, routes, tolerance_s=solver.tolerance_s)
    wrong = verdict.violations
    gap = hierarchical_gap(len(routes), verdict.cost, instance.best, vehicles_first=vehicles_first)
    return Row(
        instance=instance.name,
        solver=name,
        seed=seed,
        vehicles=len(routes),
        distance=0.0 if wrong else round(verdict.cost, 4),
        seconds=round(seconds, 3),
        hgap=UNSOLVED if wrong else round(gap, 4),
        cpu_share=round(cpu_share, 2),
        overrun_s=round(max(0.0, seconds - asked.limit), 3),
        solved=not wrong,
        note=wrong[0] if wrong else "",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routing", description=__doc__)
    parser.add_argument(
        "--zip", type=Path, required=True, help="Li & Lim's instances, <size>/*.txt"
    )
    parser.add_argument("--bks", type=Path, required=True, help="CSV: family,instance,vehicles,…")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--instances", help="names, by comma")
    which.add_argument("--size", help="all instances of that many tasks: 100, 200, … 1000")
    parser.add_argument("--every", type=int, default=1, help="of a size, take every n-th only")
    parser.add_argument("--limit", type=_positive, default=1.0, help="seconds per run")
    parser.add_argument("--seeds", type=int, default=3, choices=range(1, 100), metavar="1-99")
    parser.add_argument("--solvers", default="hermod", help=", ".join(SOLVERS))
    parser.add_argument("--objective", choices=("vehicles", "distance"), default="vehicles")
    parser.add_argument("--threads", type=int, default=1, help="only VROOM uses more than one")
    parser.add_argument("--rival", default="pyvrp", help="whose distances ours are compared with")
    parser.add_argument("--solutions", type=Path, help="folder for <solver>-<instance>-<seed>.txt")
    parser.add_argument("--json", type=Path, help="file for the JSON line")
    return parser


def _positive(text: str) -> float:
    number = float(text)
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError("give more than 0 seconds")
    return number


def _sized(asked: argparse.Namespace, known: dict[str, BestKnown]) -> list[str]:
    return names_of_size(asked.zip, asked.size, known)[:: max(1, asked.every)]


def _check_solvers(names: list[str]) -> None:
    """Raise InstanceError with one sentence for a solver that is unknown or not installed."""
    for name in names:
        if name not in SOLVERS:
            raise InstanceError(f"there is no solver {name}: choose among {', '.join(SOLVERS)}")
        if not SOLVERS[name].installed:
            raise InstanceError(
                f"{name} is not installed: `pip install {SOLVERS[name].package}` brings it"
                " (the extra `peers` in pyproject.toml names the versions), or leave it out"
            )


def _write(path: Path, routes: Routes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(" ".join(map(str, nodes)) + "\n" for nodes in routes))


def _summary(
    rows: list[Row], solvers: list[str], known: dict[str, BestKnown], rival: str
) -> dict[str, Any]:
    """Return each solver's scores by part, and how far its distances are below the rival's."""
    told: dict[str, Any] = {}
    for solver in solvers:
        ours = [row for row in rows if row.solver == solver]
        told[solver] = {
            part: asdict(score((row for row in ours if row.instance in names), known))
            for part, names in parts(row.instance for row in ours).items()
        }
        if rival in solvers and rival != solver:
            told[solver][f"distance_below_{rival}"] = mean_below(rows, solver, rival)
    return told


def _show(rows: list[Row], summary: dict[str, Any], asked: argparse.Namespace) -> None:
    """Print one line per instance, one per solver and part, and what was wrong."""
    solvers = list(summary)
    names = sorted({row.instance for row in rows})
    lines = [[name, *(_runs(rows, name, solver) for solver in solvers)] for name in names]
    title = f"vehicles / distance (hgap %), median seed; {asked.limit:g} s, {asked.objective} first"
    show(title, ["instance", *solvers], lines)
    scores = [
        (solver, part, *(_cell(value) for value in of.values()))
        for part in next(iter(summary.values()))
        for solver in solvers
        if isinstance(of := summary[solver].get(part), dict)
    ]
    show("median of the seeds, mean of the instances", _COLUMNS, scores)
    shares = [
        (solver, min(given), max(given))
        for solver in solvers
        if (given := [row.cpu_share for row in rows if row.solver == solver])
    ]
    show("share of a core that a run got", ("solver", "least", "most"), shares)
    for row in rows:
        if row.note:
            print(f"{row.solver} on {row.instance}, seed {row.seed}: {row.note}")


def _runs(rows: list[Row], name: str, solver: str) -> str:
    row = median_run([row for row in rows if (row.instance, row.solver) == (name, solver)])
    return f"{row.vehicles} / {row.distance:.0f} ({row.hgap:.1f})" if row.solved else "unsolved"


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.2f}"


if __name__ == "__main__":
    main()
