"""Instances are read as published; what cannot be read gets one sentence."""

from pathlib import Path

import pytest

from benchmarks.routing_instance import (
    BestKnown,
    InstanceError,
    family_of,
    is_apart,
    names_of_size,
    parse,
    read_best_known,
    read_instance,
)
from tests.benchmarks.routing.small_zip import SMALL, known, write_small


def test_an_instance_is_what_its_text_says(tmp_path: Path) -> None:
    archive, table = write_small(tmp_path)
    instance = read_instance(archive, "LC101", known(table))
    problem = instance.problem
    assert (instance.name, instance.family, instance.best) == ("lc101", "lc1", BestKnown(1, 26.0))
    assert problem.pickup.tolist() == [1, 2]
    assert problem.dropoff.tolist() == [3, 4]
    assert problem.demand.tolist() == [[5], [5]]
    assert problem.cost[0, 1] == 5.0
    assert (problem.vehicles, problem.capacity.tolist()) == (2, [10])


def test_only_the_family_asked_for_is_known(tmp_path: Path) -> None:
    _, table = write_small(tmp_path)
    assert set(known(table)) == {"lc101", "lr201"}


def test_a_size_names_its_instances(tmp_path: Path) -> None:
    archive, table = write_small(tmp_path)
    assert names_of_size(archive, "100", known(table)) == ["lc101", "lr201"]
    with pytest.raises(InstanceError, match=r"no size 200 in .*: choose one of 100"):
        names_of_size(archive, "200", known(table))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    archive, table = write_small(tmp_path)
    with pytest.raises(InstanceError, match="lc999 has no best known value"):
        read_instance(archive, "lc999", known(table))
    with pytest.raises(InstanceError, match=r"there is no lc102\.txt"):
        read_instance(archive, "lc102", {"lc102": BestKnown(1, 1.0)})
    with pytest.raises(InstanceError, match="cannot be read"):
        read_best_known(tmp_path / "none.csv")
    with pytest.raises(InstanceError, match="is no zip file"):
        read_instance(table, "lc101", known(table))


def test_a_text_in_another_format_is_refused() -> None:
    with pytest.raises(InstanceError, match="not in Li & Lim's format"):
        parse(SMALL.replace("3 4 5", "3 four 5"), "lc101")


@pytest.mark.parametrize(("name", "family"), [("lc101", "lc1"), ("lrc2_10_7", "lrc2")])
def test_a_family_is_the_letters_and_the_digit_behind_them(name: str, family: str) -> None:
    assert family_of(name) == family


def test_about_a_third_is_kept_apart() -> None:
    names = [f"lr{kind}_{size}_{k}" for kind in (1, 2) for size in (2, 4, 6) for k in range(100)]
    assert 0.28 < sum(map(is_apart, names)) / len(names) < 0.39
