"""ETA ranges on days that nobody learned from: `python -m benchmarks.eta`.

Some simulated days calibrate the ranges, others with seeds of their own are asked. Each delivery is
asked once, at a moment of its own. Beside it: the range before anything was learned, and the ETA
with ten minutes more and less.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.eta_days import Sample, day
from benchmarks.report import CpuShare, machine, show, tell
from dispatch.eta_range import NOTHING_SEEN, Asked, EtaRange, calibrated

WANTED, GIVE = 0.80, 0.03
_FIXED_S = 600


@dataclass(frozen=True, slots=True)
class Figures:
    """How one way of saying a range fared; shares of all deliveries, widths in minutes."""

    range: str
    deliveries: int
    covered: float
    too_early: float
    too_late: float
    mean_width_min: float
    covered_aboard: float
    covered_before: float
    covered_busy_hours: float


Range = Callable[[Asked], EtaRange]


def measure(learn_days: int, days: int, seed: int) -> list[Figures]:
    """Learn from some days, ask on others."""
    seen = [one for number in range(learn_days) for one in day(seed + number)]
    asked = [one for number in range(days) for one in day(seed + 1_000_000 + number)]
    learned = calibrated((one.asked, one.took_s) for one in seen)
    return [
        _figures("calibrated", learned.around, asked),
        _figures("nothing learned", NOTHING_SEEN.around, asked),
        _figures("ten minutes each way", _fixed, asked),
    ]


def _fixed(asked: Asked) -> EtaRange:
    return EtaRange(max(0, round(asked.left_s) - _FIXED_S), round(asked.left_s) + _FIXED_S)


def _figures(name: str, around: Range, samples: Sequence[Sample]) -> Figures:
    found = [(one, around(one.asked)) for one in samples]
    return Figures(
        name,
        len(found),
        _share([one for one in found if _held(one)], found),
        _share([one for one in found if one[0].took_s < one[1].from_s], found),
        _share([one for one in found if one[0].took_s > one[1].until_s], found),
        sum(one.until_s - one.from_s for _, one in found) / len(found) / 60,
        _covered([one for one in found if one[0].asked.aboard]),
        _covered([one for one in found if not one[0].asked.aboard]),
        _covered([one for one in found if 17 <= one[0].asked.hour < 20]),
    )


def _held(one: tuple[Sample, EtaRange]) -> bool:
    sample, told = one
    return told.from_s <= sample.took_s <= told.until_s


def _covered(some: Sequence[tuple[Sample, EtaRange]]) -> float:
    return _share([one for one in some if _held(one)], some)


def _share(some: Sequence[object], every: Sequence[object]) -> float:
    return len(some) / len(every) if every else 0.0


def main() -> int:
    """Measure and report; return 0 when the calibrated range holds what it should."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.eta", description=__doc__)
    for name, usual in (("learn-days", 6), ("days", 6), ("seed", 2026)):
        parser.add_argument(f"--{name}", type=int, default=usual, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options, share = parser.parse_args(), CpuShare()
    if min(options.learn_days, options.days) < 1:
        parser.error("at least one day to learn from and one to ask on")
    found = measure(options.learn_days, options.days, options.seed)
    head = [field.name.replace("_", " ") for field in fields(Figures)]
    show(
        "ETA ranges: four of five should come within",
        head,
        [list(asdict(f).values()) for f in found],
    )
    summary = {"covered": found[0].covered, "figures": [asdict(one) for one in found]}
    told = {"machine": machine(), "cpu_share": share.so_far(), "summary": summary}
    tell(told, options.json)
    return 0 if abs(found[0].covered - WANTED) <= GIVE else 1


if __name__ == "__main__":
    sys.exit(main())
