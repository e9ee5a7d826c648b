"""The runner from its command line: table, one line of JSON, solution files, one sentence."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.routing_instance import read_instance
from benchmarks.routing_rivals import SOLVERS, Asked
from dispatch.kernel.judge import judge
from tests.benchmarks.routing.small_zip import known, write_small

ROOT = Path(__file__).resolve().parents[3]
INSTALLED = [name for name, solver in SOLVERS.items() if solver.installed]


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the runner on the small zip; return exit code, output and what it complained about."""
    archive, table = write_small(folder)
    command = [sys.executable, "-m", "benchmarks.routing", "--zip", archive, "--bks", table, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # ours
    return done.returncode, done.stdout, done.stderr


def test_a_run_writes_table_json_and_solutions(tmp_path: Path) -> None:
    file, folder = tmp_path / "out.json", tmp_path / "solutions"
    code, shown, wrong = run(
        tmp_path,
        *("--size", "100", "--limit", "0.05", "--seeds", "2", "--solvers", "hermod"),
        *("--json", str(file), "--solutions", str(folder)),
    )
    assert code == 0, wrong
    result: dict[str, Any] = json.loads(shown.splitlines()[-1])
    assert json.loads(file.read_text()) == result
    assert [(one["instance"], one["seed"]) for one in result["rows"]] == [
        *(("lc101", 1), ("lc101", 2), ("lr201", 1), ("lr201", 2))
    ]
    wanted = {"instance", "solver", "seed", "vehicles", "distance", "seconds", "hgap", "cpu_share"}
    assert wanted <= set(result["rows"][0])
    assert result["summary"]["hermod"]["all"]["unsolved"] == 0
    assert result["summary"]["hermod"]["lc1"]["instances"] == 1
    texts = sorted(path.name for path in folder.iterdir())
    assert texts[0] == "hermod-lc101-1.txt"
    nodes = sorted(int(word) for word in (folder / texts[0]).read_text().split())
    assert nodes == [1, 2, 3, 4]


def test_distances_are_compared_with_the_rival_asked_for(tmp_path: Path) -> None:
    words = ("--instances", "lc101", "--limit", "0.05", "--seeds", "1", "--rival", "ortools")
    code, shown, wrong = run(tmp_path, *words, "--solvers", "hermod,ortools")
    assert code == 0, wrong
    summary = json.loads(shown.splitlines()[-1])["summary"]
    assert summary["hermod"]["distance_below_ortools"] == pytest.approx(0.0)
    assert "distance_below_ortools" not in summary["ortools"]


@pytest.mark.parametrize("name", INSTALLED)
def test_every_solver_answers_with_routes_that_hold(name: str, tmp_path: Path) -> None:
    archive, table = write_small(tmp_path)
    problem = read_instance(archive, "lc101", known(table)).problem
    solver = SOLVERS[name]
    routes = solver.run(problem, Asked(limit_s=0.2, threads=1, seed=1, vehicles_first=True))
    assert judge(problem, routes, tolerance_s=solver.tolerance_s).violations == ()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--size", "700"), "there is no size 700"),
        (("--instances", "lc104"), "lc104 has no best known value"),
        (("--size", "100", "--solvers", "gurobi"), "there is no solver gurobi: choose among"),
        (("--size", "100", "--limit", "0"), "give more than 0 seconds"),
    ],
)
def test_words_that_make_no_sense_get_one_sentence(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    code, _, wrong = run(tmp_path, *words)
    assert code == 2
    assert sentence in wrong
    assert "Traceback" not in wrong


def test_a_solver_that_is_not_installed_is_named_with_its_package(tmp_path: Path) -> None:
    archive, table = write_small(tmp_path)
    script = (
        "import sys; from dataclasses import replace; import benchmarks.routing as r;"
        "r.SOLVERS['vroom'] = replace(r.SOLVERS['vroom'], module='not_there_at_all');"
        f"sys.argv = ['x', '--zip', {str(archive)!r}, '--bks', {str(table)!r},"
        " '--size', '100', '--solvers', 'hermod,vroom']; r.main()"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # ours
    assert done.returncode == 2
    assert done.stderr.startswith("vroom is not installed: `pip install pyvroom` brings it")
    assert done.stderr.count("\n") == 1
