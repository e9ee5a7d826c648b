"""The servers of an installation: the ones somebody named, or private ones in its own folder."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.machine.private_postgres import prepare_postgres
from jobs.machine.private_redis import prepare_redis
from jobs.machine.private_server import Server, started
from jobs.machine.server_homes import forget_home, outside_home


@dataclass(frozen=True, slots=True)
class Services:
    """Where programs find the servers, and the private ones among them, in starting order."""

    database_url: str
    redis_url: str
    private: tuple[Server, ...]


def prepare(
    folder: Path, *, durable: bool, database_url: str = "", redis_url: str = ""
) -> Services:
    """Return the servers of an installation with its private data under `folder`.

    A given address is used as it is; an empty one stands for a private server, whose data is
    made now and which the caller starts (`started`, or a supervisor).
    Raises CannotGoOn when a private server is wanted but its programs are missing.
    """
    private: list[Server] = []
    if not database_url:
        private.append(prepare_postgres(folder, os.environ, durable=durable))
        database_url = private[-1].url
    if not redis_url:
        private.append(prepare_redis(folder, os.environ, durable=durable))
        redis_url = private[-1].url
    return Services(database_url, redis_url, tuple(private))


@contextmanager
def running(folder: Path, *, durable: bool = False) -> Iterator[Services]:
    """Run private servers with their data under `folder` while the block runs.

    For tests and benchmarks, from the main thread; a supervisor runs the same servers as its
    own children. Raises CannotGoOn when one is missing or does not come up.
    """
    services = prepare(folder, durable=durable)
    with ExitStack() as stack:
        for server in services.private:
            stack.enter_context(started(server))
        yield services


def remove_data(folder: Path) -> None:
    """Delete the private servers' data under `folder`; they must be stopped."""
    for home in (folder, outside_home(folder)):
        forget_home(home)
