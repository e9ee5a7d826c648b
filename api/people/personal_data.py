"""PERSONAL: every table that holds something about a person, and what becomes of it.

A test walks the foreign keys from `users`: a table that can be reached and is missing here fails.
`rows` picks the person's rows (`:id` is the user). `erase` is what erasure does to them; without it
they stay, and `why` says the reason. A row may be about two people: the columns `of_the_other` stay
out of the export of whoever is not meant by `own`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from api.kit import idempotency
from api.kit.ids import UserId
from api.kit.statement import Command, Query
from api.kit.work import Work
from api.trails.chunks import shown
from geo.chunk import unpack

MOST_ROWS = 10_000
"""So many rows of a table go into one export; of a trail the newest."""

_COURIER = "courier_id IN (SELECT id FROM couriers WHERE user_id = :id)"
_ORDER = "order_id IN (SELECT id FROM orders WHERE user_id = :id)"
_CARRIED = f"({_ORDER} OR {_COURIER})"
_OWN_DELIVERY = f"delivery_id IN (SELECT id FROM deliveries WHERE {_ORDER})"
_CARRIED_IDS = f"delivery_id IN (SELECT id FROM deliveries WHERE {_CARRIED})"
_OWN_HISTORY = f"({_ORDER} OR changed_by_user_id = :id)"
_NO_CONTACT = '\'{"contactName": null, "contactPhone": null, "notes": null, "address": "erased"}\''
_ROUGH = "ST_SnapToGrid({place}::geometry, 0.01)::geography"


@dataclass(frozen=True, slots=True)
class Held:
    """What one table holds about a person."""

    rows: str
    erase: str | None = None
    why: str = ""
    hidden: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    own: str = "true"
    of_the_other: tuple[str, ...] = ()
    unfolded: Callable[[dict[str, Any]], list[dict[str, Any]]] | None = None

    def export(self, table: str) -> str:
        """Return the statement that reads the person's rows, places as GeoJSON."""
        as_geojson = "".join(
            f" || jsonb_build_object('{place}', ST_AsGeoJSON(t.{place})::jsonb)"
            for place in self.places
        )
        newest = _NEWEST_FIRST.get(table, "")
        kept_back = f"CASE WHEN {self.own} THEN '{{}}' ELSE '{{{','.join(self.of_the_other)}}}' END"
        return (
            f"SELECT (to_jsonb(t){as_geojson}) - {kept_back}::text[] AS values FROM {table} AS t "
            f"WHERE {self.rows}{newest} LIMIT {MOST_ROWS + 1}"
        )


