"""The audit trail: it only grows, whoever asks."""

import asyncpg
import pytest

from api.kit.actor import SYSTEM, Actor
from api.kit.audit import Edit, write
from api.kit.clock import real_now
from api.kit.db import Database
from api.kit.ids import new_id
from api.kit.sandbox import SCHEMA

TRIED = (
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE {column} IS NOT NULL",
)


async def test_an_edit_keeps_old_and_new_values_and_the_address(database: Database) -> None:
    edits = [
        Edit("zone.change", "zone", "1", {"name": "a"}, {"name": "b"}),
        Edit("zone.look", "zone", "2", None, None),
    ]
    actor = Actor(address="2001:db8::7")
    async with database.transaction() as db:
        await write(db, actor, now := real_now(), edits, "caf\udcff")
        rows = await db.fetch("SELECT * FROM audit_logs ORDER BY id")
    assert [(r["action"], r["entity_id"], r["old_values"], r["new_values"]) for r in rows] == [
        ("zone.change", "1", {"name": "a"}, {"name": "b"}),
        ("zone.look", "2", None, None),
    ]
    assert {(str(r["ip_address"]), r["user_agent"], r["created_at"]) for r in rows} == {
        ("2001:db8::7", "caf?", now)
    }


@pytest.mark.parametrize("statement", TRIED)
async def test_an_edit_cannot_be_changed_or_removed(database: Database, statement: str) -> None:
    async with database.transaction() as db:
        await write(db, SYSTEM, real_now(), [Edit("a", "b", str(new_id()), None, None)])
    with pytest.raises(asyncpg.RaiseError, match="audit_logs is append-only"):
        async with database.transaction() as db:
            await db.execute(statement.format(table="audit_logs", column="action"))


@pytest.mark.parametrize("table", ["audit_logs", "delivery_events", "order_status_history"])
async def test_every_history_has_the_guard(database: Database, table: str) -> None:
    asked = """
        SELECT string_agg(event_manipulation, ' ' ORDER BY event_manipulation)
        FROM information_schema.triggers
        WHERE event_object_table = $1 AND action_timing = 'BEFORE' AND event_object_schema = $2
    """
    async with database.connection() as db:
        for schema in ("public", SCHEMA):
            assert await db.fetchval(asked, table, schema) == "DELETE UPDATE"
