"""Logs of child processes: their tails, and keeping them small."""

import os
from pathlib import Path

from jobs.machine.log_files import open_log, quoted, rotate, tail


def test_the_tail_is_the_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("".join(f"{n}\n" for n in range(100)))
    assert tail(log, 3) == ["97", "98", "99"]


def test_the_tail_can_begin_where_an_attempt_began(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("old\nnew\n")
    assert tail(log, start=4) == ["new"]


def test_the_tail_of_a_log_emptied_meanwhile_is_all_of_it(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("new\n")
    assert tail(log, start=1000) == ["new"]


def test_a_missing_log_has_no_tail(tmp_path: Path) -> None:
    assert tail(tmp_path / "api.log") == []


def test_bytes_that_are_no_text_do_not_hide_the_tail(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_bytes(b"\xff\nlast\n")
    assert tail(log)[-1] == "last"


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("short")
    assert not rotate(log, 5)
    assert log.read_text() == "short"


def test_a_large_log_moves_on_and_its_writer_goes_on_at_the_start(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    writer = open_log(log)
    os.write(writer, b"before")
    assert rotate(log, 5)
    os.write(writer, b"after")
    os.close(writer)
    assert (tmp_path / "api.log.1").read_text() == "before"
    assert log.read_text() == "after"


def test_a_missing_log_is_not_rotated(tmp_path: Path) -> None:
    assert not rotate(tmp_path / "api.log", 5)


def test_quoted_lines_are_marked_as_somebody_elses() -> None:
    assert quoted(["a", "b"]) == "    | a\n    | b\n"
