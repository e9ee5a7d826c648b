"""Every module's tables, loaded: importing this file makes the metadata complete."""

from api.alerts import model as alerts
from api.companies import model as companies
from api.content import model as content
from api.couriers import model as couriers
from api.deliveries import model as deliveries
from api.devices import model as devices
from api.files import model as files
from api.following import model as following
from api.identity import model as identity
from api.imports import model as imports
from api.kit import audit, idempotency, lease, outbox, tables
from api.offers import model as offers
from api.orders import model as orders
from api.profiles import model as profiles
from api.service_keys import model as service_keys
from api.slots import model as slots
from api.system_settings import model as system_settings
from api.webhooks import model as webhooks
from api.zones import model as zones

MODULES = (
    identity,
    zones,
    slots,
    files,
    profiles,
    service_keys,
    webhooks,
    content,
    system_settings,
    companies,
    couriers,
    devices,
    orders,
    imports,
    deliveries,
    offers,
    alerts,
    following,
    audit,
    outbox,
    idempotency,
    lease,
)

metadata = tables.metadata
