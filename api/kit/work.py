"""The unit of work: one request or job, one connection, one transaction, one `now`, one actor."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

from api.kit import audit, outbox
from api.kit.actor import SYSTEM, Actor
from api.kit.clock import Clock
from api.kit.db import Database, Lent
from api.kit.errors import ApiError, PreconditionFailed
from api.kit.events import Event
from api.kit.resources import Key, Resources, T

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie that goes out with the reply; an empty value takes it back."""

    name: str
    value: str
    path: str
    max_age_s: int


@dataclass(slots=True)
class Work:
    """What an act needs, and what it leaves behind when its transaction is committed.

    `now` is business time. After waiting for a lock read the clock again with `tick()`. The
    connection is lent, and the transaction begun, by the first statement.
    """

    db: Lent
    clock: Clock
    actor: Actor
    now: datetime
    resources: Resources
    request_id: str = ""
    read_only: bool = False
    user_agent: str | None = None
    expected_version: int | None = None
    sent_cookies: Mapping[str, str] = field(default_factory=dict)
    cookies: list[Cookie] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    _edits: list[audit.Edit] = field(default_factory=list)

    def __getitem__(self, key: Key[T]) -> T:
        """Return a resource of the program: `work[SETTINGS]`."""
        return self.resources[key]

    def emit(self, event: Event) -> None:
        """Save `event` with this transaction; what follows from it happens after the commit."""
        self._events.append(event)

    def record(
        self,
        action: str,
        entity: str,
        entity_id: UUID | str,
        *,
        old: dict[str, Any] | None = None,
        new: dict[str, Any] | None = None,
    ) -> None:
        """Write an edit into the audit trail with this transaction."""
        self._edits.append(audit.Edit(action, entity, str(entity_id), old, new))

    def check_version(self, version: int) -> None:
        """Raise `PreconditionFailed` where the call was made for another version than `version`."""
        if self.expected_version not in {None, version}:
            raise PreconditionFailed

    def tick(self) -> datetime:
        """Read the business clock again and return it."""
        self.now = self.clock.now()
        return self.now

    async def without_connection(self, slow: Awaitable[Result]) -> Result:
        """Wait for `slow` while others use the connection; go on in a new transaction.

        What was changed before is committed, what was read may have changed: lock and compare it
        again. An Idempotency-Key is let go too; of two twins the slower is refused at the end.
        """
        await self.db.end()
        result = await slow
        self.tick()
        return result

    async def save_events(self) -> None:
        """Save what was emitted so far with this transaction: who emits very much holds little."""
        if self._events:
            await outbox.append(self.db, self._events, self.request_id)
            self._events.clear()

    async def _leave_behind(self) -> None:
        if self._edits:
            await audit.write(self.db, self.actor, self.now, self._edits, self.user_agent)
        await self.save_events()

    async def __aenter__(self) -> Self:
        """Begin; see `begin_work`."""
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Commit, or roll back; an error goes on either way."""
        db = self.db
        refusal = isinstance(error, ApiError) and error.saves_work and not self.read_only
        if error is not None and not refusal:
            await db.end(error)
            return
        if self._events or self._edits:
            try:
                await self._leave_behind()
            except BaseException as failed:
                await db.end(failed)
                raise
        await db.end()


def begin_work(
    database: Database,
    clock: Clock,
    resources: Resources,
    actor: Actor = SYSTEM,
    *,
    request_id: str = "",
    read_only: bool = False,
) -> Work:
    """Open the transaction of one request or job; commit at the end, roll back on any error.

    A refusal that must leave a trace (a wrong code counted, a stolen session ended) says so by
    `saves_work`: then the transaction is committed and the error raised afterwards.

    A read-only work holds a connection but no transaction: each of its statements stands alone,
    an entry of the audit trail (somebody looked) too. A work without a statement holds nothing.
    """
    db = database.lending(in_transaction=not read_only)
    return Work(db, clock, actor, clock.now(), resources, request_id, read_only)
