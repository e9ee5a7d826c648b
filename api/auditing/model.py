"""The row of the audit trail, with the name of who acted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.kit.ids import UserId


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who, what, on what, from which values to which."""

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
    created_at: datetime
