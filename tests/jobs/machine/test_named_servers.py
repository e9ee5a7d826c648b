"""Servers that somebody named: what is wrong with an address is told before the set-up."""

import socket
from pathlib import Path

import pytest

from jobs.machine.named_servers import look_for_named
from jobs.machine.steps import CannotGoOn

NAMES = ("HERMOD_DATABASE_URL", "HERMOD_REDIS_URL")
SCHEMES = dict(zip(NAMES, ("postgresql", "redis"), strict=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("given", ["nonsense", "localhost:5432", "http://a/b", "redis//a", "://"])
def test_what_is_no_address_is_told_by_its_variable(name: str, given: str) -> None:
    with pytest.raises(
        CannotGoOn, match=f"^{name} is no address of a .* give one like {SCHEMES[name]}"
    ):
        look_for_named({name: given})


@pytest.mark.parametrize("name", NAMES)
def test_a_server_that_is_away_is_told_with_its_place(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    given = f"{SCHEMES[name]}://user:secret@127.0.0.1:{port}/0"
    with pytest.raises(CannotGoOn, match=f"does not answer at 127.0.0.1:{port} .*{name}") as told:
        look_for_named({name: given})
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_server_that_is_there_is_let_be(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        look_for_named({name: f"{SCHEMES[name]}://127.0.0.1:{door.getsockname()[1]}/0"})


def test_a_server_may_be_named_by_its_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as redis, socket.socket(socket.AF_UNIX) as postgres:
        redis.bind(str(tmp_path / "redis.sock"))
        postgres.bind(str(tmp_path / ".s.PGSQL.5432"))
        redis.listen()
        postgres.listen()
        look_for_named({
            "HERMOD_DATABASE_URL": f"postgresql://hermod@/hermod?host={tmp_path}",
            "HERMOD_REDIS_URL": f"unix://{tmp_path}/redis.sock",
        })


def test_nothing_named_means_nothing_to_look_for() -> None:
    look_for_named({"HERMOD_REDIS_URL": ""})
