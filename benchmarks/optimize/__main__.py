"""Ours beside VROOM's own program: `python -m benchmarks.optimize --seeds 3 [--limit own|1]`.

Every feature of VROOM's format, several towns each. Both answers are judged; then priorities, tasks
served, cost and seconds are compared. `--limit own` gives us the time that VROOM took.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from api.optimize.solving import Allowed, solve
from benchmarks.optimize.bodies import FEATURES, Town
from benchmarks.optimize.judge import judge, worth
from benchmarks.optimize.vroom_program import run_vroom
from benchmarks.report import CpuShare, machine, show, tell
from dispatch.fleet_warm import warm_mixed
from geo.travel import DetourModel

Json = dict[str, Any]
_COLUMNS = (
    "feature",
    "n",
    "invalid",
    "served less",
    "more",
    "cost / VROOM",
    "worst",
    "s",
    "VROOM s",
)


def main() -> None:
    """Run what was asked for and print the table and the JSON line."""
    asked = _parser().parse_args()
    warm_mixed()
    share = CpuShare()
    rows = [
        run(feature.__name__, feature(Town(seed, asked.tasks, asked.vehicles)), seed, asked.limit)
        for feature in FEATURES
        if not asked.features or feature.__name__ in asked.features.split(",")
        for seed in range(asked.first, asked.first + asked.seeds)
    ]
    names = list(dict.fromkeys(row["feature"] for row in rows))
    summary = {name: _summed([row for row in rows if row["feature"] == name]) for name in names}
    summary["all"] = _summed(rows)
    title = f"{asked.tasks} tasks, {asked.vehicles} vehicles, {asked.seeds} towns each"
    show(title, _COLUMNS, [(name, *of.values()) for name, of in summary.items()])
    told = {"benchmark": "optimize", "limit": asked.limit, "cpu_share": round(share.so_far(), 2)}
    tell({**told, "machine": machine(), "rows": rows, "summary": summary}, asked.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.optimize", description=__doc__)
    parser.add_argument("--features", default="", help="names, by comma; default: all")
    parser.add_argument("--tasks", type=int, default=24, help="jobs of a town")
    parser.add_argument("--vehicles", type=int, default=4, help="vehicles of a town")
    parser.add_argument("--seeds", type=int, default=3, help="towns per feature")
    parser.add_argument("--first", type=int, default=0, help="number of the first town")
    parser.add_argument("--limit", default="1", help="seconds for us, or `own`: those VROOM took")
    parser.add_argument("--json", type=Path, help="file for the JSON line")
    return parser


def run(feature: str, body: Json, seed: int, limit: str) -> Json:
    """Run both once and judge them."""
    theirs, vroom_s = run_vroom(body, "-x", "5")
    seconds = max(0.001, vroom_s) if limit == "own" else float(limit)
    allowed = Allowed(tasks=10_000, vehicles=1_000, seconds=seconds)
    raw, began = json.dumps(body).encode(), time.perf_counter()
    ours = solve(raw, DetourModel(), allowed, time.monotonic)
    took_s = time.perf_counter() - began
    mine, other = worth(body, ours), worth(body, theirs)
    return {
        "feature": feature,
        "seed": seed,
        "wrong": judge(body, ours),
        "vroom_wrong": judge(body, theirs),
        "worth": mine,
        "vroom_worth": other,
        "ratio": mine[2] / max(1, other[2]) if mine[:2] == other[:2] else None,
        "seconds": round(took_s, 4),
        "vroom_s": vroom_s,
    }


def _summed(rows: list[Json]) -> Json:
    """Return what the rows say together."""
    ratios = [row["ratio"] for row in rows if row["ratio"] is not None]
    return {
        "n": len(rows),
        "invalid": sum(bool(row["wrong"]) for row in rows),
        "served_less": sum(tuple(row["worth"][:2]) < tuple(row["vroom_worth"][:2]) for row in rows),
        "served_more": sum(tuple(row["worth"][:2]) > tuple(row["vroom_worth"][:2]) for row in rows),
        "ratio": round(sum(ratios) / len(ratios), 4) if ratios else None,
        "worst": round(max(ratios), 4) if ratios else None,
        "seconds": round(sum(row["seconds"] for row in rows) / len(rows), 3),
        "vroom_s": round(sum(row["vroom_s"] for row in rows) / len(rows), 3),
    }


if __name__ == "__main__":
    main()
