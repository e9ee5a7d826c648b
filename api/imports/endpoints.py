"""The door of imports: a file goes in, how it fares is read."""

from api.imports import service
from api.imports.schema import MOST_MB, ImportPath, ImportQuery, ImportView
from api.kit.endpoint import KIB, Endpoint, Owner
from api.kit.schema import Nothing
from api.kit.upload import Upload
from api.kit.work import Work


async def begin(work: Work, _path: Nothing, query: ImportQuery, file: Upload) -> ImportView:
    """Take a CSV file of orders in, in the background: all of its rows, or none."""
    return ImportView.of(await service.begin(work, query, file))


async def one(work: Work, path: ImportPath, _query: Nothing, _body: Nothing) -> ImportView:
    """How an import fares, and what is wrong with which row."""
    return ImportView.of(await service.get(work, path.import_id))


_ALL = "/api/v1/admin/order-imports"
_MAY = "order:import"

ENDPOINTS = (
    Endpoint(
        "POST",
        _ALL,
        begin,
        _MAY,
        Owner.OWN_ZONES,
        status=202,
        body_limit=MOST_MB * 1024 * KIB,
        location=f"{_ALL}/{{id}}",
    ),
    Endpoint("GET", f"{_ALL}/{{importId}}", one, _MAY, Owner.OWN_ZONES),
)
