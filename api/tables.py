"""Every module's tables, loaded: importing this file makes the metadata complete."""

from api.companies import model as companies
from api.couriers import model as couriers
from api.deliveries import model as deliveries
from api.devices import model as devices
from api.following import model as following
from api.identity import model as identity
from api.kit import audit, idempotency, lease, outbox, tables
from api.offers import model as offers
from api.orders import model as orders
from api.profiles import model as profiles
from api.zones import model as zones

MODULES = (
    identity,
    zones,
    profiles,
    companies,
    couriers,
    devices,
    orders,
    deliveries,
    offers,
    following,
    audit,
    outbox,
    idempotency,
    lease,
)

metadata = tables.metadata
