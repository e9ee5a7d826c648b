"""The two commands: help, locks, and one sentence for whatever goes wrong, without any package."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.commands import run_command

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else "python3"
TARGETS = [
    *("help", "setup", "demo", "test", "check", "fix"),
    *("bench", "load", "migrate", "openapi", "docs"),
]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def bootstrap(
    *words: str, root: Path = ROOT, environment: dict[str, str] | None = None
) -> tuple[int, str]:
    """Run bootstrap.py with the system's Python and no packages; return exit code and output."""
    command = (SYSTEM_PYTHON, "-S", str(root / "bootstrap.py"), *words)
    done = run_command(command, cwd=Path("/"), environment=environment or {})
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what bootstrap.py needs, without anything set up."""
    for name in ("jobs", "api/kit", "requirements"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=unwanted)
    for name in ("bootstrap.py", "Makefile", "api/__init__.py"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_help_lists_every_target_with_its_comment() -> None:
    code, shown = bootstrap("help")
    assert code == 0
    assert re.findall(r"^  make (\w+) +\S", shown, re.MULTILINE) == TARGETS


def test_no_words_mean_help() -> None:
    assert bootstrap() == bootstrap("help")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is missing")
def test_make_without_a_target_shows_help() -> None:
    """Also while the tests themselves run under make."""
    bare = {"PATH": "/usr/bin:/bin"}
    done = run_command(("make", f"PYTHON={SYSTEM_PYTHON} -S"), cwd=ROOT, environment=bare)
    assert done.stdout == bootstrap("help")[1]


@pytest.mark.skipif(shutil.which("make") is None, reason="make is missing")
@pytest.mark.parametrize("target", TARGETS)
def test_every_target_calls_bootstrap_with_what_was_given(target: str) -> None:
    given = ("PORT=9000", "ARGS=-k 'a b' $$x")
    done = run_command(
        ("make", "-n", target, *given), cwd=ROOT, environment={"PATH": "/usr/bin:/bin", "CITY": "x"}
    )
    program, script, verb, *variables = shell_words(done.stdout)
    assert (program, script, verb) == ("python3", "bootstrap.py", target)
    assert sorted(variables) == ["ARGS=-k 'a b' $x", "PORT=9000"]


def shell_words(line: str) -> list[str]:
    """Return the words that a shell makes of `line`."""
    script = f"for word in {line.strip()}; do printf '%s\\n' \"$word\"; done"
    return run_command(("/bin/sh", "-c", script)).stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("walk",), "There is no `walk`: choose one of help, setup, demo"),
        (("demo", "PROT=9000"), "`demo` does not know PROT: it takes PORT, COURIERS"),
        (("demo", "--fast"), "`demo` takes no `--fast`: variables are given as NAME=value"),
        (("demo", "PORT=high"), "PORT=high does not work: give a whole number from 1 to"),
        (("demo", "CITY=/nowhere.osm.pbf"), "CITY=/nowhere.osm.pbf is not a file"),
        (("test", "ARGS='open"), "ARGS has an open quote"),
        (("migrate", "NAM=x"), "`migrate` does not know NAM: it takes NAME, ARGS"),
        (("check", "ARGS=x"), "`check` does not know ARGS: it takes no variables"),
    ],
)
def test_words_that_make_no_sense_get_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    code, shown = bootstrap(*words)
    assert code == 1
    assert shown.startswith(sentence)
    assert shown.count("\n") == 1


def test_an_older_python_learns_which_one_is_needed() -> None:
    code = (
        "import sys; sys.version_info = (3, 9, 18); sys.argv = ['bootstrap.py'];"
        f"exec(compile(open({str(ROOT / 'bootstrap.py')!r}).read(), 'bootstrap.py', 'exec'))"
    )
    done = run_command((SYSTEM_PYTHON, "-S", "-c", code))
    assert done.returncode == 1
    assert done.stderr.startswith("Hermod needs Python 3.11 or newer and this is 3.9: ")


def test_the_lines_before_the_version_check_suit_any_python() -> None:
    before = (ROOT / "bootstrap.py").read_text().split("import errno")[0]
    assert "import sys" in before
    assert 'f"' not in before


def test_a_failing_step_shows_its_last_lines_and_one_sentence(checkout: Path) -> None:
    (checkout / "requirements" / "installer.lock").write_text("uv==0.0.0 --hash=sha256:00\n")
    (checkout / "requirements" / "dev.lock").write_text("aiohttp==0.0.0 --hash=sha256:00\n")
    code, shown = bootstrap("check", root=checkout, environment={"PIP_NO_INDEX": "1"})
    assert code == 1
    assert re.search(r"^    \| .*aiohttp==0\.0\.0", shown, re.MULTILINE)
    last = shown.splitlines()[-1]
    assert re.match(r"(The packages of dev\.lock could not|A downloaded file is not)", last)


@pytest.mark.parametrize("verb", ["bench", "load", "openapi", "docs"])
def test_a_module_that_is_missing_is_named(checkout: Path, verb: str) -> None:
    code, shown = bootstrap(verb, root=checkout)
    assert code == 1
    assert re.match(r"There is no \S+ in this checkout yet\.\n$", shown)


def test_a_state_folder_that_cannot_be_made_gets_one_sentence(checkout: Path) -> None:
    (checkout / ".hermod").write_text("a file where the state folder should be")
    code, shown = bootstrap("check", root=checkout)
    assert code == 1
    assert shown.count("\n") == 1


def test_the_same_version_of_a_package_is_in_both_locks() -> None:
    core, dev = (pins(ROOT / "requirements" / f"{name}.lock") for name in ("core", "dev"))
    assert core
    assert core <= dev


def pins(lock: Path) -> set[str]:
    """Return the pinned versions of a lock; their conditions grow with what else asks for them."""
    lines = lock.read_text().splitlines()
    return {re.split(r"[ ;\\]", line)[0] for line in lines if re.match(r"[a-z0-9]", line)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host_and_no_place(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"://|file:|^-|--(extra-)?index-url|--find-links|@ ", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_has_hashes(lock: Path) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", lock.read_text())
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_every_dependency_is_locked_at_a_version_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [word for extra in project["optional-dependencies"].values() for word in extra]
    for name, wanted in (("core", project["dependencies"]), ("dev", extras)):
        locked = versions(ROOT / "requirements" / f"{name}.lock")
        for requirement in map(Requirement, wanted):
            found = locked.get(canonicalize_name(requirement.name), set())
            fitting = [version for version in found if version in requirement.specifier]
            assert fitting, f"{requirement} is not in {name}.lock: run `python3 bootstrap.py lock`"


def versions(lock: Path) -> dict[str, set[str]]:
    """Return the locked versions of each package."""
    found: dict[str, set[str]] = {}
    for pin in pins(lock):
        name, version = pin.split(";")[0].split("==")
        found.setdefault(name.strip(), set()).add(version.strip())
    return found


def test_there_is_a_lock_for_each_purpose() -> None:
    assert [lock.stem for lock in LOCKS] == ["core", "dev", "installer", "node"]


def test_continuous_integration_runs_both_commands() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    verbs = re.findall(r"^python3 bootstrap\.py (\w+)$", script.read_text(), re.MULTILINE)
    assert verbs == ["check", "test"]
