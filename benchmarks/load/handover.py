"""What the preparing process hands to Locust, and what Locust hands back, as JSON files."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Handover:
    """Everybody who takes part, signed in: access tokens of the API at `url`.

    `lat` and `lng` are the middle of the zone in which everybody lives; `measured` is the file
    that Locust writes its figures to.
    """

    url: str
    lat: float
    lng: float
    couriers: tuple[str, ...]
    customers: tuple[str, ...]
    dispatchers: tuple[str, ...]
    measured: str


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of request or event; a duration is None for events that are only counted."""

    kind: str
    count: int
    failures: int
    per_s: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a kind failed, and how often."""

    kind: str
    problem: str
    times: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one run."""

    kinds: tuple[KindFigures, ...]
    problems: tuple[Problem, ...]


def write(value: Handover | Measured, path: Path) -> None:
    """Write `value` so that only its owner can read it: it may hold tokens."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(value)))


def read_handover(path: Path) -> Handover:
    """Return what the preparing process wrote."""
    told = json.loads(path.read_text())
    return Handover(
        url=told["url"],
        lat=told["lat"],
        lng=told["lng"],
        couriers=tuple(told["couriers"]),
        customers=tuple(told["customers"]),
        dispatchers=tuple(told["dispatchers"]),
        measured=told["measured"],
    )


def read_measured(path: Path) -> Measured:
    """Return what Locust wrote."""
    told = json.loads(path.read_text())
    return Measured(
        tuple(KindFigures(**one) for one in told["kinds"]),
        tuple(Problem(**one) for one in told["problems"]),
    )
