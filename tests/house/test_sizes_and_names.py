"""Files and functions stay small, names stay ours."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geo", "dispatch", "tracking", "api", "jobs", "benchmarks", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
FORBIDDEN = {"utils", "helpers", "common", "manager", "misc", "core", "shared"}


def python_files() -> list[Path]:
    """Return every Python file of ours but generated migrations."""
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in [*files, ROOT / "bootstrap.py"] if "versions" not in path.parts]


def web_files() -> list[Path]:
    """Return every source file of the pages."""
    found = (ROOT / "web").rglob("*")
    kept = (p for p in found if not {"node_modules", "dist"} & set(p.parts))
    return sorted(p for p in kept if p.suffix in {".ts", ".tsx", ".css", ".js", ".mjs"})


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", [*python_files(), *web_files()], ids=str)
def test_no_file_is_longer_than_four_hundred_lines(path: Path) -> None:
    """One idea per file."""
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", python_files(), ids=str)
def test_no_function_is_longer_than_sixty_lines(path: Path) -> None:
    """What does not fit a screen is two things."""
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize("path", python_files(), ids=str)
def test_every_file_says_in_one_sentence_what_lives_there(path: Path) -> None:
    """Empty package files aside."""
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    """Name files after the domain."""
    named = {part for path in python_files() for part in path.relative_to(ROOT).parts}
    assert not FORBIDDEN & {Path(part).stem for part in named}


def test_package_files_are_empty() -> None:
    """No re-exports: every name has one home."""
    filled = [path for path in python_files() if path.name == "__init__.py" and path.read_text()]
    assert not filled
