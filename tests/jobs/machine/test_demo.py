"""The demo's table of programs, their settings, the ports and the links."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.kit.clock import Clock
from api.settings import Settings
from jobs.machine.demo import Ports, links, may_run, next_clock, programs_of, settings_of
from jobs.machine.installation import Installation
from jobs.machine.programs import Restart
from jobs.machine.services import Services, prepare, remove_data
from jobs.machine.steps import CannotGoOn
from jobs.machine.wish import Wish

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PORTS = Ports(8080, 8081, 8082, 8083)
NAMED = {"HERMOD_DATABASE_URL": "postgresql://somewhere/hermod", "HERMOD_REDIS_URL": "redis://b"}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return the installation of an empty checkout."""
    made = Installation(tmp_path)
    made.make_folders()
    return made


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Return servers that somebody named."""
    urls = NAMED["HERMOD_DATABASE_URL"], NAMED["HERMOD_REDIS_URL"]
    return prepare(tmp_path, durable=True, database_url=urls[0], redis_url=urls[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Yield a port that somebody listens on, while nobody uses its neighbours."""
    for port in range(23_456, 32_000, 6):  # below the ports that the kernel hands out
        try:
            for neighbour in (port - 1, port + 1, port + 2, port + 3, port + 4):
                socket.create_server(("127.0.0.1", neighbour)).close()
            door = socket.create_server(("127.0.0.1", port))
        except OSError:
            continue
        with door:
            yield port
        return


def test_every_variable_handed_to_programs_is_a_setting(
    installation: Installation, services: Services
) -> None:
    handed = settings_of(installation, services, PORTS, Clock(NOON, NOON, 1.0))
    names = {name.removeprefix("HERMOD_").lower() for name in handed if "HERMOD_" in name}
    assert names <= set(Settings.model_fields)


def test_programs_read_the_clock_that_they_are_handed(
    installation: Installation, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(NOON, NOON + timedelta(days=2), 60.0)
    for name, value in settings_of(installation, services, PORTS, clock).items():
        monkeypatch.setenv(name, value)
    assert Settings().clock == clock


def test_migrations_and_seeds_run_before_what_serves(
    installation: Installation, services: Services
) -> None:
    programs = programs_of(installation, services, PORTS, Wish(), {})
    assert [program.name for program in programs] == [
        *("migrate", "seed", "map", "api", "realtime", "jobs", "city")
    ]
    assert [program.name for program in programs if program.restart is Restart.NEVER] == [
        *("migrate", "seed", "map")
    ]


def test_private_servers_start_first(installation: Installation) -> None:
    services = prepare(installation.servers, durable=False)
    try:
        programs = programs_of(installation, services, PORTS, Wish(), {})
        assert [program.name for program in programs[:3]] == ["postgres", "redis", "migrate"]
    finally:
        remove_data(installation.servers)


def test_the_city_reads_the_text_messages_that_the_programs_send(
    installation: Installation, services: Services
) -> None:
    handed = settings_of(installation, services, PORTS, Clock(NOON, NOON, 1.0))
    command = " ".join(programs_of(installation, services, PORTS, Wish(), {})[-1].command)
    assert handed["HERMOD_SMS_URL"] == "http://127.0.0.1:8083"
    assert "--sms-port 8083" in command


def test_the_map_shown_is_the_map_drawn(installation: Installation, services: Services) -> None:
    handed = settings_of(installation, services, PORTS, Clock(NOON, NOON, 1.0))
    drawn = next(
        p for p in programs_of(installation, services, PORTS, Wish(), {}) if p.name == "map"
    )
    assert handed["HERMOD_BASEMAP_FILE"] in drawn.command


def test_the_city_is_told_how_many_couriers_and_which_map(
    installation: Installation, services: Services
) -> None:
    wish = Wish(couriers=200, city=Path("/maps/porto.osm.pbf"))
    command = " ".join(programs_of(installation, services, PORTS, wish, {})[-1].command)
    assert "--couriers 200" in command
    assert "--city /maps/porto.osm.pbf" in command
    assert "--url http://127.0.0.1:8080" in command


def test_a_taken_port_is_named_with_another_to_try(taken_port: int) -> None:
    with pytest.raises(CannotGoOn, match=rf"Port {taken_port} is in use.*PORT=\d+"):
        may_run(Wish(port=taken_port), {})


def test_the_port_after_is_looked_at_too(taken_port: int) -> None:
    with pytest.raises(CannotGoOn, match=f"Port {taken_port} is in use"):
        may_run(Wish(port=taken_port - 1), {})


def test_a_second_start_goes_on_with_the_clock(installation: Installation) -> None:
    next_clock(installation, NOON, 60.0)
    later = NOON + timedelta(minutes=1)
    assert next_clock(installation, later, 1.0) == Clock(later, NOON + timedelta(hours=1), 1.0)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_reset_of_servers_that_are_not_ours_is_refused(name: str, taken_port: int) -> None:
    wish = Wish(port=taken_port + 1, reset=True)
    with pytest.raises(CannotGoOn, match="RESET=1 deletes only private servers"):
        may_run(wish, {name: NAMED[name]})


def test_the_links_name_the_console_and_the_servers(
    installation: Installation, services: Services
) -> None:
    text = links(installation, services, PORTS, Wish())
    assert "http://127.0.0.1:8080/\n" in text
    assert "http://127.0.0.1:8080/docs\n" in text
    assert "HERMOD_DATABASE_URL" in text


def test_the_console_link_is_the_one_that_the_seed_left(
    installation: Installation, services: Services
) -> None:
    (installation.business / "console_link").write_text("/?ticket=abc\n")
    text = links(installation, services, PORTS, Wish())
    assert "http://127.0.0.1:8080/?ticket=abc\n" in text
