"""PostgreSQL with PostGIS of one installation: its data, its settings, what was left running."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from jobs.machine.child import Account
from jobs.machine.private_server import ENVIRONMENT, STOP_S, Server, run_as, write_for
from jobs.machine.server_homes import make_folder, server_account, server_home, socket_folder
from jobs.machine.server_programs import PostgresPrograms, find_postgres
from jobs.machine.steps import CannotGoOn

PORT = 5432  # only a part of the socket's file name: no TCP port is opened
CONNECTIONS = 200
CONF = {
    "listen_addresses": "''",
    "port": str(PORT),
    "max_connections": str(CONNECTIONS),
    "shared_buffers": "128MB",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] '",
    "jit": "off",  # our statements are short: compiling them costs more than it saves
}
CONF_FOR_TESTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def prepare_postgres(folder: Path, environment: Mapping[str, str], *, durable: bool) -> Server:
    """Return PostgreSQL with its data under `folder`; the first time, make that data.

    The superuser and the database are both called `hermod`; everybody who can enter the folder
    of its socket is that user. With `durable` false it may lose everything when the machine
    fails, which suits tests. A server that an earlier, killed owner left behind is stopped, so
    the caller must hold the lock of the installation.
    Raises CannotGoOn when there is no fitting PostgreSQL.
    """
    folder = folder.resolve()
    home = server_home(folder, server_account(folder / "postgres"))
    data = home / "postgres"
    account = server_account(data)
    major = _data_version(data)
    programs = _programs_for(data, major, environment)
    sockets = socket_folder(home, account)
    if major is None:
        _make_cluster(data, programs, account, durable=durable)
    else:
        _end_left_over(data)
    write_for(account, data / "postgresql.conf", _settings(sockets, durable=durable))
    url = f"postgresql://hermod@/hermod?host={quote(str(sockets), safe='/')}"
    ready = (str(programs.bin / "pg_isready"), "-q", "-h", str(sockets), "-U", "hermod")
    return Server(
        name="postgres",
        command=(str(programs.bin / "postgres"), "-D", str(data)),
        folder=data,
        account=account,
        stop_signal=signal.SIGINT,  # a fast shutdown: it does not wait for its clients
        is_ready=lambda: _succeeds(ready),
        url=url,
        by_hand=f"psql '{url}'",
    )


def _data_version(data: Path) -> int | None:
    """Return which PostgreSQL made `data`, None when there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _programs_for(
    data: Path, major: int | None, environment: Mapping[str, str]
) -> PostgresPrograms:
    try:
        return find_postgres(environment, major=major)
    except CannotGoOn as error:
        if major is None:
            raise
        message = (
            f"{data} was made by PostgreSQL {major}, which is no longer here with PostGIS: install"
            f" postgresql-{major}-postgis-3 again, or start afresh with RESET=1."
        )
        raise CannotGoOn(message) from error


def _make_cluster(
    data: Path, programs: PostgresPrograms, account: Account | None, *, durable: bool
) -> None:
    """Make the data folder under another name first, so that a killed attempt leaves no half."""
    half = data.with_name("postgres-half-made")
    for useless in (half, data):  # `data` has no PG_VERSION: nothing was ever stored in it
        if useless.exists():
            shutil.rmtree(useless)
    make_folder(half, account)
    initdb = (
        *(str(programs.bin / "initdb"), "-D", str(half), "-U", "hermod", "--auth=trust"),
        *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
    )
    single = (str(programs.bin / "postgres"), "--single", "-D", str(half), "postgres")
    failed = "PostgreSQL could not make its data folder: what it says stands above"
    run_as(account, initdb, failed=failed)
    run_as(account, single, said=b"CREATE DATABASE hermod\n", failed=failed)
    write_for(account, half / "pg_hba.conf", "local all all trust\n")
    half.rename(data)


def _settings(sockets: Path, *, durable: bool) -> str:
    folder = str(sockets).replace("'", "''")
    settings = CONF | {"unix_socket_directories": f"'{folder}'"}
    if not durable:
        settings |= CONF_FOR_TESTS
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def _end_left_over(data: Path) -> None:
    """Stop a server whose owner was killed; forget the pid file of one that is gone.

    PostgreSQL itself believes a pid file when any process of the same user has that number.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    until = time.monotonic() + STOP_S
    while str(data).encode() in _command_line(pid):
        if time.monotonic() > until:
            raise CannotGoOn(f"PostgreSQL (process {pid}) still uses {data}: stop it.")
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.02)
    pid_file.unlink(missing_ok=True)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _succeeds(command: Sequence[str]) -> bool:
    try:
        asked = subprocess.run(  # noqa: S603  # PostgreSQL's own probe
            command, env=ENVIRONMENT, check=False, timeout=5, cwd="/"
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0