def _fixes_of(chunk: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fixes of a packed day, newest first: a person cannot read a chunk."""
    fixes = shown(unpack(bytes.fromhex(chunk["packed"].removeprefix("\\x"))).in_time())
    return [
        {
            "courier_id": chunk["courier_id"],
            "epoch": fix.epoch,
            "seq": fix.seq,
            "ts": fix.ts.isoformat(),
            "location": fix.location
            and {"type": "Point", "coordinates": [fix.location.lng, fix.location.lat]},
            "accuracy_m": fix.accuracy_m,
            "speed_mps": fix.speed_mps,
            "heading_deg": fix.heading_deg,
            "refusal": fix.refusal,
        }
        for fix in reversed(fixes)
    ]


_NEWEST_FIRST = {"courier_positions": " ORDER BY ts DESC", "trail_chunks": " ORDER BY day DESC"}

PERSONAL: dict[str, Held] = {
    "users": Held(
        rows="id = :id",
        erase="""
            UPDATE users SET email = NULL, phone = NULL, password_hash = NULL,
                first_name = 'erased', last_name = 'erased', date_of_birth = NULL,
                iin_sealed = NULL, iin_hash = NULL, avatar_file_id = NULL,
                is_active = false, blocked_reason = NULL,
                deleted_at = :now, updated_at = :now, version = version + 1
            WHERE id = :id
        """,
        hidden=("password_hash", "iin_sealed", "iin_hash"),
    ),
    "sessions": Held(
        rows="user_id = :id",
        erase="UPDATE sessions SET device = NULL, ip = NULL WHERE user_id = :id",
        hidden=("token_hash",),
    ),
    "one_time_codes": Held(
        rows="user_id = :id",
        erase="DELETE FROM one_time_codes WHERE user_id = :id",
        hidden=("code_hash",),
    ),
    "oauth_identities": Held(
        rows="user_id = :id", erase="DELETE FROM oauth_identities WHERE user_id = :id"
    ),
    "files": Held(
        rows="owner_id = :id AND deleted_at IS NULL",
        erase="UPDATE files SET deleted_at = created_at, name = NULL WHERE owner_id = :id",
        hidden=("key", "sha256"),
    ),
    "import_jobs": Held(
        rows="user_id = :id",
        erase="UPDATE import_jobs SET file_name = NULL WHERE user_id = :id",
        why="how many rows were taken in, without whom; the file itself goes when it is over",
    ),
    "api_keys": Held(
        rows="(user_id = :id OR created_by_user_id = :id)",
        why="credentials of programs: who handed them out must stay provable",
        hidden=("key_hash",),
    ),
    "webhooks": Held(
        rows="(user_id = :id OR created_by_user_id = :id)",
        why="where data went, and who had it sent there, must stay provable",
        hidden=("secret_sealed", "former_secret_sealed"),
    ),
    "webhook_messages": Held(
        rows="webhook_id IN (SELECT id FROM webhooks WHERE user_id = :id)",
        why="they go by themselves after a week, and hold ids, no names",
    ),
    "system_settings": Held(
        rows="updated_by_user_id = :id", why="who changed a setting must stay provable"
    ),
    "addresses": Held(
        rows="user_id = :id",
        erase="DELETE FROM addresses WHERE user_id = :id",
        places=("location",),
    ),
    "user_preferences": Held(
        rows="user_id = :id", erase="DELETE FROM user_preferences WHERE user_id = :id"
    ),
    "notification_settings": Held(
        rows="user_id = :id", erase="DELETE FROM notification_settings WHERE user_id = :id"
    ),
    "consents": Held(rows="user_id = :id", why="proof of what was agreed to; names nobody"),
    "couriers": Held(
        rows="user_id = :id",
        erase="""
            UPDATE couriers SET vehicle_number = NULL, rejected_reason = NULL, is_active = false,
                current_location = NULL, last_location_update = NULL, updated_at = :now
            WHERE user_id = :id
        """,
        places=("current_location",),
    ),
    "courier_devices": Held(
        rows=_COURIER,
        erase=f"DELETE FROM courier_devices WHERE {_COURIER}",
        hidden=("token_hash",),
    ),
    # before the rows: these are erased first, and wait for whoever packs them just now
    "trail_chunks": Held(
        rows=_COURIER,
        erase=f"DELETE FROM trail_chunks WHERE {_COURIER}",
        unfolded=_fixes_of,
    ),
    "courier_positions": Held(
        rows=_COURIER,
        erase=f"DELETE FROM courier_positions WHERE {_COURIER}",
        places=("location",),
    ),
    "undated_fixes": Held(
        rows=_COURIER,
        erase=f"DELETE FROM undated_fixes WHERE {_COURIER}",
        places=("location",),
    ),
    "orders": Held(
        rows="user_id = :id",
        erase=f"""
            UPDATE orders SET notes = NULL, external_reference = NULL, gift_message = NULL,
                recipient_name = NULL, recipient_phone = NULL, cancel_reason = NULL,
                pickup_snapshot = pickup_snapshot || {_NO_CONTACT}::jsonb
                    || '{{"latitude": 0, "longitude": 0}}'::jsonb,
                delivery_snapshot = delivery_snapshot || {_NO_CONTACT}::jsonb
                    || '{{"latitude": 0, "longitude": 0}}'::jsonb,
                pickup_location = {_ROUGH.format(place="pickup_location")},
                delivery_location = {_ROUGH.format(place="delivery_location")}
            WHERE user_id = :id
        """,
        why="what was sold stays in the books, without whom, and with a rough place only",
        places=("pickup_location", "delivery_location"),
    ),
    "order_items": Held(
        rows=_ORDER,
        erase=f"UPDATE order_items SET title = 'erased' WHERE {_ORDER}",
        why="how much was carried stays in the books; the title is the customer's own words",
    ),
    "order_status_history": Held(
        rows=_OWN_HISTORY,
        erase=f"UPDATE order_status_history SET comment = NULL WHERE {_OWN_HISTORY}",
        why="the steps stay in the books, without words",
    ),
    "tracking_links": Held(
        rows=_ORDER,
        erase=f"DELETE FROM tracking_links WHERE {_ORDER}",
        hidden=("token_hash",),
    ),
    "deliveries": Held(
        rows=_CARRIED,
        erase=f"""
            UPDATE deliveries SET notes = NULL, received_by = NULL,
                pickup_location = {_ROUGH.format(place="pickup_location")},
                dropoff_location = {_ROUGH.format(place="dropoff_location")}
            WHERE {_ORDER}
        """,
        why="the carriage belongs to two people: the courier's side holds an id only",
        places=("pickup_location", "dropoff_location"),
        own=_ORDER,
        of_the_other=(
            "notes",
            "received_by",
            "pickup_location",
            "dropoff_location",
            "pickup_h3",
            "dropoff_h3",
        ),
    ),
    "delivery_events": Held(
        rows=f"(actor_id = :id OR {_COURIER})",
        erase=f"""
            UPDATE delivery_events SET data = data - 'comment'
            WHERE {_OWN_DELIVERY} OR actor_id = :id OR {_COURIER}
        """,
        why="the steps of the carriage stay, without words",
        places=("location",),
        own="actor_id = :id",
        of_the_other=("data",),
    ),
    "delivery_offers": Held(
        rows=_COURIER,
        why="decisions keep their reasons; they name an id",
        hidden=("card", "plan"),
    ),
    "delivery_routes": Held(rows=_COURIER, why="what was driven, without where"),
    "route_stops": Held(rows=_CARRIED_IDS, why="when a stop was made, without where"),
    "alerts": Held(rows=_CARRIED_IDS, why="what a dispatcher was told to look at, without where"),
    "eta_samples": Held(rows=_CARRIED_IDS, why="how good our ETAs were, without where"),
    "audit_logs": Held(
        rows="user_id = :id",
        why="append-only: who did what must stay provable",
        hidden=("old_values", "new_values"),
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as values."""

    values: dict[str, Any]


_EXPORTS = {table: Query(Row, held.export(table)) for table, held in PERSONAL.items()}
_LET_WORDS_GO = Command("SELECT set_config('hermod.erasing', 'on', true)")
"""Until the transaction ends, words may be taken out of append-only tables (migration 0008)."""

_ERASURES = [
    (Command(held.erase), ":now" in held.erase)
    for held in PERSONAL.values()
    if held.erase is not None
]


async def collect(work: Work, user_id: UserId) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Return the rows about a person by table, and the tables that hold more than one export takes.

    Hashes and sealed values are left out.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    cut = []
    for table, query in _EXPORTS.items():
        held = PERSONAL[table]
        rows = [row.values for row in await query.all(work.db, id=user_id)]
        if held.unfolded is not None:
            unfolded = (one for row in rows for one in held.unfolded(row))
            rows = list(islice(unfolded, MOST_ROWS + 1))
        if len(rows) > MOST_ROWS:
            cut.append(table)
        found[table] = [
            {name: value for name, value in row.items() if name not in held.hidden}
            for row in rows[:MOST_ROWS]
        ]
    return found, cut


async def erase(work: Work, user_id: UserId, now: datetime) -> None:
    """Delete what may go and take the person out of what must stay."""
    await _LET_WORDS_GO.run(work.db)
    await idempotency.forget_caller(work.db, str(user_id))
    for command, dated in reversed(_ERASURES):  # those found through others go first
        if dated:
            await command.run(work.db, id=user_id, now=now.astimezone(UTC))
        else:
            await command.run(work.db, id=user_id)
