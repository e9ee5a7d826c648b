"""The business clock of an installation over its stops and starts, kept in its state folder."""

import json
from datetime import datetime
from pathlib import Path

from api.kit.clock import Clock
from jobs.machine.steps import CannotGoOn


def carried_on(old: Clock | None, now: datetime, speed: float) -> Clock:
    """Return the clock to start with at the real instant `now`.

    It goes on from what the `old` clock shows at that instant; without one it starts at `now`.
    """
    return Clock(epoch=now, start=now if old is None else _shown(old, now), speed=speed)


def stopped(clock: Clock, now: datetime) -> Clock:
    """Return `clock` as it stands still from the real instant `now`: nobody works meanwhile."""
    return Clock(epoch=now, start=_shown(clock, now), speed=0.0)


def _shown(clock: Clock, now: datetime) -> datetime:
    return clock.start + (now - clock.epoch) * clock.speed


def load_clock(path: Path) -> Clock | None:
    """Return the clock kept in `path`, None when there is none.

    Raises CannotGoOn when the file cannot be read as a clock.
    """
    try:
        kept = json.loads(path.read_text())
        epoch, start = (datetime.fromisoformat(kept[name]) for name in ("epoch", "start"))
        return Clock(epoch, start, float(kept["speed"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise CannotGoOn(f"{path} is damaged: start afresh with RESET=1.") from error


def save_clock(path: Path, clock: Clock) -> None:
    """Keep `clock` in `path`, both instants as RFC 3339."""
    kept = {
        "epoch": clock.epoch.isoformat(),
        "start": clock.start.isoformat(),
        "speed": clock.speed,
    }
    half = path.with_suffix(".new")
    half.write_text(json.dumps(kept, indent=1) + "\n")
    half.replace(path)
