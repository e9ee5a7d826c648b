"""Seeded chance: every robot decides from its own stream, so no timing changes a decision."""

import hashlib
import random


def chance(seed: int, *names: object) -> random.Random:
    """Return the random numbers that belong to a name; the same seed and name give the same."""
    text = "\x1f".join(map(str, (seed, *names)))
    digest = hashlib.sha256(text.encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))
