"""What a search remembers: nothing at first, and chance from the seed alone."""

from dispatch.policy import DispatchPolicy
from dispatch.tick.memory import make_memory
from dispatch.tick.roll import roll
from tests.dispatch.tick.situations import busy


def test_a_fresh_memory_knows_nothing_and_a_seed_gives_the_same_chance() -> None:
    rolled = roll(busy(3, 5, 6), DispatchPolicy(rolling=1), 1)
    one, same, other = (make_memory(rolled.board, rolled.routes, seed) for seed in (7, 7, 8))
    assert not one.version.any()
    assert one.version.shape == rolled.board.tries.shape
    assert one.state[0] == same.state[0] != other.state[0]
