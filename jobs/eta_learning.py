"""How good ETAs were: some are kept as they were told, and compared with when the goods came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.deliveries.lifecycle import DeliveryStatus
from api.kit.ids import DeliveryId, new_id
from api.kit.statement import Command, Query
from api.kit.work import Work
from dispatch.eta_range import Asked, Calibration, calibrated
from jobs.station import Station

NEWEST = 10_000
"""So many samples are learned from: the last ones, because cities change."""
KEEP = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Told:
    """An ETA of a delivery as it was worked out at some moment."""

    delivery_id: DeliveryId
    asked: Asked
    horizon: int
    at: datetime


@dataclass(frozen=True, slots=True)
class _Fared:
    told_at: datetime
    eta_at: datetime
    aboard: bool
    delivered_at: datetime


_KEEP = Command(
    """
    INSERT INTO eta_samples (id, delivery_id, aboard, horizon, told_at, eta_at)
    SELECT * FROM unnest(:ids::uuid[], :delivery_ids::uuid[], :aboard::bool[],
                         :horizons::smallint[], :told::timestamptz[], :etas::timestamptz[])
    ON CONFLICT (delivery_id, aboard, horizon) DO NOTHING
    """
)
_FARED = Query(
    _Fared,
    """
    SELECT s.told_at, s.eta_at, s.aboard, d.delivered_at
    FROM eta_samples AS s JOIN deliveries AS d ON d.id = s.delivery_id
    WHERE d.status = :delivered AND d.attempt = 1 AND d.delivered_at >= s.told_at
    ORDER BY s.told_at DESC LIMIT :newest
    """,
)
_OLD = Command("DELETE FROM eta_samples WHERE told_at < :before")


async def keep(work: Work, told: Sequence[Told]) -> None:
    """Keep ETAs to learn from: of a delivery one of each kind, the first."""
    if told:
        await _KEEP.run(
            work.db,
            ids=[new_id() for _ in told],
            delivery_ids=[one.delivery_id for one in told],
            aboard=[one.asked.aboard for one in told],
            horizons=[one.horizon for one in told],
            told=[work.now] * len(told),
            etas=[one.at for one in told],
        )


async def learn(station: Station) -> Calibration:
    """Return what the newest deliveries teach about ETAs."""
    async with station.work(read_only=True) as work:
        rows = await _FARED.all(work.db, delivered=DeliveryStatus.DELIVERED, newest=NEWEST)
    return calibrated(
        (asked_at(row.told_at, row.eta_at, aboard=row.aboard), _took_s(row)) for row in rows
    )


def asked_at(now: datetime, eta: datetime, *, aboard: bool) -> Asked:
    """Return an ETA as the calibration sees it; the hour is that of UTC."""
    return Asked(max(0.0, (eta - now).total_seconds()), now.hour, aboard)


def _took_s(row: _Fared) -> float:
    return (row.delivered_at - row.told_at).total_seconds()


async def forget_old(station: Station) -> None:
    """Delete what is too old to learn from (business time)."""
    async with station.database.connection() as db:
        await _OLD.run(db, before=station.clock.now() - KEEP)
