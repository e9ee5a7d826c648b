"""What an endpoint takes from a request: path, query, body, a retry's key, the version meant."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from aiohttp import StreamReader, hdrs, web
from pydantic import BaseModel, ValidationError

from api.kit import idempotency
from api.kit.actor import Actor
from api.kit.answer import JSON
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


class Call(NamedTuple):
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
        self._takes_key = endpoint.key_rule is not Idempotency.UNUSED
        self._demands_key = endpoint.key_rule is Idempotency.REQUIRED
        self._demands_version = endpoint.demands_version
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
        return self._call(request, actor, body, raw)

    def take_file(self, request: web.Request, actor: Actor, upload: Upload) -> Call:
        """Return what the request asks for with the file that it brought."""
        return self._call(request, actor, upload, upload)

    def _call(
        self, request: web.Request, actor: Actor, body: BaseModel, sent: bytes | Upload
    ) -> Call:
        asked = self._query_values(request) if "?" in request.raw_path else {}
        takes_path, takes_query = self._path is not Nothing, asked or self._query is not Nothing
        return Call(
            path=_values(self._path, request.match_info) if takes_path else _NOTHING,
            query=_values(self._query, asked) if takes_query else _NOTHING,
            body=body,
            claim=self._claim(request, actor, sent) if self._takes_key else None,
            expected_version=_version(request) if self._demands_version else None,
        )

    async def _read_body(self, request: web.Request) -> bytes:
        if request.headers.get(hdrs.CONTENT_TYPE) != JSON:  # nearly all say just that
            _check_media_type(request)
        content, limit = request.content, self._endpoint.body_limit
        if content.is_eof():  # it came with the head: nothing to wait for
            raw = content.read_nowait()
        elif (request.content_length or 0) > limit:
            raise _too_large(limit)
        else:
            raw = await self._read_slowly(content, limit)
        if len(raw) > limit:
            raise _too_large(limit)
        return raw

    async def _read_slowly(self, content: StreamReader, limit: int) -> bytes:
        """Return the body, or as much of it as shows that it is too large."""
        raw = bytearray()
        try:
            async with asyncio.timeout(self._body_s):
                async for chunk in content.iter_any():
                    raw += chunk
                    if len(raw) > limit:
                        break
        except TimeoutError as error:
            raise RequestTimeout(headers={"Connection": "close"}) from error
        return bytes(raw)

    def _query_values(self, request: web.Request) -> dict[str, Any]:
        """Return the query parameters; those that are taken as lists keep every value."""
        values = {name: request.query.getall(name) for name in request.query}
        lists = self._lists
        if many := [name for name, sent in values.items() if len(sent) > 1 and name not in lists]:
            message = "this stands in the query more than once: send it once"
            raise InvalidInput(fields=[FieldError(one, "duplicate_key", message) for one in many])
        return {name: sent if name in lists else sent[0] for name, sent in values.items()}

    def _claim(self, request: web.Request, actor: Actor, sent: bytes | Upload) -> Claim | None:
        header = request.headers.get(idempotency.HEADER)
        if header is None:
            if self._demands_key:
                raise IdempotencyKeyMissing("Send an Idempotency-Key header, for example a UUID")
            return None
        route = f"{self._endpoint.method} {request.path}"
        fingerprint = hashlib.sha256(sent).digest() if isinstance(sent, bytes) else sent.sha256
        return idempotency.claim_of(
            header, caller=actor.caller, route=route, fingerprint=fingerprint
        )


def _check_media_type(request: web.Request) -> None:
    if request.content_type != JSON:
        raise UnsupportedMediaType
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        message = "JSON is taken as UTF-8 only: send it so, and leave charset out"
        raise UnsupportedMediaType(message)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"At most {limit // KIB} KiB are taken here")


def _version(request: web.Request) -> int:
    given = request.headers.get("If-Match", "").strip('" ')
    if not (given.isascii() and given.isdigit()) or len(given) > 9:
        raise PreconditionRequired('Send If-Match with the ETag you read, for example "3"')
    return int(given)


def _values(model: type[Model], values: Mapping[str, Any]) -> Model | Nothing:
    for name, value in values.items():
        if any("\x00" in text for text in (name, *([value] if isinstance(value, str) else value))):
            shown = name.replace("\x00", "")
            raise InvalidInput(fields=[FieldError(shown, "invalid_text", "take the NUL out")])
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise InvalidInput(fields=field_errors(model, error)) from error
