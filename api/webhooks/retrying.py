"""When a message that did not arrive is sent again, and when nobody tries any more. Pure."""

from datetime import timedelta

AFTER_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The pause after each failed attempt: five seconds at first, a day at last, three days in all."""

TRIES = len(AFTER_S) + 1
JITTER = 0.2
LONGEST_S = 86_400

OFF_AFTER = timedelta(days=5)
"""A webhook that has taken nothing for so long is switched off."""

SECRET_OVERLAP = timedelta(hours=24)
"""So long a replaced secret signs too."""


def pause_s(tries_left: int, luck: float, asked_s: float = 0.0) -> float | None:
    """Return the seconds until the next attempt; None where the message is given up.

    `luck` from 0 to 1 spreads attempts that failed together; `asked_s` is what the receiver asked
    for (Retry-After): never sooner than that, and never later than a day.
    """
    if tries_left <= 0:
        return None
    planned = AFTER_S[max(0, len(AFTER_S) - tries_left)]
    return max(planned, min(asked_s, LONGEST_S)) * (1 + JITTER * luck)
