"""State machines as tables: which move, and who may make it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from api.kit.actor import Actor, Role
from api.kit.errors import InvalidTransition

Status = TypeVar("Status", bound=StrEnum)


class By(StrEnum):
    """In which capacity somebody makes a move."""

    SYSTEM = "system"
    CUSTOMER = "customer"
    COURIER = "courier"
    VENDOR = "vendor"
    OPERATOR = "operator"


_SPOKEN = {
    By.SYSTEM: "the system",
    By.CUSTOMER: "a customer",
    By.COURIER: "a courier",
    By.VENDOR: "a vendor",
    By.OPERATOR: "an operator",
}
_CAPACITY = {
    None: By.SYSTEM,
    Role.CUSTOMER: By.CUSTOMER,
    Role.COURIER: By.COURIER,
    Role.VENDOR: By.VENDOR,
}


def capacity_of(actor: Actor) -> By:
    """Return in which capacity `actor` acts; all staff act as operators."""
    return _CAPACITY.get(actor.role, By.OPERATOR)


class Lifecycle(Generic[Status]):
    """The allowed moves of one kind of thing."""

    def __init__(self, what: str, moves: Mapping[tuple[Status, Status], frozenset[By]]) -> None:
        self.what = what
        self.moves = moves

    def advance(self, old: Status, new: Status, by: By) -> Status:
        """Return `new`; raise `InvalidTransition` naming who may, and what `by` may do instead."""
        who = self.moves.get((old, new), frozenset())
        if by in who:
            return new
        others = sorted(_SPOKEN[other] for other in who)
        raise InvalidTransition(self.what, old, new, others, self._possible(old, by))

    def _possible(self, old: Status, by: By) -> str:
        following = {to: who for (start, to), who in self.moves.items() if start == old}
        if not following:
            return "nothing: it is final"
        allowed = [to for to, who in following.items() if by in who]
        return ", ".join(allowed) or f"nothing for {_SPOKEN[by]}"
