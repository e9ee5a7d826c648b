"""Every statement about tracking links."""

from datetime import datetime

from sqlalchemy import bindparam

from api.following.model import TrackingLink, tracking_links
from api.kit.ids import OrderId
from api.kit.statement import Command, Query, columns, inserting, selecting
from api.kit.work import Work

_ADD = inserting(TrackingLink, tracking_links)
_BY_HASH = Query(
    TrackingLink,
    selecting(TrackingLink, tracking_links).where(
        tracking_links.c.token_hash == bindparam("token_hash")
    ),
)
_REVOKE = Query(
    TrackingLink,
    """
    UPDATE tracking_links SET revoked_at = :now
    WHERE order_id = :order_id AND revoked_at IS NULL RETURNING *
    """,
)
_SHORTEN = Command(
    """
    UPDATE tracking_links SET expires_at = least(expires_at, :until)
    WHERE order_id = :order_id
    """
)


async def add(work: Work, link: TrackingLink) -> None:
    """Save a new link."""
    await _ADD.run(work.db, **columns(link))


async def by_hash(work: Work, token_hash: bytes) -> TrackingLink | None:
    """Return the link whose token has this hash."""
    return await _BY_HASH.one(work.db, token_hash=token_hash)


async def revoke_all(work: Work, order_id: OrderId) -> list[TrackingLink]:
    """Revoke the links of an order; return those that were open."""
    return await _REVOKE.all(work.db, order_id=order_id, now=work.now)


async def shorten(work: Work, order_id: OrderId, until: datetime) -> None:
    """Let the links of an order end at `until` at the latest."""
    await _SHORTEN.run(work.db, order_id=order_id, until=until)
