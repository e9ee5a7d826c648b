"""The API document (OpenAPI 3.1), made of the endpoint tables and the error table."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.kit.actor import PUBLIC, SIGNED_IN
from api.kit.download import Download
from api.kit.endpoint import AnyEndpoint, Idempotency
from api.kit.errors import ApiError, every_error
from api.kit.rate_limit import RateClass
from api.kit.schema import Empty, Nothing, TextFile
from api.kit.upload import Upload

REF = "#/components/schemas/{model}"
Json = dict[str, Any]


def document(endpoints: Sequence[AnyEndpoint], *, title: str, version: str, about: str) -> Json:
    """Return the OpenAPI document of `endpoints`."""
    schemas, definitions = models_json_schema(_modelled(endpoints), ref_template=REF)
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, schemas)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": about},
        "servers": [{"url": "/"}],
        "security": [{"accessToken": []}],
        "tags": [{"name": tag} for tag in sorted({_tag(e) for e in endpoints})],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "accessToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "an access token (JWT) of a person, or an API key of a program",
                }
            },
            "schemas": {**definitions.get("$defs", {}), **_ERROR_SCHEMAS},
            "responses": _error_responses(),
        },
    }


def _modelled(endpoints: Iterable[AnyEndpoint]) -> list[tuple[type[BaseModel], Any]]:
    found: list[tuple[type[BaseModel], Any]] = []
    for endpoint in endpoints:
        path, query, body, reply = endpoint.signature
        found += [(model, "validation") for model in (path, query, body)]
        if not issubclass(reply, TextFile):
            found.append((reply, "serialization"))
    return [pair for pair in dict.fromkeys(found) if pair[0] not in {Upload, Download}]


def _tag(endpoint: AnyEndpoint) -> str:
    return endpoint.handler.__module__.split(".")[1]


def _operation(endpoint: AnyEndpoint, schemas: dict[Any, Json]) -> Json:
    path_model, query_model, body_model, _reply = endpoint.signature
    operation: Json = {
        "operationId": f"{_tag(endpoint)}_{endpoint.handler.__name__}",
        "summary": endpoint.summary,
        "description": _conditions(endpoint),
        "tags": [_tag(endpoint)],
        "parameters": [
            *_parameters(path_model, "path"),
            *_parameters(query_model, "query"),
            *_headers(endpoint),
        ],
        "responses": {
            str(endpoint.status): _success(endpoint, schemas),
            **({"304": _UNCHANGED} if _may_be_unchanged(endpoint) else {}),
            **({"206": _FILE} if endpoint.signature.reply is Download else {}),
            **{str(status): {"$ref": ref} for status, ref in _possible_errors(endpoint)},
        },
    }
    if endpoint.takes_file:
        operation["requestBody"] = _FILE_BODY
    elif body_model is not Nothing:
        schema = schemas[(body_model, "validation")]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    if endpoint.permission == PUBLIC:
        operation["security"] = []
    return operation


def _may_be_unchanged(endpoint: AnyEndpoint) -> bool:
    return endpoint.reads_only and (endpoint.versioned or endpoint.signature.reply is Download)


def _conditions(endpoint: AnyEndpoint) -> str:
    return (
        f"Permission: `{endpoint.permission}`, on {endpoint.owner}. "
        f"Rate class: `{endpoint.rate_class}`. Body: at most {endpoint.body_limit} bytes. "
        f"Idempotency-Key: {endpoint.key_rule}."
    )


def _parameters(model: type[BaseModel], place: str) -> list[Json]:
    schema = model.model_json_schema(ref_template=REF)
    required = set(schema.get("required", ()))
    return [
        {
            "name": name,
            "in": place,
            "required": place == "path" or name in required,
            "schema": _inlined(inner, schema),
        }
        for name, inner in schema.get("properties", {}).items()
    ]


def _inlined(schema: Any, whole: Json) -> Any:
    """Return a parameter's schema with references into its own model written out."""
    if isinstance(schema, list):
        return [_inlined(part, whole) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if ref := schema.get("$ref"):
        return whole["$defs"][str(ref).rpartition("/")[2]]
    return {name: _inlined(inner, whole) for name, inner in schema.items()}


def _headers(endpoint: AnyEndpoint) -> list[Json]:
    text = {"type": "string"}
    found: list[Json] = []
    if endpoint.key_rule is not Idempotency.UNUSED:
        needed = endpoint.key_rule is Idempotency.REQUIRED
        schema = {**text, "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
        found.append({
            "name": "Idempotency-Key",
            "in": "header",
            "required": needed,
            "schema": schema,
        })
    if endpoint.demands_version:
        schema = {**text, "pattern": '^"?[0-9]{1,9}"?$'}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": schema})
    if endpoint.versioned and endpoint.reads_only:
        found.append({"name": "If-None-Match", "in": "header", "required": False, "schema": text})
    return found


def _success(endpoint: AnyEndpoint, schemas: dict[Any, Json]) -> Json:
    if endpoint.status == 204:
        return {"description": "Done"}
    reply = endpoint.signature.reply
    if reply is Download:
        return _FILE
    if issubclass(reply, TextFile):
        text = {"schema": {"type": "string"}}
        return {"description": "The file", "content": dict.fromkeys(reply.media_types, text)}
    data: Json = {"type": "null"}
    if reply is not Empty:
        data = schemas[(reply, "serialization")]
    envelope = {
        "type": "object",
        "required": ["success", "data", "message"],
        "properties": {"success": {"const": True}, "data": data, "message": {"type": "null"}},
    }
    told: Json = {"description": "Done", "content": {"application/json": {"schema": envelope}}}
    text = {"schema": {"type": "string"}}
    headers = {"ETag": {"description": "the version", **text}} if endpoint.versioned else {}
    if endpoint.location is not None:
        headers["Location"] = {"description": "where to read on", **text}
    return {**told, "headers": headers} if headers else told


def _possible_errors(endpoint: AnyEndpoint) -> list[tuple[int, str]]:
    statuses = {400, 408, 413, 415, 422, 429, 500, 503}
    if endpoint.permission != PUBLIC:
        statuses |= {401, 403}
    if endpoint.signature.path is not Nothing or endpoint.permission == SIGNED_IN:
        statuses.add(404)  # one's own account may be gone
    if not endpoint.reads_only:
        statuses.add(409)
    if endpoint.permission == PUBLIC and not endpoint.reads_only:
        statuses |= {401, 404}
    if endpoint.rate_class is RateClass.AUTH:
        statuses.add(403)  # test keys sign nobody in
    if endpoint.demands_version:
        statuses |= {412, 428}
    if endpoint.signature.reply is Download:
        statuses.add(416)
    return [(status, f"#/components/responses/E{status}") for status in sorted(statuses)]


def _error_responses() -> dict[str, Json]:
    by_status: dict[int, list[type[ApiError]]] = {}
    for kind in every_error():
        by_status.setdefault(kind.status, []).append(kind)
    return {
        f"E{status}": {
            "description": "; ".join(sorted({f"{kind.code}: {kind.title}" for kind in kinds})),
            "content": {
                "application/json": {"schema": {"$ref": REF.format(model="Failure")}},
                "application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}},
            },
        }
        for status, kinds in sorted(by_status.items())
    }


_BYTES: Json = {"type": "string", "format": "binary"}
_FORM: Json = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": _BYTES},
    "additionalProperties": False,
}
_FILE_BODY: Json = {
    "required": True,
    "content": {"multipart/form-data": {"schema": _FORM}, "*/*": {"schema": _BYTES}},
}
_FILE: Json = {
    "description": "The file; with a Range header 206 and the part asked for",
    "content": {"*/*": {"schema": _BYTES}},
}
_UNCHANGED: Json = {"description": "The version named in If-None-Match is the newest one"}

_FIELD_ERRORS: Json = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field", "code", "message"],
        "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
    },
}

_ERROR_SCHEMAS: dict[str, Json] = {
    "Failure": {
        "type": "object",
        "required": ["success", "data", "message", "code", "requestId", "errors"],
        "properties": {
            "success": {"const": False},
            "data": {"type": "null"},
            "message": {"type": "string"},
            "code": {"type": "string"},
            "requestId": {"type": "string"},
            "errors": _FIELD_ERRORS,
        },
    },
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "code", "requestId", "errors"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "code": {"type": "string"},
            "requestId": {"type": "string"},
            "errors": _FIELD_ERRORS,
        },
    },
}
