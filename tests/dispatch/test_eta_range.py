"""ETA ranges: four of five come within, whatever the errors look like; kinds are told apart."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.eta_range import (
    ENOUGH,
    NOTHING_SEEN,
    Asked,
    Calibration,
    EtaRange,
    calibrated,
)

ASKED = st.builds(Asked, st.floats(0.0, 7200.0), st.integers(0, 23), st.booleans())


def day(
    seed: int, number: int, *, late: float = 0.15, spread: float = 0.3
) -> list[tuple[Asked, float]]:
    """Return ETAs and how long it took: late at noon, early at night, never evenly."""
    rng, found = random.Random(seed), []
    for _ in range(number):
        asked = Asked(rng.uniform(60.0, 3600.0), rng.randrange(24), rng.random() < 0.5)
        usual = 1 + (late if 9 <= asked.hour < 15 else -late / 2)
        took = asked.left_s * usual * rng.lognormvariate(0.0, spread) + rng.expovariate(1 / 40)
        found.append((asked, took))
    return found


def covered(learned: Calibration, seen: list[tuple[Asked, float]]) -> float:
    """Return the share that came within its range."""
    ranges = [(learned.around(asked), took) for asked, took in seen]
    return sum(one.from_s <= took <= one.until_s for one, took in ranges) / len(ranges)


def test_four_of_five_come_within_on_days_that_were_not_learned_from() -> None:
    learned = calibrated(day(1, 6000))
    assert 0.77 <= covered(learned, day(2, 6000)) <= 0.83


def test_hours_with_errors_of_their_own_have_ranges_of_their_own() -> None:
    learned = calibrated(day(1, 20_000, late=0.5, spread=0.1))
    for hours in (range(9, 15), range(18, 24)):
        seen = [one for one in day(2, 8000, late=0.5, spread=0.1) if one[0].hour in hours]
        assert 0.74 <= covered(learned, seen) <= 0.86
    noon, night = (learned.around(Asked(1800.0, hour, aboard=True)) for hour in (12, 21))
    assert noon.from_s > night.from_s
    assert noon.until_s > night.until_s


def test_before_anything_was_seen_the_range_is_wide_and_later_rather_than_earlier() -> None:
    assert NOTHING_SEEN.around(Asked(540.0, 12, aboard=True)) == EtaRange(510, 1020)
    few = calibrated(day(1, ENOUGH[-1] - 1))
    assert few.shares == {}


@settings(max_examples=200)
@given(asked=ASKED, seed=st.integers(0, 5), number=st.integers(0, 2000))
def test_a_range_begins_before_it_ends_and_never_before_now(
    asked: Asked, seed: int, number: int
) -> None:
    found = calibrated(day(seed, number)).around(asked)
    assert 0 <= found.from_s <= found.until_s


def test_a_kind_seldom_seen_is_judged_by_the_coarser_one() -> None:
    """Of goods aboard nothing was seen; of those waiting only short ways."""
    short = [(Asked(120.0, 12, aboard=False), 210.0) for _ in range(ENOUGH[1])]
    learned = calibrated(short)
    known = learned.around(Asked(120.0, 3, aboard=False))
    assert known == EtaRange(210, 210)
    far = learned.around(Asked(3540.0, 3, aboard=False))
    assert far == EtaRange(3540 + 1800, 3540 + 1800)
    unseen = Asked(540.0, 12, aboard=True)
    assert learned.around(unseen) == NOTHING_SEEN.around(unseen)
