"""Structured logs: one event per line as JSON, with the request or job it belongs to."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

context: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)
"""Ids bound at the door (request, actor, job) and added to every line below it."""

_DETAIL = re.compile(r"^(DETAIL|CONTEXT): .*$\n?", re.MULTILINE)
"""Where PostgreSQL's errors quote values, which may be somebody's phone number."""

_OWN_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def beside(record: logging.LogRecord) -> dict[str, Any]:
    """Return the `extra` fields of a line."""
    return {k: v for k, v in record.__dict__.items() if k not in _OWN_FIELDS}


def without_rows(text: str) -> str:
    """Return the text of an error without what PostgreSQL quotes of its rows."""
    return _DETAIL.sub("", text)


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; `extra` fields stand beside the message."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "program": self._program,
            "logger": record.name,
            "event": record.getMessage(),
        }
        for name, value in ((context.get() or {}) | beside(record)).items():
            line[f"{name}_" if name in line else name] = value  # what happened is never covered up
        if record.exc_info:
            line["traceback"] = without_rows(self.formatException(record.exc_info))
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half a surrogate pair, an integer beyond 64 bits
            return json.dumps(line, default=str)


def configure(program: str, level: str) -> None:
    """Send all logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(program))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("aiohttp.access", "engineio.server", "socketio.server", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
