"""The one table of errors: each class is a row with its HTTP status, code and title.

Modules add rows by subclassing. `problems.py` renders a row as the envelope or as RFC 9457.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field and what to do about it."""

    field: str
    code: str
    message: str


class ApiError(Exception):
    """An answer other than success; raise a subclass with a sentence that says what to do."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"
    saves_work: ClassVar[bool] = False

    def __init__(
        self,
        message: str | None = None,
        *,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or self.title)
        self.message = message or self.title
        self.fields = tuple(fields)
        self.headers = dict(headers or {})


def every_error(root: type[ApiError] = ApiError) -> Iterator[type[ApiError]]:
    """Yield each error class of the API, the root first; docs and OpenAPI are made of it."""
    if root.__module__.startswith("api."):
        yield root
    for child in root.__subclasses__():
        yield from every_error(child)


class BadRequest(ApiError):
    """The request as a whole cannot be understood."""

    status, code, title = 400, "bad_request", "The request cannot be understood"


class IdempotencyKeyMissing(ApiError):
    """The endpoint needs an Idempotency-Key header."""

    status, code, title = 400, "idempotency_key_missing", "Send an Idempotency-Key header"


class Unauthenticated(ApiError):
    """No valid credentials were sent."""

    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(ApiError):
    """Signed in, but the role does not allow it."""

    status, code, title = 403, "forbidden", "Your role does not allow this"


class NotFound(ApiError):
    """Nothing there, or nothing that the caller may know of."""

    status, code, title = 404, "not_found", "Not found"


class MethodNotAllowed(ApiError):
    """The path exists, the method does not."""

    status, code, title = 405, "method_not_allowed", "This path does not take that method"


class RequestTimeout(ApiError):
    """The body did not arrive in time."""

    status, code, title = 408, "request_timeout", "The request took too long to arrive"


class Conflict(ApiError):
    """The state of the thing does not allow it now."""

    status, code, title = 409, "conflict", "The current state does not allow this"


class IdempotencyInFlight(ApiError):
    """A request with the same key is being worked on."""

    status, code, title = 409, "idempotency_in_flight", "The same request is still running"


class InvalidTransition(Conflict):
    """A move that the state machine does not have."""

    code, title = "invalid_transition", "This change of status is not possible"

    def __init__(self, what: str, old: str, new: str, others: Sequence[str], possible: str) -> None:
        unless = f" except by {' or '.join(others)}" if others else ""
        super().__init__(
            f"{what} is {old} and cannot become {new}{unless}; possible now: {possible}"
        )


class PreconditionFailed(ApiError):
    """Somebody else changed the thing first."""

    status, code, title = 412, "stale_version", "It was changed meanwhile: read it again"


class BodyTooLarge(ApiError):
    """The body is over the endpoint's limit."""

    status, code, title = 413, "body_too_large", "The request body is too large"


class UnsupportedMediaType(ApiError):
    """Not JSON, or compressed."""

    status, code, title = 415, "unsupported_media_type", "Send uncompressed application/json"


class InvalidInput(ApiError):
    """A field is missing, unknown or wrong."""

    status, code, title = 422, "invalid_input", "Some fields are not right"


class IdempotencyMismatch(ApiError):
    """The key was used before for another request."""

    status, code, title = (
        422,
        "idempotency_mismatch",
        "This Idempotency-Key belongs to another body",
    )


class PreconditionRequired(ApiError):
    """The endpoint needs If-Match."""

    status, code, title = 428, "if_match_missing", "Send If-Match with the version you read"


class TooManyRequests(ApiError):
    """The rate limit is used up."""

    status, code, title = 429, "rate_limited", "Too many requests"


class Unavailable(ApiError):
    """A server that we need does not answer."""

    status, code, title = 503, "unavailable", "Temporarily unavailable: try again"
