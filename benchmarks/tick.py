"""Time one dispatch tick by stage: `python -m benchmarks.tick --sizes 50x20,200x60`.

Beside it runs what a plain NumPy and SciPy program does for the easier question: the optimal
matching on straight-line distances, no routes, no limits, no reasons. One table, then one JSON
line. The share of the CPU says whether the machine was busy with something else.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.tick_city import city
from dispatch.assignment import Arcs, assign, ties
from dispatch.open_delivery import open_deliveries
from dispatch.open_route import open_routes
from dispatch.plan import Plan
from dispatch.policy import DispatchPolicy
from dispatch.pricing import Pricing
from dispatch.problem import Problem
from dispatch.solve import solve

_EVERYBODY = DispatchPolicy(nearest=100_000, keep=100_000)


@dataclass(frozen=True, slots=True)
class Row:
    """One size: medians in milliseconds, and what was decided."""

    couriers: int
    deliveries: int
    carried: int
    read_ms: float
    open_ms: float
    price_ms: float
    match_ms: float
    solve_ms: float
    worst_ms: float
    scipy_ms: float
    cpu_share: float
    assigned: int
    priced: int
    over_exact_pct: float | None


def main() -> None:
    """Measure each size and print the table and the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tick", description=__doc__)
    parser.add_argument("--sizes", default="50x20,200x60", help="couriers x deliveries, by comma")
    parser.add_argument("--carried", type=int, default=1, help="deliveries ahead per courier")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--exact", action="store_true", help="also price every pair, to compare")
    asked = parser.parse_args()
    rows = [
        measure(*_size(parser, text), asked.carried, asked.seed, asked.repeat, exact=asked.exact)
        for text in asked.sizes.split(",")
    ]
    _print_table(rows)
    print(json.dumps({"benchmark": "tick", "rows": [asdict(row) for row in rows]}))


def measure(
    couriers: int, deliveries: int, carried: int, seed: int, repeat: int, *, exact: bool
) -> Row:
    """Time the stages of a generated city's tick one by one, then the whole."""
    problem, policy = city(couriers, deliveries, carried, seed), DispatchPolicy()
    packed = problem.to_bytes()
    plan = solve(problem, policy, seed)  # also imports what is imported late

    def priced() -> Pricing:
        waiting = open_deliveries(problem)
        pricing = Pricing(open_routes(problem), waiting, policy)
        for row in range(len(waiting)):
            pricing.look(row)
        return pricing

    pricing = priced()
    cpu, wall = time.process_time(), time.perf_counter()
    read_ms, _ = _time_ms(lambda: Problem.from_bytes(packed), repeat)
    open_ms, _ = _time_ms(lambda: (open_routes(problem), open_deliveries(problem)), repeat)
    price_ms, _ = _time_ms(priced, repeat)
    match_ms, _ = _time_ms(lambda: _match(problem, pricing, seed), repeat)
    solve_ms, worst_ms = _time_ms(lambda: solve(problem, policy, seed), repeat)
    scipy_ms, _ = _time_ms(lambda: _straight(problem), repeat)
    cpu_share = (time.process_time() - cpu) / (time.perf_counter() - wall)
    over_exact_pct = None
    if exact:
        best = solve(problem, _EVERYBODY, seed)
        served = [one.delivery for one in plan.assignments]
        # Costs compare only over the same deliveries.
        if served and served == [one.delivery for one in best.assignments]:
            over_exact_pct = round(100 * (_cost_ms(plan) / _cost_ms(best) - 1), 3)
    return Row(
        couriers,
        deliveries,
        carried,
        read_ms,
        open_ms,
        round(price_ms - open_ms, 2),
        match_ms,
        solve_ms,
        worst_ms,
        scipy_ms,
        round(cpu_share, 2),
        len(plan.assignments),
        plan.work.priced,
        over_exact_pct,
    )


def _match(problem: Problem, pricing: Pricing, seed: int) -> None:
    pairs = [
        (delivery, courier, found.total_ms)
        for delivery, by_courier in enumerate(pricing.found)
        for courier, found in by_courier.items()
    ]
    delivery, courier, cost_ms = np.array(pairs, np.int64).reshape(-1, 3).T
    tie = ties(problem.waiting.id, problem.couriers.id, delivery, courier, seed)
    leave_ms = np.zeros(len(problem.waiting), np.int64)
    assign(Arcs(delivery, courier, cost_ms, tie), leave_ms, len(problem.couriers))


def _straight(problem: Problem) -> None:
    of, to = problem.couriers, problem.waiting
    dx = np.subtract.outer(to.pickup_x_m.astype(np.float64), of.x_m.astype(np.float64))
    dy = np.subtract.outer(to.pickup_y_m.astype(np.float64), of.y_m.astype(np.float64))
    linear_sum_assignment(np.sqrt(dx * dx + dy * dy))


def _cost_ms(plan: Plan) -> int:
    return sum(one.terms.total_ms for one in plan.assignments)


def _time_ms(work: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Return the median and the worst time of several runs, in milliseconds."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 2), round(max(times), 2)


def _size(parser: argparse.ArgumentParser, text: str) -> tuple[int, int]:
    couriers, _, deliveries = text.partition("x")
    if not (couriers.isdigit() and deliveries.isdigit()):
        parser.error(f"a size looks like 200x60 (couriers x deliveries), not {text!r}")
    return int(couriers), int(deliveries)


def _print_table(rows: list[Row]) -> None:
    names = ("read", "open", "price", "match", "solve", "worst", "scipy")
    print(f"{'couriers x deliveries':>22}" + "".join(f"{name:>9}" for name in names) + "   (ms)")
    for row in rows:
        times = (
            row.read_ms,
            row.open_ms,
            row.price_ms,
            row.match_ms,
            row.solve_ms,
            row.worst_ms,
            row.scipy_ms,
        )
        over = "" if row.over_exact_pct is None else f", {row.over_exact_pct:+.2f} % over exact"
        print(
            f"{f'{row.couriers} x {row.deliveries}, {row.carried} ahead':>22}"
            + "".join(f"{one:9.2f}" for one in times)
            + f"   assigned {row.assigned}, priced {row.priced}, CPU {row.cpu_share:.0%}{over}"
        )


if __name__ == "__main__":
    main()
