"""What administrators ask of the audit trail and get."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from api.auditing.model import Entry
from api.kit.ids import UserId
from api.kit.schema import Moment, PageQuery, View, WhenGiven

Word = Annotated[str, Field(min_length=1, max_length=100)]


class TrailQuery(PageQuery):
    """Which entries: by actor, act (`user` finds `user.block` too), thing, and time."""

    user_id: UserId | None = None
    action: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$", max_length=100)] | None = None
    entity_type: Word | None = None
    entity_id: Word | None = None
    since: WhenGiven | None = None
    until: WhenGiven | None = None


class EntryView(View):
    """One act; without a user the system itself acted, or somebody not signed in."""

    id: UUID
    user_id: UserId | None
    actor_name: str | None
    action: str
    entity_type: str
    entity_id: str
    old_values: dict[str, Any] | None
    new_values: dict[str, Any] | None
    ip_address: str | None
    user_agent: str | None
    created_at: Moment

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the view of `entry`."""
        plain = {n: getattr(entry, n) for n in cls.model_fields if n != "ip_address"}
        address = None if entry.ip_address is None else str(entry.ip_address)
        return cls(ip_address=address, **plain)
