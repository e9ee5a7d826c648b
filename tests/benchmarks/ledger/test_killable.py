"""Parts that faults kill: ended for certain, started again, and given up with one sentence."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.city.errors import CityError
from benchmarks.ledger.killable import Killable, Start


def program(folder: Path, script: str, is_ready: Callable[[], bool]) -> Killable:
    """Return a small Python program that may be killed."""
    return Killable(
        Start(
            name="thing",
            command=(sys.executable, "-c", script),
            environment={},
            cwd=folder,
            log=folder / "thing.log",
            is_ready=is_ready,
        )
    )


async def test_what_is_killed_comes_back_as_another_process(tmp_path: Path) -> None:
    """With other words on its command line, where it is given some."""
    file = tmp_path / "words"
    script = f"import sys, time; open({str(file)!r}, 'a').write(sys.argv[-1]); time.sleep(600)"
    thing = program(tmp_path, script, lambda: file.exists() and file.read_text()[-1:] in {"a", "b"})
    await thing.start("a")
    former = thing.pid
    assert await thing.kill() == "signal 9"
    file.unlink()
    await thing.start("b")
    assert thing.pid != former
    assert file.read_text() == "b"
    thing.must_run()
    thing.stop()
    with pytest.raises(CityError, match="thing ended with -15, and it was no fault"):
        thing.must_run()


async def test_what_ends_by_itself_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    """Nobody starts it again: the run would hide a fault of ours."""
    thing = program(tmp_path, "print('no way', flush=True); raise SystemExit(3)", lambda: False)
    with pytest.raises(CityError, match="thing ended with 3"):
        await thing.start()
    assert (tmp_path / "thing.log").read_text().count("no way") == 1
    thing.stop()
