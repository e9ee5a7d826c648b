"""Unexpected errors, told to whoever watches over the installation (Sentry's protocol).

What is reported are the log's own lines of level ERROR and above: what the log does not hold
nobody is told. Nothing is patched, no variable of a frame is sent, and what looks like a person's
contact or a secret is masked.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from api.kit import logs
from api.kit.cannot_start import CannotStart
from api.settings import Settings
from api.version import VERSION

if TYPE_CHECKING:
    from sentry_sdk import Client

CLOSING_S = 2.0
"""How long a program that ends waits for its last reports to leave."""

QUEUE = 100
"""So many reports wait while the service is slow; the next ones are dropped, the log keeps them."""

MASK = "[masked]"

_ID = r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
_SECRETS = re.compile(
    rf"(?P<id>(?<![\w-]){_ID}(?![\w-]))"  # ids of ours tell nothing, and help
    r"|hermod_[A-Za-z0-9_-]{8,}"  # API keys
    r"|eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"  # access tokens
    r"|(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?<=://)[^\s/@]+(?=@)"  # user and password of an address
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail
    r"|\+?\d(?:[ ()-]{0,2}\d){8,14}(?!\d)"  # phone numbers, personal numbers
    r"|(?<![\w-])[A-Za-z0-9_-]{40,}(?![\w-])"  # refresh tokens, links, keys
)
_TOLD = ("exception", "extra", "logentry", "tags", "threads")
"""The parts of a report that come from our programs; the rest is the SDK's own."""

_OF_US = ["geo", "dispatch", "tracking", "api", "jobs"]


def scrubbed(value: Any) -> Any:
    """Return texts, lists and mappings with everything masked that is nobody else's business."""
    if isinstance(value, str):
        return _SECRETS.sub(lambda found: found["id"] or MASK, logs.without_rows(value))
    if isinstance(value, dict):
        return {key: scrubbed(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(one) for one in value]
    return value


class ErrorReports(logging.Handler):
    """Sends errors of the log to a Sentry-shaped service, from a thread of its own."""

    def __init__(self, client: "Client", program: str) -> None:
        super().__init__(logging.ERROR)
        self._client = client
        self._program = program

    def emit(self, record: logging.LogRecord) -> None:
        """Report a line of the log; trouble with that never reaches who wrote the line."""
        try:
            self._report(record)
        except Exception:  # a report must not break what it reports
            self.handleError(record)

    def close(self) -> None:
        """Let the last reports leave."""
        self._client.close(timeout=CLOSING_S)
        super().close()

    def _report(self, record: logging.LogRecord) -> None:
        from sentry_sdk.utils import event_from_exception  # noqa: PLC0415  # slow to import

        event: dict[str, Any] = {}
        hint: dict[str, Any] = {}
        if record.exc_info and record.exc_info[0] is not None:
            event, hint = event_from_exception(  # type: ignore[assignment]  # typed dicts of theirs
                record.exc_info,
                client_options=self._client.options,
                mechanism={"type": "logging", "handled": True},
            )
        context = logs.context.get() or {}
        event |= {
            "level": "fatal" if record.levelno >= logging.CRITICAL else "error",
            "logger": record.name,
            "logentry": {"message": str(record.msg), "formatted": record.getMessage()},
            "tags": {"program": self._program} | context,
            "extra": logs.beside(record),
        }
        self._client.capture_event(event, hint)  # type: ignore[arg-type]  # a typed dict of theirs


@contextmanager
def reporting(settings: Settings, program: str) -> Iterator[None]:
    """Report the errors that the log tells of, while a program runs; nothing without a DSN."""
    dsn = settings.error_reports_dsn.get_secret_value()
    if not dsn:
        yield
        return
    reports = ErrorReports(_client(dsn, settings), program)
    logging.getLogger().addHandler(reports)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(reports)
        reports.close()


def _client(dsn: str, settings: Settings) -> "Client":
    from sentry_sdk import Client  # noqa: PLC0415  # slow to import, only for who uses it
    from sentry_sdk.utils import BadDsn  # noqa: PLC0415

    try:
        return Client(
            dsn=dsn,
            release=f"hermod@{VERSION}",
            environment=settings.environment,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            transport_queue_size=QUEUE,
            in_app_include=_OF_US,
            propagate_traces=False,
            auto_session_tracking=False,
            enable_metrics=False,
            before_send=_before_send,
        )
    except BadDsn as error:
        message = "HERMOD_ERROR_REPORTS_DSN is no DSN: https://<key>@<host>/<project number>"
        raise CannotStart(message) from error


def _before_send(event: Any, _hint: object) -> Any:
    return event | {part: scrubbed(event[part]) for part in _TOLD if part in event}
