"""Time a dispatch tick: `python -m benchmarks.tick --sizes 100x200,1000x2000`.

Modes: `geometry` and `routes` match couriers to deliveries (straight ways; time added to routes of
four stops) with a certificate, beside dense NumPy and SciPy and cells of h3-py; `whole` is the
production tick, from the bytes of a problem to a checked plan with its cards, by the rolling policy
and by the matching one. One table, then one JSON line.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.report import CpuShare, machine, show, tell
from benchmarks.tick_plane import Plane, changed, fleet_of, plane, wanted_of
from benchmarks.tick_rivals import dense_ms, h3_ms, inserted
from benchmarks.tick_whole import whole_ticks
from dispatch.tick.corridor import cheapest_courier
from dispatch.tick.nearest_match import Matched, match_nearest
from dispatch.tick.warm_match import match_again

_LARGEST_DENSE = 4_000_000
_INSERTS = 1000
_SHOWN = (
    "cold_ms_p50",
    "warm_ms_p50",
    "warm_ms_p99",
    "matching_ms_p50",
    "insert_ms_p99",
    "dense_ms_p50",
    "h3_ms_p50",
    "proven",
)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Row:
    """One size, mode and city; medians in milliseconds; None: not measured, or does not apply."""

    couriers: int
    orders: int
    mode: str
    city: str
    cold_ms_p50: float
    warm_ms_p50: float | None
    warm_ms_p99: float | None
    matching_ms_p50: float | None
    insert_ms_p99: float | None
    rss_delta_mb: float
    proven: str
    cpu_share: float
    dense_ms_p50: float | None
    h3_ms_p50: float | None
    rounds: int
    priced: int


def main() -> None:
    """Measure each size, mode and city; print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tick", description=__doc__)
    parser.add_argument("--sizes", default="100x200,300x600", help="couriers x orders, by comma")
    parser.add_argument("--modes", default="geometry,routes,whole")
    parser.add_argument("--cities", default="uniform,clustered")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="a file for the last line")
    asked = parser.parse_args()
    rows = []
    for size in (_size(parser, text) for text in asked.sizes.split(",")):
        for mode in asked.modes.split(","):
            if mode == "whole":
                rows.append(whole(*size, asked.seed, asked.repeat))
                continue
            for spread in asked.cities.split(","):
                rows.append(kernel(*size, mode, spread, asked.seed, asked.repeat))
    told = [
        (
            f"{row.couriers} x {row.orders} {row.mode}, {row.city}",
            *(_cell(getattr(row, name)) for name in _SHOWN),
        )
        for row in rows
    ]
    show(
        "one dispatch tick, ms",
        ("", "cold", "warm", "warm 99 %", "matching", "insert", "dense", "h3", "proven"),
        told,
    )
    tell(
        {"benchmark": "tick", "rows": [asdict(row) for row in rows], "machine": machine()},
        asked.json,
    )


