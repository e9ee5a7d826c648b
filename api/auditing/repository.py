"""Every statement that reads the audit trail; `kit/audit.py` writes it."""

from api.auditing.model import Entry
from api.auditing.schema import TrailQuery
from api.kit.page import offset_of
from api.kit.statement import Query
from api.kit.work import Work

_CHOSEN = """
    FROM audit_logs AS l LEFT JOIN users AS u ON u.id = l.user_id
    WHERE (:user_id::uuid IS NULL OR l.user_id = :user_id)
      AND (:action::text IS NULL OR l.action = :action OR starts_with(l.action, :action || '.'))
      AND (:entity_type::text IS NULL OR l.entity_type = :entity_type)
      AND (:entity_id::text IS NULL OR l.entity_id = :entity_id)
      AND (:since::timestamptz IS NULL OR l.created_at >= :since)
      AND (:until::timestamptz IS NULL OR l.created_at < :until)
"""
_PAGE = Query(
    Entry,
    "SELECT l.*, trim(u.first_name || ' ' || u.last_name) AS actor_name"
    + _CHOSEN
    + "ORDER BY l.id DESC LIMIT :limit OFFSET :offset",
)
_COUNT = Query(int, "SELECT count(*)" + _CHOSEN)


async def page(work: Work, query: TrailQuery) -> tuple[list[Entry], int]:
    """Return some entries, newest first, and the number of all that fit."""
    chosen = query.model_dump(exclude={"page", "page_size"})
    found = await _PAGE.all(work.db, **chosen, limit=query.page_size, offset=offset_of(query))
    return found, await _COUNT.value(work.db, **chosen)
