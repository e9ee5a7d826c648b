"""Steps of setting up: stamps, output in the log, one sentence when one fails."""

import sys
from pathlib import Path

import pytest

from jobs.machine.steps import (
    CannotGoOn,
    Steps,
    digest,
    explain,
    files_under,
    is_stamped,
    put_stamp,
)


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    """Return steps with a log in an empty folder."""
    return Steps(tmp_path / "logs" / "setup.log", {})


def python(code: str) -> tuple[str, ...]:
    """Return the command that runs `code`."""
    return (sys.executable, "-S", "-c", code)


def test_a_step_returns_what_its_command_printed(steps: Steps, tmp_path: Path) -> None:
    steps.run(python("print('earlier')"), cwd=tmp_path, remedy="-")
    printed = steps.run(python("print('a'); print('b')"), cwd=tmp_path, remedy="-")
    assert printed.splitlines()[1:] == ["a", "b"]


def test_a_failing_step_shows_its_last_thirty_lines_and_one_sentence(
    steps: Steps, tmp_path: Path
) -> None:
    code = "for n in range(100): print('line', n)\nraise SystemExit(3)"
    with pytest.raises(CannotGoOn) as caught:
        steps.run(python(code), cwd=tmp_path, remedy="Do this instead")
    lines = str(caught.value).splitlines()
    assert lines[:-1] == [f"    | line {n}" for n in range(70, 100)]
    assert lines[-1].startswith("Do this instead (")


def test_a_failing_step_keeps_everything_in_the_log(steps: Steps, tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn):
        steps.run(python("print('first'); raise SystemExit(1)"), cwd=tmp_path, remedy="-")
    assert "first" in steps.log.read_text()


def test_a_missing_program_is_named(steps: Steps, tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match="/nowhere/npm is missing"):
        steps.run(("/nowhere/npm", "ci"), cwd=tmp_path, remedy="-")


def test_a_failed_step_says_so_on_its_line(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CannotGoOn), steps.step("pages"):
        raise CannotGoOn
    assert capsys.readouterr().out == "  pages ... failed\n"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("npm error code ENOSPC", "The disk is full"),
        ("dns error: failed to lookup address information", "The package servers cannot"),
        ("npm error code EAI_AGAIN", "The package servers cannot"),
        ("Temporary failure in name resolution", "The package servers cannot"),
        ("invalid peer certificate: UnknownIssuer", "The package servers cannot"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "A downloaded file is not the one"),
        ("Hash mismatch for `uv==1`", "A downloaded file is not the one"),
        ("npm error code EINTEGRITY", "A downloaded file is not the one"),
        ("npm error code EACCES", "A file may not be written"),
        ("something else", "The usual remedy"),
    ],
)
def test_what_a_command_says_decides_the_sentence(said: str, sentence: str) -> None:
    told = explain(f"before\n{said}\nafter", "The usual remedy", log=Path("setup.log"))
    assert told.splitlines()[-1].startswith(sentence)


def test_a_stamp_holds_for_its_value_only(tmp_path: Path) -> None:
    stamp = tmp_path / "stamps" / "pages"
    assert not is_stamped(stamp, "one")
    put_stamp(stamp, "one")
    assert is_stamped(stamp, "one")
    assert not is_stamped(stamp, "two")


def test_a_digest_depends_on_the_content_of_files_and_on_where_parts_end(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("a")
    first = digest(file, "b")
    file.write_text("ab")
    assert digest(file, "b") != first
    assert digest("ab", "c") != digest("a", "bc")


def test_files_are_listed_in_a_stable_order_without_what_is_left_out(tmp_path: Path) -> None:
    for name in ("b/one", "a/two", "node_modules/three", "a/dist/four"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = files_under(tmp_path, ("node_modules", "dist"))
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a/two", "b/one"]
