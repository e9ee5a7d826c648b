"""The journal: fixes made durable as they come, many in one row, until they find their place.

To make a fix durable costs no decoding and no index entry. Whoever settles them takes the oldest
entries first, one at a time in the whole installation.
"""

from dataclasses import dataclass

from api.kit.db import Connection
from api.kit.statement import Command, Query

ENTRIES = 1000
"""Entries looked at in one round, at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Packed records (`tracking/trail.py`), numbered in the sequence written."""

    id: int
    packed: bytes


_ADD = Command("INSERT INTO trail_journal (fixes, packed) VALUES (:fixes, :packed)")
_OLDEST = Query(
    Entry,
    """
    SELECT id, packed FROM (
        SELECT id, packed, sum(fixes) OVER (ORDER BY id) - fixes AS before
        FROM (SELECT * FROM trail_journal ORDER BY id LIMIT :entries) AS oldest
    ) AS counted
    WHERE before < :fixes ORDER BY id
    """,
)
_DROP = Command("DELETE FROM trail_journal WHERE id = ANY(:ids)")
_MY_TURN = Query(bool, "SELECT pg_try_advisory_xact_lock(hashtextextended('trail_journal', 0))")


async def add(db: Connection, packed: bytes, fixes: int) -> None:
    """Write packed records down, in the caller's transaction."""
    await _ADD.run(db, packed=packed, fixes=fixes)


async def take(db: Connection, fixes: int) -> list[Entry]:
    """Take the oldest entries with about so many fixes out, in the caller's transaction.

    Returns nothing while somebody else is at it.
    """
    if not await _MY_TURN.value(db):
        return []
    found = await _OLDEST.all(db, entries=ENTRIES, fixes=fixes)
    if found:
        await _DROP.run(db, ids=[one.id for one in found])
    return found
