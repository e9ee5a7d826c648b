"""Endpoint: one row of an endpoint table, router entry and API document in one."""

from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar, get_type_hints

from pydantic import BaseModel

from api.kit.actor import PUBLIC
from api.kit.rate_limit import RateClass
from api.kit.upload import Upload
from api.kit.work import Work

Path = TypeVar("Path", bound=BaseModel)
Query = TypeVar("Query", bound=BaseModel)
Body = TypeVar("Body", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)

KIB = 1024


class Owner(StrEnum):
    """Whose things an endpoint shows or changes; the handler's queries enforce it."""

    ANYONE = "anyone"
    SELF = "self"
    OWN_ORDERS = "own orders"
    OWN_COMPANY = "own company"
    OWN_DELIVERIES = "own deliveries"
    LINK_HOLDER = "holder of the link"
    OWN_ZONES = "own zones; without zones everything"
    PLATFORM = "everything on the platform"


class Idempotency(StrEnum):
    """What an endpoint does with the Idempotency-Key header."""

    UNUSED = "unused"
    HONOURED = "honoured"
    REQUIRED = "required"


class Signature(NamedTuple):
    """The models that a handler takes and gives, read from its annotations."""

    path: type[BaseModel]
    query: type[BaseModel]
    body: type[BaseModel]
    reply: type[BaseModel]


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[Path, Query, Body, Reply]):
    """One HTTP operation. `handler(work, path, query, body)` runs in one transaction.

    GET runs without BEGIN. A body of the type `Upload` is a file, and so is a reply of the type
    `Download`. A `versioned` endpoint answers with an ETag (the reply's `version`) and
    demands If-Match for changes. Models are read from the handler's annotations, the operation's
    summary in the docs is the first line of its docstring. A `location` with `{id}` of the reply
    is where what was asked for can be read.
    """

    method: str
    path: str
    handler: Callable[[Work, Path, Query, Body], Awaitable[Reply]]
    permission: str
    owner: Owner
    _: KW_ONLY
    status: int = 200
    rate: RateClass | None = None
    body_limit: int = 64 * KIB
    idempotency: Idempotency | None = None
    versioned: bool = False
    location: str | None = None

    @property
    def signature(self) -> Signature:
        """Return the handler's models: path, query, body and reply."""
        return _signature(self.handler)

    @property
    def reads_only(self) -> bool:
        """Tell whether the endpoint changes nothing."""
        return self.method == "GET"

    @property
    def takes_file(self) -> bool:
        """Tell whether the body is a file."""
        return self.signature.body is Upload

    @property
    def rate_class(self) -> RateClass:
        """Return the limit that calls count against."""
        if self.rate is not None:
            return self.rate
        if self.permission == PUBLIC:
            return RateClass.PUBLIC
        if self.takes_file:
            return RateClass.UPLOAD
        return RateClass.READ if self.reads_only else RateClass.WRITE

    @property
    def key_rule(self) -> Idempotency:
        """Return what the endpoint does with Idempotency-Key: honoured on every POST."""
        if self.idempotency is not None:
            return self.idempotency
        return Idempotency.HONOURED if self.method == "POST" else Idempotency.UNUSED

    @property
    def demands_version(self) -> bool:
        """Tell whether a call must name the version it was made for."""
        return self.versioned and self.method in {"PUT", "PATCH", "DELETE"}

    @property
    def summary(self) -> str:
        """Return one sentence for the docs."""
        return (self.handler.__doc__ or "").strip().partition("\n")[0]


@cache
def _signature(handler: Callable[..., Any]) -> Signature:
    hints = get_type_hints(handler)
    reply = hints.pop("return")
    _work, path, query, body = hints.values()
    return Signature(path, query, body, reply)


AnyEndpoint: TypeAlias = Endpoint[Any, Any, Any, Any]
