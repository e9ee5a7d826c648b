"""Redis of one installation: its settings, its socket, what a killed owner left running."""

import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from jobs.machine.private_server import STOP_S, Server, write_for
from jobs.machine.server_homes import make_folder, server_account, server_home, socket_folder
from jobs.machine.server_programs import find_redis


def prepare_redis(folder: Path, environment: Mapping[str, str], *, durable: bool) -> Server:
    """Return Redis with its data under `folder`; with `durable` it keeps an append-only file.

    A Redis that an earlier, killed owner left behind is stopped, so the caller must hold the
    lock of the installation. Raises CannotGoOn when there is no fitting Redis.
    """
    folder = folder.resolve()
    program = find_redis(environment)
    home = server_home(folder, server_account(folder / "redis"))
    account = server_account(home / "redis")
    data = make_folder(home / "redis", account)
    path = socket_folder(home, account) / "redis.sock"
    _end_left_over(path)
    write_for(account, data / "redis.conf", _settings(data, path, durable=durable))
    return Server(
        name="redis",
        command=(str(program), str(data / "redis.conf")),
        folder=data,
        account=account,
        stop_signal=signal.SIGTERM,
        is_ready=lambda: _ask(path, b"PING\r\n") == b"+PONG\r\n",
        url=f"unix://{quote(str(path), safe='/')}?db=0",
        by_hand=f"redis-cli -s {path}",
    )


def _settings(data: Path, path: Path, *, durable: bool) -> str:
    keep = "yes" if durable else "no"
    lines = (
        "port 0",
        f"unixsocket {_text(path)}",
        "unixsocketperm 700",
        f"dir {_text(data)}",
        'save ""',
        f"appendonly {keep}",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
        "daemonize no",
    )
    return "".join(f"{line}\n" for line in lines)


def _text(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _end_left_over(path: Path) -> None:
    until = time.monotonic() + STOP_S
    while _ask(path, b"PING\r\n") and time.monotonic() < until:
        _ask(path, b"SHUTDOWN\r\n")
        time.sleep(0.02)


def _ask(path: Path, command: bytes) -> bytes:
    """Return the answer of the Redis that listens at `path`, nothing when none does."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(2.0)
        try:
            door.connect(str(path))
            door.sendall(command)
            return door.recv(100)
        except OSError:
            return b""
