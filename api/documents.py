"""Documents made of the code: `python -m api.documents [--check]`.

Writes the OpenAPI document, the tables of errors, events and endpoints, and the list of settings.
With `--check` it writes nothing and ends with 1 where a committed one is out of date.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import orjson
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from api.app import api_document
from api.endpoints import ENDPOINTS
from api.kit.errors import every_error
from api.kit.events import every_event
from api.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
_MADE = "<!-- made by `make docs`; change the code, not this file -->"


def openapi() -> str:
    """Return the OpenAPI document as JSON with a stable layout."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return orjson.dumps(api_document(), option=options).decode() + "\n"


def errors() -> str:
    """Return the table of errors."""
    rows = sorted({
        (kind.status, kind.code, kind.title) for kind in every_error() if _of_the_api(kind)
    })
    intro = (
        "Every answer other than success has the same shape: the envelope, or with\n"
        "`Accept: application/problem+json` a problem (RFC 9457) with the same facts. `errors`\n"
        "names each wrong field with a code and what to do. `requestId` finds the request in\n"
        "the logs. What is not HTTP at all (a header that breaks the rules, a chunk of no size)\n"
        "gets a bare 400 from the server itself."
    )
    shown = [(str(status), f"`{code}`", title) for status, code, title in rows]
    return _page("Errors", intro, _table(("status", "code", "meaning"), shown))


def events() -> str:
    """Return the catalogue of events."""
    intro = (
        "Facts saved in the outbox with the data that made them true. `jobs/reactions.py` says\n"
        "what follows from each, `jobs/announcements.py` who is told."
    )
    rows = [
        (f"`{topic}`", _first_line(kind), ", ".join(f"`{f.name}`" for f in fields(kind)))  # type: ignore[arg-type]  # events are dataclasses
        for topic, kind in sorted(every_event().items())
        if _of_the_api(kind)
    ]
    return _page("Events", intro, _table(("topic", "what happened", "fields"), rows))


def endpoints() -> str:
    """Return the map of the whole API."""
    intro = (
        "The map of the API. The contract of each is at `/docs` and in `openapi.json`. The last\n"
        "column says what the endpoint does with `Idempotency-Key`."
    )
    rows = [
        (
            f"`{e.method} {e.path}`",
            e.summary,
            f"`{e.permission}`",
            e.owner.value,
            e.rate_class.value,
            e.key_rule.value,
        )
        for e in sorted(ENDPOINTS, key=lambda e: (e.path, e.method))
    ]
    head = ("endpoint", "what it does", "permission", "whose things", "rate", "key")
    return _page("Endpoints", intro, _table(head, rows))


def settings() -> str:
    """Return the list of settings."""
    intro = (
        "Read once from the environment when a program starts. An unknown `HERMOD_` variable is\n"
        "refused with the nearest name. Nested values are JSON."
    )
    rows = [
        (f"`HERMOD_{name.upper()}`", _default(field), str(field.description))
        for name, field in Settings.model_fields.items()
    ]
    return _page("Settings", intro, _table(("variable", "default", "what for"), rows))


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = list(value)
    return f"`{value}`" if value not in (None, "") else "none"


DOCUMENTS: dict[str, Callable[[], str]] = {
    "docs/api/openapi.json": openapi,
    "docs/api/endpoints.md": endpoints,
    "docs/api/errors.md": errors,
    "docs/api/events.md": events,
    "docs/operate/settings.md": settings,
}


def _of_the_api(kind: type) -> bool:
    # Tests define kinds of their own, which no page is to name.
    return kind.__module__.startswith("api.")


def _page(title: str, intro: str, body: str) -> str:
    return f"# {title}\n\n{_MADE}\n\n{intro}\n\n{body}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def main() -> int:
    """Write the documents, or check them."""
    parser = argparse.ArgumentParser(prog="python -m api.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--only", choices=DOCUMENTS, help="just one of them")
    options = parser.parse_args()
    stale = []
    for path, make in DOCUMENTS.items():
        if options.only not in {None, path}:
            continue
        file, text = ROOT / path, make()
        if not file.exists() or file.read_text() != text:
            stale.append(path)
            if not options.check:
                file.write_text(text)
    for path in stale:
        print(f"{path}: {'is out of date, run make docs' if options.check else 'written'}")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
