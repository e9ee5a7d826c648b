"""Structured logs: one event per line as JSON, with the request or job it belongs to."""

import asyncio
import json
import logging
import re
import sys
import time
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

context: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)
"""Ids bound at the door (request, actor, job) and added to every line below it."""

_DETAIL = re.compile(r"^(DETAIL|CONTEXT): .*$\n?", re.MULTILINE)
"""Where PostgreSQL's errors quote values, which may be somebody's phone number."""

_SAME = {**logging.makeLogRecord({}).__dict__, "levelno": logging.INFO, "levelname": "INFO"}
_OWN_FIELDS = frozenset(_SAME) | {"message", "asctime", "taskName"}


_FIRST = frozenset({"at", "level", "program", "logger", "event"})
"""The fields that each line begins with."""

Line = tuple[float, dict[str, Any]]
"""When something happened (Unix time), and what stands beside it."""


class Told(logging.LogRecord):
    """A record of what happens all the time, for many times; where in the code is not looked up."""

    def __init__(self, logger: str, event: str, lines: Sequence[Line]) -> None:
        self.__dict__ |= _SAME
        self.name, self.msg, self.created, self.lines = logger, event, time.time(), lines


def tell(log: logging.Logger, event: str, lines: Sequence[Line]) -> None:
    """Log as `log.info(event, extra=...)` does for each of `lines`, at a fraction of the cost."""
    if log.isEnabledFor(logging.INFO):
        log.handle(Told(log.name, event, lines))


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
        self._second, self._shown = -1, ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON, or as many as it tells of."""
        what = {
            "level": record.levelname.lower(),
            "program": self._program,
            "logger": record.name,
            "event": record.getMessage(),
        }
        bound, begun = context.get() or {}, _json(what)[1:-1]
        if isinstance(record, Told):
            return "\n".join([self._line(at, begun, bound | more) for at, more in record.lines])
        more = bound | beside(record)
        if record.exc_info:
            more["traceback"] = without_rows(self.formatException(record.exc_info))
        return self._line(record.created, begun, more)

    def _line(self, at: float, begun: str, more: dict[str, Any]) -> str:
        if not _FIRST.isdisjoint(more):  # what happened is never covered up
            more = {f"{k}_" if k in _FIRST else k: v for k, v in more.items()}
        end = f",{_json(more)[1:]}" if more else "}"
        return f'{{"at":"{self._time(at)}",{begun}{end}'

    def _time(self, created: float) -> str:
        """Return RFC 3339 in UTC; most lines share their second with the one before."""
        second, ms = divmod(int(created * 1000), 1000)
        if second != self._second:
            shown = datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
            self._second, self._shown = second, shown
        return f"{self._shown}.{ms:03d}+00:00"


def _json(fields: dict[str, Any]) -> str:
    try:
        return orjson.dumps(fields, default=str).decode()
    except TypeError:  # half a surrogate pair, an integer beyond 64 bits
        return json.dumps(fields, default=str)


class Turns(logging.StreamHandler[TextIO]):
    """Writes what is told in one turn of the event loop at once, at its end.

    A line costs a system call otherwise, more than the line itself. Warnings and worse are written
    before anything else happens, and so is what is told outside of a loop.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        try:
            self._lines.append(self.format(record))
            if record.levelno >= logging.WARNING:
                self.flush()
            elif len(self._lines) == 1:  # the first of its turn
                self._flush_soon()
        except Exception:
            self.handleError(record)

    def _flush_soon(self) -> None:
        try:
            asyncio.get_running_loop().call_soon(self.flush)
        except RuntimeError:  # there is no loop
            self.flush()

    def flush(self) -> None:
        """Write the lines that wait."""
        self.acquire()
        try:
            lines, self._lines = self._lines, []
            if lines:
                self.stream.write(self.terminator.join([*lines, ""]))
            super().flush()
        finally:
            self.release()


def configure(program: str, level: str) -> None:
    """Send all logs of this process to standard error as JSON lines."""
    handler = Turns(sys.stderr)
    handler.setFormatter(JsonLines(program))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("aiohttp.access", "engineio.server", "socketio.server", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
