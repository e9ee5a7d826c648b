"""The import contracts hold, and each of them breaks when it is violated."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geo", "dispatch", "tracking", "api", "jobs")

# One deliberate violation for each contract: which file gets which import.
VIOLATIONS = {
    "rooms": ("geo/point.py", "import dispatch.solve"),
    "pure": ("dispatch/cost.py", "import asyncio"),
    "no-database-in-tracking": ("tracking/fleet.py", "import asyncpg"),
    "siblings": ("geo/vehicle.py", "import geo.travel"),
    "faces": ("api/orders/model.py", "import api.orders.service"),
    "socketio": ("tracking/fleet.py", "import socketio"),
    "modules": ("api/orders/lifecycle.py", "import api.deliveries.lifecycle"),
}


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a tree."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    program = str(Path(sys.executable).with_name("lint-imports"))
    command = [program, "--no-cache", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  # our own tool


def test_every_contract_has_a_violation_here() -> None:
    """A contract that is added is shown to work."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert {c["id"] for c in config["tool"]["importlinter"]["contracts"]} == set(VIOLATIONS)


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_contract_breaks_when_it_is_violated(contract: str, tmp_path: Path) -> None:
    """On a copy of the house with one wrong import in it."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path, wrong = VIOLATIONS[contract]
    file = tmp_path / path
    file.write_text(f"{file.read_text()}\n{wrong}\n")
    result = lint(tmp_path, contract)
    assert result.returncode == 1, result.stdout
    assert "BROKEN" in result.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_each_module_can_be_imported_alone(room: str) -> None:
    """In a fresh interpreter, so that no import relies on another having come first."""
    files = sorted((ROOT / room).glob("*.py"))
    names = [f"{room}.{file.stem}" for file in files if not file.stem.startswith("__")]
    script = f"import importlib, sys; [importlib.import_module(n) for n in {names!r}]"
    command = [sys.executable, "-W", "error", "-c", script]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own code
    assert result.returncode == 0, result.stderr
