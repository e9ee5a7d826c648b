"""Haste: how much of its search a zone's tick can afford, by how long the last ticks took.

A replay needs no clock for that: what a tick could afford is in the policy that it records.
"""

from dataclasses import replace

from dispatch.policy import DispatchPolicy

NO_SEARCH = 6
"""At this level a plan by insertion alone is made: better than none."""
FEWEST_NEAR = 20
SLOW_S, QUICK_S = 0.5, 0.1


def haste_after(level: int, took_s: float | None) -> int:
    """Return the level of the next tick: 0 is none, `NO_SEARCH` all. None: there was no answer."""
    if took_s is None:
        return NO_SEARCH
    if took_s > SLOW_S:
        return min(NO_SEARCH, level + 1)
    return max(0, level - 1) if took_s < QUICK_S else level


def hasty(policy: DispatchPolicy, level: int) -> DispatchPolicy:
    """Return the policy with half of its budgets for each level; without search at the last."""
    if not level:
        return policy
    return replace(
        policy,
        nearest=max(min(FEWEST_NEAR, policy.nearest), policy.nearest >> level),
        most_insertions=0 if level >= NO_SEARCH else policy.most_insertions >> level,
        most_priced=policy.most_priced >> level,
    )
