"""The faults of a run, drawn from its seed: which kinds, in which sequence, how close together."""

import random
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can go wrong."""

    DISCONNECT = "disconnect"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    WRONG_CLOCK = "wrong_clock"
    PHONE_RESTART = "phone_restart"
    GATEWAY = "kill_gateway"
    WRITER = "kill_writer"
    REDIS_AOF = "kill_redis_aof"
    REDIS_BARE = "kill_redis_bare"
    POSTGRES = "restart_postgres"


ABOUT_PHONES = frozenset({
    Kind.DISCONNECT,
    Kind.DUPLICATE,
    Kind.REORDER,
    Kind.WRONG_CLOCK,
    Kind.PHONE_RESTART,
})
"""Faults of some phones; all others hit every phone."""

MOST_AFTER_S = 1.2
MOST_DOWN_S = 1.5
OVERLAP = 0.25


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    It comes `after_s` seconds after fixes began to flow again; whatever is killed stays away for
    `down_s`. With `overlaps` the next one does not wait until this one is recovered from.
    """

    number: int
    kind: Kind
    after_s: float
    down_s: float
    overlaps: bool
    seed: int


def schedule(seed: int, number: int) -> list[Fault]:
    """Return `number` faults: every kind once, in random sequence, before any kind comes again."""
    chance = random.Random(seed)
    kinds: list[Kind] = []
    while len(kinds) < number:
        bag = list(Kind)
        chance.shuffle(bag)
        kinds += bag
    return [
        Fault(
            number=place,
            kind=kind,
            after_s=chance.uniform(0.0, MOST_AFTER_S),
            down_s=chance.uniform(0.0, MOST_DOWN_S),
            overlaps=chance.random() < OVERLAP,
            seed=chance.getrandbits(32),
        )
        for place, kind in enumerate(kinds[:number])
    ]
