"""pytest plugin: real, private PostgreSQL and Redis for the tests, started when first needed.

One PostgreSQL serves all workers of a run; each worker has a Redis of its own, because channels
are not divided by database number. `HERMOD_TEST_DATABASE_URL` (a superuser's address, database
`postgres`) and `HERMOD_TEST_REDIS_URL` (emptied at will; only without xdist) name others.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

PATIENCE_S = 90.0
ROOT = Path(__file__).resolve().parents[2]
KEEPER = pytest.StashKey[subprocess.Popen[bytes]]()
FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the keeper of the servers, in the process that all workers belong to."""
    given = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[FOLDER] = Path(given["hermod_servers"])
        return
    folder = Path(tempfile.mkdtemp(prefix="hermod-test-"))
    folder.chmod(0o711)  # a server that may not run as root passes through
    os.mkfifo(folder / "wanted", 0o600)
    config.stash[FOLDER] = folder
    config.stash[KEEPER] = subprocess.Popen(  # noqa: S603  # our own file
        [sys.executable, "-m", "tests.support.keeper", str(folder)],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,  # Ctrl-C is for pytest; the keeper ends when pytest does
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the servers are asked for."""
    node.workerinput["hermod_servers"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers with the run."""
    keeper = config.stash.get(KEEPER, None)
    if keeper is not None:
        keeper.communicate()


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> str:
    """Return the address of a PostgreSQL superuser, connected to the database `postgres`."""
    named = os.environ.get("HERMOD_TEST_DATABASE_URL")  # noqa: TID251  # for the tests alone
    if named:
        return named
    return _ask(pytestconfig, "postgres").replace("/hermod?", "/postgres?")


@pytest.fixture(scope="session")
def redis_url(pytestconfig: pytest.Config) -> str:
    """Return the address of a Redis that no other worker uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")  # noqa: TID251  # set by xdist
    named = os.environ.get("HERMOD_TEST_REDIS_URL")  # noqa: TID251  # for the tests alone
    if named and not worker:
        return named
    return _ask(pytestconfig, f"redis-{worker or 'alone'}")


def _ask(config: pytest.Config, wish: str) -> str:
    """Return the address of the server `wish`, started when nobody has asked for it before."""
    folder = config.stash[FOLDER]
    url, problem = folder / f"{wish}.url", folder / f"{wish}.problem"
    try:
        (folder / f"{wish}.asked").touch(exist_ok=False)
    except FileExistsError:
        pass  # another worker has asked for it
    else:
        with (folder / "wanted").open("w") as wanted:
            wanted.write(f"{wish}\n")
    until = time.monotonic() + PATIENCE_S
    while not url.exists():
        if problem.exists():
            pytest.fail(problem.read_text(), pytrace=False)
        if time.monotonic() > until:
            pytest.fail(f"The test server {wish} did not answer within {PATIENCE_S:.0f} s.")
        time.sleep(0.01)
    return url.read_text()
