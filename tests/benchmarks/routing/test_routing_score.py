"""Gaps and scores, worked out by hand."""

import pytest

from benchmarks.routing_instance import BestKnown
from benchmarks.routing_score import Row, hierarchical_gap, mean_below, median_run, parts, score

BEST = BestKnown(10, 1000.0)


def row(instance: str, seed: int, vehicles: int, distance: float, solver: str = "x") -> Row:
    """Return a run; no distance means that it failed."""
    gap = hierarchical_gap(vehicles, distance, BEST, vehicles_first=True) if distance else 100.0
    return Row(
        instance, solver, seed, vehicles, distance, 1.0, gap, 1.0, 0.0, distance > 0, note=""
    )


@pytest.mark.parametrize(
    ("vehicles", "distance", "gap"),
    [
        (10, 1000.0, 0.0),
        (10, 1100.0, 5.0),
        (11, 1000.0, 5.0),
        (11, 900.0, 5.0),
        (11, 1200.0, 15.0),
        (9, 900.0, -10.0),
    ],
)
def test_a_spare_vehicle_earns_nothing(vehicles: int, distance: float, gap: float) -> None:
    assert hierarchical_gap(vehicles, distance, BEST, vehicles_first=True) == pytest.approx(gap)


def test_where_distance_is_the_goal_vehicles_do_not_count() -> None:
    assert hierarchical_gap(14, 970.0, BEST, vehicles_first=False) == pytest.approx(-3.0)


def test_an_instance_counts_by_the_median_of_its_seeds() -> None:
    rows = [row("a", 1, 10, 1000.0), row("a", 2, 11, 1000.0), row("a", 3, 10, 1100.0)]
    scored = score(rows, {"a": BEST})
    assert scored.hgap == pytest.approx(5.0)
    assert scored.instances == 1
    assert scored.extra_vehicles == median_run(rows).vehicles - 10
    assert scored.at_best == 0.0


def test_an_unsolved_instance_counts_a_hundred_and_no_vehicles() -> None:
    rows = [row("a", 1, 10, 1000.0), row("b", 1, 30, 0.0)]
    scored = score(rows, {"a": BEST, "b": BEST})
    assert scored.hgap == pytest.approx(50.0)
    assert (scored.unsolved, scored.extra_vehicles, scored.at_best) == (1, 0, 0.5)
    assert scored.distance_gap == pytest.approx(0.0)


def test_nobody_at_the_best_number_of_vehicles_has_no_distance_gap() -> None:
    assert score([row("a", 1, 11, 1000.0)], {"a": BEST}).distance_gap is None


def test_distances_are_compared_instance_by_instance() -> None:
    rows = [
        *(row("a", 1, 10, 970.0, "ours"), row("a", 1, 10, 1000.0, "theirs")),
        *(row("b", 1, 10, 2000.0, "ours"), row("b", 1, 10, 2000.0, "theirs")),
        *(row("c", 1, 10, 10.0, "ours"), row("c", 1, 10, 0.0, "theirs")),
    ]
    assert mean_below(rows, "ours", "theirs") == pytest.approx(1.5)
    assert mean_below(rows, "ours", "nobody") is None


def test_parts_are_all_the_two_thirds_and_each_class() -> None:
    found = parts(["lr101", "lr101", "lc2_2_1"])
    assert found["all"] == ["lc2_2_1", "lr101"]
    assert (found["lr1"], found["lc2"]) == (["lr101"], ["lc2_2_1"])
    assert sorted(found.get("apart", []) + found.get("tuned", [])) == found["all"]
