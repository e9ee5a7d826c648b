"""What goes to Locust and comes back, as files."""

from pathlib import Path

from benchmarks.load.handover import (
    Handover,
    KindFigures,
    Measured,
    Problem,
    read_handover,
    read_measured,
    write,
)


def test_what_is_handed_over_arrives_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    handover = Handover("http://there", 46.9, 8.4, ("a", "b"), ("c",), ("d", "d"), "/somewhere")
    write(handover, tmp_path / "file")
    assert read_handover(tmp_path / "file") == handover
    assert (tmp_path / "file").stat().st_mode & 0o077 == 0


def test_figures_come_back_as_they_were_measured(tmp_path: Path) -> None:
    timed = KindFigures("ticket", 7, 1, 0.5, 10.0, 20.0, 21.0)
    counted = KindFigures("got a", 3, 0, 0.2, None, None, None)
    measured = Measured((timed, counted), (Problem("ticket", "503 busy", 1),))
    write(measured, tmp_path / "file")
    assert read_measured(tmp_path / "file") == measured
