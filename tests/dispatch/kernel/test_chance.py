"""Random numbers against plain whole-number arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.kernel.chance import below, chance, draw
from tests.dispatch.kernel.small_tasks import seeds

MASK = 2**64 - 1


def slow_draw(word: int) -> tuple[int, float]:
    """Return the next state and number."""
    word ^= word >> 12
    word ^= (word << 25) & MASK
    word ^= word >> 27
    return word, ((word * 0x2545F4914F6CDD1D & MASK) >> 11) * 2.0**-53


@given(seeds)
def test_numbers_are_those_of_the_slow_twin(seed: int) -> None:
    state = chance(seed)
    word = int(state[0])
    for _ in range(20):
        word, number = slow_draw(word)
        assert draw(state) == number
        assert 0.0 <= number < 1.0


@given(seeds, st.integers(1, 50))
def test_whole_numbers_stay_below_their_limit(seed: int, limit: int) -> None:
    state = chance(seed)
    assert all(0 <= below(state, limit) < limit for _ in range(50))


def test_neighbouring_seeds_share_nothing() -> None:
    assert len({draw(chance(seed)) for seed in range(1000)}) == 1000


def test_no_seed_gives_the_state_that_never_moves() -> None:
    assert all(int(chance(seed)[0]) != 0 for seed in (-1, 0, 2**64, -0x9E3779B97F4A7C15))
