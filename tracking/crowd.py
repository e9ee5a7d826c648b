"""Crowd: how many connections are open, in all and of each, so that nobody takes every seat."""

from collections import Counter
from collections.abc import Callable, Collection


class Crowd:
    """Counts who is inside; whoever is `exempt` (a proxy, for many others) counts in all only."""

    def __init__(self, most: int, most_of_one: int, exempt: Collection[str] = ()) -> None:
        """Let in `most` in all, and `most_of_one` under each name."""
        self._most, self._most_of_one, self._exempt = most, most_of_one, frozenset(exempt)
        self.inside = 0
        """How many are inside."""
        self._by_name: Counter[str] = Counter()

    def enter(self, name: str) -> bool:
        """Let one more in; False, and nothing counted, where there is no room."""
        if self.inside >= self._most or self._by_name[name] >= self._share_of(name):
            return False
        self.inside += 1
        self._by_name[name] += 1
        return True

    def leave(self, name: str) -> None:
        """Count one out who was let in."""
        self.inside -= 1
        self._by_name[name] -= 1
        if not self._by_name[name]:
            del self._by_name[name]

    def _share_of(self, name: str) -> int:
        return self._most if name in self._exempt else self._most_of_one


def seat(*places: tuple[Crowd, str]) -> Callable[[], None] | None:
    """Let one into all of these or into none; return what to call once when they leave."""
    taken = [(crowd, name) for crowd, name in places if crowd.enter(name)]

    def leave() -> None:
        for crowd, name in taken:
            crowd.leave(name)

    if len(taken) == len(places):
        return leave
    leave()
    return None
