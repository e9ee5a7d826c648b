"""The private servers: made once, reached by sockets only, and none the worse for a kill -9."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.machine.child import Account
from jobs.machine.private_postgres import prepare_postgres
from jobs.machine.private_redis import prepare_redis
from jobs.machine.private_server import ENVIRONMENT, Server, started
from jobs.machine.server_homes import outside_home, server_account, server_home, socket_folder
from jobs.machine.server_programs import find_postgres, find_redis
from jobs.machine.services import prepare, remove_data, running
from jobs.machine.steps import CannotGoOn
from tests.support.commands import answer_of, in_background, wait_until

ROOT = Path(__file__).resolve().parents[3]
NOWHERE = {"PATH": "/nowhere"}


@pytest.fixture
def home() -> Iterator[Path]:
    """Yield a folder for servers that every account may pass through, emptied afterwards."""
    outer = Path(tempfile.mkdtemp(prefix="hermod-home-"))
    outer.chmod(0o711)
    inner = outer / "servers"
    yield inner
    remove_data(inner)
    shutil.rmtree(outer)


def psql(server: Server, statement: str) -> str:
    """Return what `statement` answers."""
    return answer_of("psql", server.url, "-XAt", "-v", "ON_ERROR_STOP=1", "-c", statement)


def redis_cli(server: Server, *words: str) -> str:
    """Return what Redis answers to `words`."""
    return answer_of("redis-cli", "-s", server.by_hand.rsplit(" ", 1)[1], *words)


def postgres_in(home: Path, *, durable: bool = False) -> Server:
    """Return PostgreSQL with its data in `home`."""
    return prepare_postgres(home, {}, durable=durable)


def redis_in(home: Path, *, durable: bool = False) -> Server:
    """Return Redis with its data in `home`."""
    return prepare_redis(home, {}, durable=durable)


def detached(server: Server) -> subprocess.Popen[bytes]:
    """Start `server` so that it survives whoever started it, and return it once it answers."""
    child = in_background(server.command, environment=ENVIRONMENT, account=server.account)
    wait_until(server.is_ready)
    return child


def test_a_private_postgres_has_postgis_and_no_open_port(home: Path) -> None:
    with started(postgres_in(home)) as postgres:
        version = psql(postgres, "create extension postgis; select postgis_lib_version()")
        where = psql(postgres, "select current_setting('listen_addresses') = ''")
    assert version.splitlines()[-1][0].isdigit()
    assert where == "t"


def test_a_private_redis_has_no_open_port(home: Path) -> None:
    with started(redis_in(home)) as redis:
        assert redis_cli(redis, "CONFIG", "GET", "port").split() == ["port", "0"]


def test_both_servers_run_while_the_block_runs(home: Path) -> None:
    with running(home) as services:
        postgres, redis = services.private
        assert postgres.is_ready()
        assert redis.is_ready()
        assert (services.database_url, services.redis_url) == (postgres.url, redis.url)
    assert not postgres.is_ready()
    assert not redis.is_ready()


def test_data_is_there_again_at_the_second_start(home: Path) -> None:
    with started(postgres_in(home, durable=True)) as postgres:
        psql(postgres, "create table kept as select 7 as n")
    with started(redis_in(home, durable=True)) as redis:
        redis_cli(redis, "SET", "kept", "8")
    with started(postgres_in(home, durable=True)) as postgres:
        assert psql(postgres, "select n from kept") == "7"
    with started(redis_in(home, durable=True)) as redis:
        assert redis_cli(redis, "GET", "kept") == "8"


def test_durable_servers_flush_and_servers_for_tests_do_not(home: Path) -> None:
    with started(postgres_in(home, durable=True)) as postgres:
        assert psql(postgres, "show fsync") == "on"
    with started(postgres_in(home, durable=False)) as postgres:
        assert psql(postgres, "show fsync") == "off"


def test_servers_end_when_their_owner_is_killed_and_start_again(home: Path) -> None:
    script = f"""
        import sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from jobs.machine.services import running
        with running(Path({str(home)!r}), durable=True):
            print("up", flush=True)
            time.sleep(60)
    """
    command = (sys.executable, "-S", "-c", textwrap.dedent(script))
    with in_background(command, output=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        os.kill(owner.pid, signal.SIGKILL)
    with running(home, durable=True) as services:
        assert psql(services.private[0], "select 1") == "1"
        assert redis_cli(services.private[1], "PING") == "PONG"


def test_servers_that_a_killed_owner_left_behind_are_stopped_first(home: Path) -> None:
    left = [detached(postgres_in(home)), detached(redis_in(home))]
    with running(home) as services:
        assert [child.wait(10) for child in left] == [0, 0]
        assert psql(services.private[0], "select 1") == "1"


def test_a_pid_file_whose_number_is_now_another_process_is_forgotten(home: Path) -> None:
    server = postgres_in(home)
    child = detached(server)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    sleeper = in_background(("sleep", "60"), account=server.account)
    pid_file = server.folder / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:]]))
    try:
        with started(postgres_in(home)) as again:
            assert psql(again, "select 1") == "1"
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_data_folder_made_halfway_is_made_again(home: Path) -> None:
    home.mkdir()
    for name in ("postgres-half-made", "postgres"):
        (home / name).mkdir()
        (home / name / "rest").write_text("of a killed start")
    with started(postgres_in(home)) as postgres:
        assert psql(postgres, "select current_database()") == "hermod"
    assert not (home / "postgres-half-made").exists()


def test_data_of_a_postgres_that_is_gone_is_not_touched(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotGoOn, match=r"made by PostgreSQL 9.*RESET=1"):
        postgres_in(home)
    assert (home / "postgres" / "PG_VERSION").read_text() == "9\n"


def test_named_servers_are_used_and_none_is_made(home: Path) -> None:
    services = prepare(home, durable=True, database_url="postgresql://a", redis_url="redis://b")
    assert services.private == ()
    assert (services.database_url, services.redis_url) == ("postgresql://a", "redis://b")
    assert not home.exists()


def test_a_missing_postgres_names_every_way_out(tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match=r"apt install.*HERMOD_DATABASE_URL.*docker compose up"):
        find_postgres(NOWHERE, root=tmp_path)


def test_a_missing_redis_names_every_way_out() -> None:
    with pytest.raises(CannotGoOn, match=r"apt install.*HERMOD_REDIS_URL.*docker compose up"):
        find_redis(NOWHERE)


def test_the_newest_postgres_with_postgis_is_taken(tmp_path: Path) -> None:
    lib = tmp_path / "lib" / "postgresql"
    for major in (9, 14, 15):
        pretend_postgres(lib, major, "described", "library")
    pretend_postgres(lib, 16)
    assert find_postgres(NOWHERE, root=lib).major == 15


@pytest.mark.parametrize("parts", [(), ("described",), ("library",)])
def test_a_postgres_without_all_of_postgis_is_named(tmp_path: Path, parts: tuple[str]) -> None:
    lib = tmp_path / "lib" / "postgresql"
    pretend_postgres(lib, 16, *parts)
    with pytest.raises(CannotGoOn, match="PostgreSQL 16 has no PostGIS"):
        find_postgres(NOWHERE, root=lib)


def test_an_old_redis_is_not_taken(tmp_path: Path) -> None:
    program(tmp_path / "redis-server", "Redis server v=6.2.14 sha=0")
    with pytest.raises(CannotGoOn, match="is older"):
        find_redis({"PATH": str(tmp_path)})


def test_valkey_stands_in_for_redis(tmp_path: Path) -> None:
    program(tmp_path / "valkey-server", "Valkey server v=8.0.1 sha=0")
    assert find_redis({"PATH": str(tmp_path)}) == tmp_path / "valkey-server"


def pretend_postgres(lib: Path, major: int, *parts: str) -> None:
    """Make a `postgres` that only knows its version, with parts of PostGIS beside it."""
    (lib / str(major) / "bin").mkdir(parents=True)
    program(lib / str(major) / "bin" / "postgres", f"postgres (PostgreSQL) {major}.3 (Debian)")
    share = lib.parents[1] / "share" / "postgresql" / str(major) / "extension"
    for part, path in (
        ("described", share / "postgis.control"),
        ("library", lib / str(major) / "lib" / "postgis-3.so"),
    ):
        if part in parts:
            path.parent.mkdir(parents=True)
            path.touch()


def program(path: Path, answer: str) -> None:
    """Make a program that prints `answer`."""
    path.write_text(f"#!/bin/sh\necho '{answer}'\n")
    path.chmod(0o755)


def test_the_socket_folder_is_short_private_and_stays_the_same(home: Path) -> None:
    home.mkdir()
    first = socket_folder(home, None)
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    assert len(str(first)) < 60
    assert socket_folder(home, None) == first


def test_a_socket_folder_that_others_may_enter_is_not_used_again(home: Path) -> None:
    home.mkdir()
    first = socket_folder(home, None)
    first.chmod(0o755)
    second = socket_folder(home, None)
    assert second != first
    first.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_root_hands_servers_to_another_account(home: Path) -> None:
    with started(postgres_in(home)) as postgres:
        pid = int((postgres.folder / "postmaster.pid").read_text().split()[0])
        assert Path(f"/proc/{pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_data_moves_out_of_a_folder_that_the_servers_cannot_reach(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folder = closed / "servers"
    account = server_account(folder)
    assert isinstance(account, Account)
    try:
        assert server_home(folder, account) == outside_home(folder)
        with started(postgres_in(folder)) as postgres:
            assert postgres.folder == outside_home(folder) / "postgres"
    finally:
        remove_data(folder)
    assert not outside_home(folder).exists()


def test_removing_the_data_removes_the_sockets_too(home: Path) -> None:
    with started(postgres_in(home)):
        sockets = Path((home / "sockets").read_text().strip())
    remove_data(home)
    assert not home.exists()
    assert not sockets.exists()


def test_a_server_that_does_not_start_shows_what_it_said(home: Path) -> None:
    server = postgres_in(home)
    conf = server.folder / "postgresql.conf"
    conf.write_text(conf.read_text() + "shared_buffers = nonsense\n")
    with pytest.raises(CannotGoOn, match=r"(?s)nonsense.*postgres does not start"), started(server):
        pass
