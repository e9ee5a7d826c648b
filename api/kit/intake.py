"""What an endpoint takes from a request: path, query, body, a retry's key, the version meant."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from api.kit import idempotency, problems
from api.kit.actor import Actor
from api.kit.endpoint import KIB, AnyEndpoint, Idempotency
from api.kit.errors import (
    BodyTooLarge,
    FieldError,
    IdempotencyKeyMissing,
    InvalidInput,
    PreconditionRequired,
    RequestTimeout,
    UnsupportedMediaType,
)
from api.kit.field_errors import field_errors
from api.kit.idempotency import Claim
from api.kit.json_door import parse_body
from api.kit.schema import Nothing
from api.kit.upload import Upload

Model = TypeVar("Model", bound=BaseModel)

_NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Call:
    """What one request asks for, parsed."""

    path: Any
    query: Any
    body: Any
    claim: Claim | None
    expected_version: int | None


class Intake:
    """The way into one endpoint; what is the same for every request is worked out once."""

    def __init__(self, endpoint: AnyEndpoint, body_s: float) -> None:
        self._endpoint = endpoint
        self._body_s = body_s
        self._path, self._query, self._body, _reply = endpoint.signature
        self._lists = frozenset(
            field.alias
            for field in self._query.model_fields.values()
            if "list[" in str(field.annotation).lower()
        )

    async def take(self, request: web.Request, actor: Actor) -> Call:
        """Return what the request asks for; raise what is wrong with it."""
        raw = await self._read_body(request) if request.body_exists else b""
        body = parse_body(self._body, raw) if raw or self._body is not Nothing else _NOTHING
        return self._call(request, actor, body, lambda: hashlib.sha256(raw).digest())

    def take_file(self, request: web.Request, actor: Actor, upload: Upload) -> Call:
        """Return what the request asks for with the file that it brought."""
        return self._call(request, actor, upload, lambda: upload.sha256)

    def _call(
        self,
        request: web.Request,
        actor: Actor,
        body: BaseModel,
        fingerprint: Callable[[], bytes],
    ) -> Call:
        return Call(
            path=_values(self._path, request.match_info),
            query=_values(self._query, self._query_values(request)),
            body=body,
            claim=self._claim(request, actor, fingerprint),
            expected_version=_version(request) if self._endpoint.demands_version else None,
        )

    async def _read_body(self, request: web.Request) -> bytes:
        if request.content_type != problems.JSON:
            raise UnsupportedMediaType
        if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
            message = "JSON is taken as UTF-8 only: send it so, and leave charset out"
            raise UnsupportedMediaType(message)
        limit = self._endpoint.body_limit
        too_large = BodyTooLarge(f"At most {limit // KIB} KiB are taken here")
        if (request.content_length or 0) > limit:
            raise too_large
        if request.content.is_eof():  # it came with the head: nothing to wait for
            raw = request.content.read_nowait()
            if len(raw) > limit:
                raise too_large
            return raw
        return await self._read_slowly(request, limit, too_large)

    async def _read_slowly(
        self, request: web.Request, limit: int, too_large: BodyTooLarge
    ) -> bytes:
        raw = bytearray()
        try:
            async with asyncio.timeout(self._body_s):
                async for chunk in request.content.iter_any():
                    raw += chunk
                    if len(raw) > limit:
                        raise too_large
        except TimeoutError as error:
            raise RequestTimeout(headers={"Connection": "close"}) from error
        return bytes(raw)

    def _query_values(self, request: web.Request) -> dict[str, Any]:
        """Return the query parameters; those that are taken as lists keep every value."""
        if not request.rel_url.raw_query_string:
            return {}
        values = {name: request.query.getall(name) for name in request.query}
        lists = self._lists
        if many := [name for name, sent in values.items() if len(sent) > 1 and name not in lists]:
            message = "this stands in the query more than once: send it once"
            raise InvalidInput(fields=[FieldError(one, "duplicate_key", message) for one in many])
        return {name: sent if name in lists else sent[0] for name, sent in values.items()}

    def _claim(
        self, request: web.Request, actor: Actor, fingerprint: Callable[[], bytes]
    ) -> Claim | None:
        endpoint = self._endpoint
        header = request.headers.get(idempotency.HEADER)
        if header is None:
            if endpoint.key_rule is Idempotency.REQUIRED:
                raise IdempotencyKeyMissing("Send an Idempotency-Key header, for example a UUID")
            return None
        if endpoint.key_rule is Idempotency.UNUSED:
            return None
        route = f"{endpoint.method} {request.path}"
        return idempotency.claim_of(
            header, caller=actor.caller, route=route, fingerprint=fingerprint()
        )


def _version(request: web.Request) -> int:
    given = request.headers.get("If-Match", "").strip('" ')
    if not (given.isascii() and given.isdigit()) or len(given) > 9:
        raise PreconditionRequired('Send If-Match with the ETag you read, for example "3"')
    return int(given)


def _values(model: type[Model], values: Mapping[str, Any]) -> Model | Nothing:
    if not values and model is Nothing:
        return _NOTHING
    for name, value in values.items():
        if any("\x00" in text for text in (name, *([value] if isinstance(value, str) else value))):
            shown = name.replace("\x00", "")
            raise InvalidInput(fields=[FieldError(shown, "invalid_text", "take the NUL out")])
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise InvalidInput(fields=field_errors(model, error)) from error
