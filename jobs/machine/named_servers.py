"""Servers that somebody named: whether their addresses are some, and anybody is there."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from jobs.machine.steps import CannotGoOn

PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A server that may be named, and what its address looks like."""

    variable: str
    name: str
    schemes: tuple[str, ...]
    example: str
    port: int


KINDS = (
    Kind(
        "HERMOD_DATABASE_URL",
        "PostgreSQL",
        ("postgresql", "postgres"),
        "postgresql://user:password@host:5432/database",
        5432,
    ),
    Kind("HERMOD_REDIS_URL", "Redis", ("redis", "rediss", "unix"), "redis://host:6379/0", 6379),
)


def look_for_named(environment: Mapping[str, str]) -> None:
    """Raise CannotGoOn for an address that is none, or where nobody takes a connection."""
    for kind in KINDS:
        given = environment.get(kind.variable, "")
        if given:
            _look_for(kind, given)


def _look_for(kind: Kind, given: str) -> None:
    try:
        address = urlsplit(given)
        port = address.port or kind.port
    except ValueError:
        address, port = urlsplit(""), 0
    if address.scheme not in kind.schemes:
        raise CannotGoOn(
            f"{kind.variable} is no address of a {kind.name} server: give one like {kind.example},"
            " or leave it out for a private server."
        )
    path = _unix_path(address)
    where = path or f"{address.hostname or 'localhost'}:{port}"
    try:
        if path:
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(PATIENCE_S)
                door.connect(path)
        else:
            socket.create_connection((address.hostname or "localhost", port), PATIENCE_S).close()
    except OSError as error:
        raise CannotGoOn(
            f"{kind.name} does not answer at {where} ({error.strerror or 'no answer'}): start it,"
            f" or leave {kind.variable} out for a private server."
        ) from error


def _unix_path(address: SplitResult) -> str | None:
    """Return the socket that an address names by its path; None for a host."""
    if address.scheme == "unix":
        return address.path
    folder = parse_qs(address.query).get("host", [""])[0]  # as PostgreSQL's own clients have it
    return f"{folder}/.s.PGSQL.{address.port or 5432}" if folder.startswith("/") else None
