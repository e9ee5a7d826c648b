"""What a run of routing solvers is worth: gaps to the best known, per solver and per class."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmarks.routing_instance import BestKnown, family_of, is_apart

UNSOLVED = 100.0
"""The gap of an instance without valid routes, in per cent."""

_AT_BEST = 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """One run of one solver on one instance; `note` says what is wrong with invalid routes."""

    instance: str
    solver: str
    seed: int
    vehicles: int
    distance: float
    seconds: float
    hgap: float
    cpu_share: float
    overrun_s: float
    solved: bool
    note: str


@dataclass(frozen=True, slots=True)
class Score:
    """One solver over many instances, each by the median of its seeds; gaps in per cent.

    `distance_gap` is the mean over instances solved with the best known number of vehicles.
    """

    instances: int
    unsolved: int
    hgap: float
    hgap_median: float
    extra_vehicles: int
    distance_gap: float | None
    at_best: float
    overrun_s: float


def hierarchical_gap(
    vehicles: int, distance: float, best: BestKnown, *, vehicles_first: bool
) -> float:
    """Return the gap of (w x vehicles + distance) in per cent, w = best distance per vehicle.

    With more vehicles than best known, distance counts as at least the best known one: a spare
    vehicle earns nothing. Where vehicles do not come first, it is the gap of the distance alone.
    """
    if not vehicles_first:
        return 100.0 * (distance / best.distance - 1.0)
    each = best.distance / best.vehicles
    counted = max(distance, best.distance) if vehicles > best.vehicles else distance
    return 100.0 * ((each * vehicles + counted) / (2.0 * best.distance) - 1.0)


def score(rows: Iterable[Row], known: dict[str, BestKnown]) -> Score:
    """Return the score of one solver's rows."""
    by_name = sorted(rows, key=lambda row: row.instance)
    groups = [list(group) for _, group in groupby(by_name, key=lambda row: row.instance)]
    gaps = [statistics.median(row.hgap for row in group) for group in groups]
    equal = [gap for group in groups if (gap := _gap_at_best(group, known)) is not None]
    return Score(
        instances=len(groups),
        unsolved=sum(not median_run(group).solved for group in groups),
        hgap=statistics.fmean(gaps),
        hgap_median=statistics.median(gaps),
        extra_vehicles=sum(_extra(group, known[group[0].instance]) for group in groups),
        distance_gap=statistics.fmean(equal) if equal else None,
        at_best=sum(gap <= _AT_BEST for gap in gaps) / len(gaps),
        overrun_s=max(row.overrun_s for row in by_name),
    )


def median_run(group: Sequence[Row]) -> Row:
    """Return the run in the middle by its gap; of two, the better."""
    return sorted(group, key=lambda row: row.hgap)[(len(group) - 1) // 2]


def parts(names: Iterable[str]) -> dict[str, list[str]]:
    """Return which instances to score together: all, those kept apart, the others, each class."""
    every = sorted(set(names))
    sorted_in = {
        "all": every,
        "apart": [name for name in every if is_apart(name)],
        "tuned": [name for name in every if not is_apart(name)],
    }
    for name in every:
        sorted_in.setdefault(family_of(name), []).append(name)
    return {part: found for part, found in sorted_in.items() if found}


def mean_below(rows: Sequence[Row], solver: str, rival: str) -> float | None:
    """Return by how many per cent a solver's distances are below a rival's, as a mean.

    Each instance counts by the median of its seeds, where both solved it.
    """
    below = []
    for name in sorted({row.instance for row in rows}):
        ours, theirs = (
            [row.distance for row in rows if (row.instance, row.solver) == (name, who)]
            for who in (solver, rival)
        )
        if ours and theirs and all(ours) and all(theirs):
            below.append(100.0 * (1.0 - statistics.median(ours) / statistics.median(theirs)))
    return statistics.fmean(below) if below else None


def _extra(group: Sequence[Row], best: BestKnown) -> int:
    """Return the vehicles above the best known of the run in the middle; 0 where it failed."""
    run = median_run(group)
    return max(0, run.vehicles - best.vehicles) if run.solved else 0


def _gap_at_best(group: Sequence[Row], known: dict[str, BestKnown]) -> float | None:
    run, best = median_run(group), known[group[0].instance]
    if not run.solved or run.vehicles != best.vehicles:
        return None
    return 100.0 * (run.distance / best.distance - 1.0)
