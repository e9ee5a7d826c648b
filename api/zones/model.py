"""Tables and rows of zones: the markets in which we deliver."""

from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import MultiPolygon
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, String, Table
from sqlalchemy.dialects.postgresql import ARRAY

from api.kit.ids import ZoneId
from api.kit.tables import Shape, identity, metadata, stamps

zones = Table(
    "zones",
    metadata,
    identity(),
    Column("name", String(100), nullable=False),
    Column("code", String(40), nullable=False, unique=True),
    Column("polygon", Shape("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
    Column("h3_cells", ARRAY(BigInteger), nullable=False),
    Column("base_fee_minor", BigInteger, nullable=False),
    Column("per_km_fee_minor", BigInteger, nullable=False),
    Column("free_above_minor", BigInteger),
    Column("currency", String(3), nullable=False),
    Column("time_zone", String, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    *stamps(),
    Index("ix_zones_polygon", "polygon", postgresql_using="gist"),
)

currencies = Table(
    "currencies",
    metadata,
    Column("code", String(3), primary_key=True),
    Column("decimals", SmallInteger, nullable=False),
    comment="how many decimals the minor unit of a currency has",
)


@dataclass(frozen=True, slots=True)
class Zone:
    """A market: where we deliver, at which fees, in which time zone."""

    id: ZoneId
    name: str
    code: str
    polygon: MultiPolygon
    h3_cells: list[int]
    base_fee_minor: int
    per_km_fee_minor: int
    free_above_minor: int | None
    currency: str
    time_zone: str
    is_active: bool
    version: int
    created_at: datetime
    updated_at: datetime
