"""Resources of a program: opened once, found by typed keys, handed to acts through `Work`."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Key(Generic[T]):
    """The name of a resource together with its type."""

    name: str


@dataclass(frozen=True, slots=True)
class Resources:
    """What a program has opened: settings, Redis, clients of the outside world."""

    _held: dict[Key[Any], Any] = field(default_factory=dict)

    def put(self, key: Key[T], value: T) -> None:
        """Hold `value` under `key`."""
        self._held[key] = value

    def __getitem__(self, key: Key[T]) -> T:
        """Return what is held under `key`; raise `LookupError` where the program opened none."""
        if key not in self._held:
            message = f"this program has not opened {key.name}"
            raise LookupError(message)
        return cast("T", self._held[key])
