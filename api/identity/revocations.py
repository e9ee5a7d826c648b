"""Sessions that ended while access tokens of theirs still live: refused within a second.

Access tokens are read without asking anybody. So that logging out means something, every process
looks twice a second which sessions ended within the life of a token, and keeps their ids.
"""

from datetime import timedelta
from uuid import UUID

from api.identity import repository
from api.identity.errors import SessionOver
from api.kit.actor import Actor
from api.kit.clock import real_now
from api.kit.work import Work

LOOK_S = 0.5
"""How long a process goes without looking."""


class Revocations:
    """Which sessions are over, as this process knows."""

    def __init__(self, access_token_s: int) -> None:
        self._life = timedelta(seconds=access_token_s)
        self._ended: frozenset[UUID] = frozenset()

    async def learn(self, work: Work) -> None:
        """Look which sessions ended since the oldest token that may still be about."""
        self._ended = frozenset(await repository.ended_since(work, real_now() - self._life))

    def check(self, actor: Actor) -> None:
        """Raise `SessionOver` where the actor's session has ended."""
        if actor.session_id in self._ended:
            raise SessionOver