def kernel(couriers: int, orders: int, mode: str, spread: str, seed: int, repeat: int) -> Row:
    """Measure the certified matching of generated cities, one per repetition."""
    geometry, clustered = mode == "geometry", spread == "clustered"
    _match_small(geometry=geometry)
    share, before_mb = CpuShare(), _rss_mb()
    _forget_peak()
    runs = [
        _run(plane(couriers, orders, clustered=clustered, geometry=geometry, rng=rng), rng, at < 3)
        for at in range(repeat)
        for rng in [np.random.default_rng(seed * 1000 + at)]
    ]
    peak_mb = _peak_mb() - before_mb
    dense = [run.dense_ms for run in runs if run.dense_ms is not None]
    cells = [run.h3_ms for run in runs if run.h3_ms is not None]
    proofs = {run.proof for run in runs}
    return Row(
        couriers=couriers,
        orders=orders,
        mode=mode,
        city=spread,
        cold_ms_p50=statistics.median(run.cold_ms for run in runs),
        warm_ms_p50=statistics.median(run.warm_ms for run in runs),
        warm_ms_p99=None,
        matching_ms_p50=None,
        insert_ms_p99=_insert_ms(couriers, clustered=clustered, geometry=geometry, seed=seed),
        rss_delta_mb=round(peak_mb, 1),
        proven="no" if "no" in proofs else max(proofs, key=len),
        cpu_share=round(share.so_far(), 2),
        dense_ms_p50=statistics.median(dense) if dense else None,
        h3_ms_p50=statistics.median(cells) if cells else None,
        rounds=runs[-1].found.rounds,
        priced=runs[-1].found.priced,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """One generated city: times, how the result was proven, the cold result."""

    cold_ms: float
    warm_ms: float
    dense_ms: float | None
    h3_ms: float | None
    proof: str
    found: Matched


def _run(now: Plane, rng: np.random.Generator, compared: bool) -> _Run:
    """Match a city cold, beside the rivals if it is not too large, and warm after a change."""
    fleet = fleet_of(now)
    cold_ms, found = _timed(lambda: match_nearest(fleet, wanted_of(now)))
    took_ms = cells_ms = None
    proof = "prices" if found.proven else "no"
    if compared and len(now.place) * len(now.pickup) <= _LARGEST_DENSE:
        wanted = wanted_of(now)
        costs = None if now.geometry else inserted(fleet, wanted)
        took_ms, least = dense_ms(fleet, wanted, costs)
        cells_ms = h3_ms(fleet, wanted)
        proof = "prices, dense" if found.proven and found.cost_ms == least else "no"
    later, moved, gone = changed(now, rng)
    fleet_later = fleet_of(later)
    warm_ms, again = _timed(
        lambda: match_again(
            fleet_later, wanted_of(later), wanted_of(later, gone), found, moved, gone
        )
    )
    if compared and again.cost_ms != match_nearest(fleet_later, wanted_of(later)).cost_ms:
        proof = "no"
    return _Run(cold_ms, warm_ms, took_ms, cells_ms, proof, found)


def whole(couriers: int, orders: int, seed: int, repeat: int) -> Row:
    """Measure the production tick, the rolling one and the matching one on the same problems."""
    share, before_mb = CpuShare(), _rss_mb()
    _forget_peak()
    found = whole_ticks(couriers, orders, seed, repeat)
    return Row(
        couriers=couriers,
        orders=orders,
        mode="whole",
        city="clustered",
        cold_ms_p50=statistics.median(found.cold_ms),
        warm_ms_p50=statistics.median(found.warm_ms),
        warm_ms_p99=float(np.percentile(found.warm_ms, 99)),
        matching_ms_p50=statistics.median(found.matching_ms),
        insert_ms_p99=None,
        rss_delta_mb=round(_peak_mb() - before_mb, 1),
        proven=found.told,
        cpu_share=round(share.so_far(), 2),
        dense_ms_p50=None,
        h3_ms_p50=None,
        rounds=found.steps,
        priced=found.priced,
    )


def _insert_ms(couriers: int, *, clustered: bool, geometry: bool, seed: int) -> float | None:
    """Return what asking all couriers' routes for one new order takes from Python, 99 %."""
    if geometry:
        return None
    rng = np.random.default_rng(seed)
    now = plane(couriers, _INSERTS, clustered=clustered, geometry=False, rng=rng)
    fleet, wanted = fleet_of(now), wanted_of(now)
    cheapest_courier(fleet, wanted, 0)
    took = [_timed(partial(cheapest_courier, fleet, wanted, k))[0] for k in range(_INSERTS)]
    return float(np.percentile(took, 99))


def _match_small(*, geometry: bool) -> Matched:
    rng = np.random.default_rng(1)
    now = plane(20, 40, clustered=False, geometry=geometry, rng=rng)
    found = match_nearest(fleet_of(now), wanted_of(now))
    later, moved, gone = changed(now, rng)
    return match_again(
        fleet_of(later), wanted_of(later), wanted_of(later, gone), found, moved, gone
    )


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    began = time.perf_counter()
    result = work()
    return (time.perf_counter() - began) * 1000, result


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _forget_peak() -> None:
    """Let the kernel's high-water mark begin anew (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _cell(value: object) -> object:
    return "" if value is None else value


def _size(parser: argparse.ArgumentParser, text: str) -> tuple[int, int]:
    couriers, _, orders = text.partition("x")
    if not (couriers.isdigit() and orders.isdigit() and 0 < int(couriers) <= int(orders)):
        parser.error(f"a size looks like 200x400, couriers x no fewer orders, not {text!r}")
    return int(couriers), int(orders)


if __name__ == "__main__":
    main()
