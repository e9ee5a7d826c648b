"""The door of route optimisation in the API document."""

from typing import Any

from api.optimize.door import BODY_LIMIT, PATH
from api.optimize.schema import Body

Json = dict[str, Any]
_REF = "#/components/schemas/Optimize{model}"
_ABOUT = (
    "Takes and answers VROOM's JSON (version 1.15) with vroom-express' `options`, not our envelope."
    " Unknown keys are refused. Send the service key of HERMOD_OPTIMIZE_KEY as bearer token;"
    " callers on the same machine need none where HERMOD_OPTIMIZE_LOCAL is true."
    f" Body: at most {BODY_LIMIT} bytes. Rate class: `write`."
)
_CODES = {
    200: "Solved: `code` 0, `summary`, `unassigned`, `routes`",
    400: "Input error: `code` 2",
    401: "No service key: `code` 2",
    408: "The body took too long to arrive: `code` 2",
    413: "Too many tasks, vehicles or bytes: `code` 4",
    429: "Too many calls: `code` 2",
    500: "Internal error: `code` 1",
    503: "Too many problems at once: `code` 1",
}
_SOLVED: Json = {
    "type": "object",
    "required": ["code", "summary", "unassigned", "routes"],
    "properties": {
        "code": {"const": 0},
        "summary": {"type": "object"},
        "unassigned": {"type": "array", "items": {"type": "object"}},
        "routes": {"type": "array", "items": {"type": "object"}},
    },
}
_FAILED: Json = {
    "type": "object",
    "required": ["code", "error"],
    "properties": {"code": {"type": "integer"}, "error": {"type": "string"}},
}


def with_optimize(found: Json) -> Json:
    """Return an API document with the door added."""
    schema = Body.model_json_schema(ref_template=_REF)
    parts = {f"Optimize{name}": part for name, part in schema.pop("$defs").items()}
    operation = {
        "operationId": "optimize_serve",
        "summary": "Plan routes for vehicles, jobs and shipments, in VROOM's format.",
        "description": _ABOUT,
        "tags": ["optimize"],
        "security": [{"serviceKey": []}, {}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(model="Body")}}},
        },
        "responses": {
            str(status): {
                "description": about,
                "content": {"application/json": {"schema": _SOLVED if status == 200 else _FAILED}},
            }
            for status, about in _CODES.items()
        },
    }
    components = found["components"]
    keys = {"serviceKey": {"type": "http", "scheme": "bearer"}}
    return {
        **found,
        "tags": sorted([*found["tags"], {"name": "optimize"}], key=lambda tag: str(tag["name"])),
        "paths": {**found["paths"], PATH: {"post": operation}},
        "components": {
            **components,
            "securitySchemes": {**components["securitySchemes"], **keys},
            "schemas": {**components["schemas"], **parts, "OptimizeBody": schema},
        },
    }
