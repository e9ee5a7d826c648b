"""Every pure file has a test file of its own name."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE = [
    path
    for room in ("geo", "dispatch")
    for path in sorted((ROOT / room).glob("*.py"))
    if path.stem != "__init__"
]


@pytest.mark.parametrize("path", PURE, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_a_pure_file_has_its_twin(path: Path) -> None:
    """What is pure is cheap to test."""
    assert (ROOT / "tests" / path.parent.name / f"test_{path.stem}.py").exists()
