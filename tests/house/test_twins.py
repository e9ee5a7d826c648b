"""Every pure file has a test file of its own name."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE = [
    path
    for room in ("geo", "dispatch")
    for path in sorted((ROOT / room).rglob("*.py"))
    if path.stem != "__init__"
]


@pytest.mark.parametrize("path", PURE, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_pure_file_has_its_twin(path: Path) -> None:
    """What is pure is cheap to test."""
    folder = path.relative_to(ROOT).parent
    assert (ROOT / "tests" / folder / f"test_{path.stem}.py").exists()
