"""The container files, checked without an engine: what they name exists in this checkout."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from api.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
SERVING = sorted(set(SERVICES) - {"migrate"})
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
STAGES = re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE)
COPIES = [line.split()[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
EXAMPLE = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def is_module(name: str) -> bool:
    """Return whether `python -m name` finds something of ours."""
    place = ROOT / name.replace(".", "/")
    return place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()


def settings_in(text: str) -> set[str]:
    """Return the settings that a text names as environment variables."""
    return {name.lower() for name in re.findall(r"\bHERMOD_([A-Z_]+)\b", text)}


def test_the_compose_file_runs_the_programs_of_an_installation() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "api", "realtime", "jobs"}


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_starts_a_module_that_exists(name: str) -> None:
    python, flag, module = SERVICES[name]["command"]
    assert (python, flag) == ("python", "-m")
    assert is_module(module), f"there is no module {module}"


def test_every_setting_in_the_container_files_is_known() -> None:
    files = ("docker-compose.yml", "Dockerfile", ".env.example")
    named = set().union(*(settings_in((ROOT / file).read_text()) for file in files))
    assert named <= set(Settings.model_fields)


@pytest.mark.parametrize("name", SERVING)
def test_a_serving_container_has_a_health_check_with_limits(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", sorted(set(OURS) - {"migrate"}))
def test_a_health_check_of_ours_asks_the_port_that_the_program_listens_on(name: str) -> None:
    setting = {"api": "HTTP", "realtime": "REALTIME", "jobs": "JOBS"}[name]
    *words, port = SERVICES[name]["healthcheck"]["test"]
    assert words == ["CMD", "python", "-m", "jobs.machine.ask_health"]
    assert port == SERVICES[name]["environment"][f"HERMOD_{setting}_PORT"]
    assert is_module("jobs.machine.ask_health")


@pytest.mark.parametrize("name", sorted(set(OURS) - {"migrate"}))
def test_programs_wait_for_servers_and_migrations(name: str) -> None:
    waits = SERVICES[name]["depends_on"]
    assert waits["postgres"]["condition"] == "service_healthy"
    assert waits["redis"]["condition"] == "service_healthy"
    assert waits["migrate"]["condition"] == "service_completed_successfully"


def test_migrations_run_once() -> None:
    assert SERVICES["migrate"]["restart"] == "no"


def test_open_ports_are_for_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_only_our_programs_open_ports() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"api", "realtime"}


def test_every_named_volume_is_declared_and_used() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", ())]
    assert {mount.split(":")[0] for mount in mounts} == set(COMPOSE["volumes"])


def test_the_example_holds_every_variable_that_the_compose_file_takes() -> None:
    taken = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert taken == set(EXAMPLE)


@pytest.mark.parametrize("secret", ["HERMOD_SECRET_KEY", "POSTGRES_PASSWORD"])
def test_no_secret_has_a_default(secret: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    uses = re.findall(rf"\$\{{{secret}(:?[-?])?", text)
    assert uses
    assert set(uses) == {":?"}
    assert re.search(rf"^{secret}=$", (ROOT / ".env.example").read_text(), re.MULTILINE)


@pytest.mark.parametrize("words", COPIES, ids=" ".join)
def test_what_the_image_copies_exists(words: list[str]) -> None:
    *sources, _target = words
    if sources[0].startswith("--from="):
        assert sources[0].removeprefix("--from=") in STAGES
        return
    for source in sources:
        assert (ROOT / source).exists(), f"there is no {source}"


def test_the_image_holds_every_room() -> None:
    copied = {words[0] for words in COPIES}
    assert {"geo/", "dispatch/", "tracking/", "api/", "jobs/"} <= copied


def test_nothing_that_is_copied_is_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    sources = {word.rstrip("/") for words in COPIES if "--from" not in words[0] for word in words}
    assert not sources & set(ignored)


def test_the_image_does_not_run_as_root() -> None:
    last_stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    user = re.findall(r"^USER (\S+)$", last_stage, re.MULTILINE)[-1]
    assert user not in {"root", "0"}


def test_the_image_starts_a_module_that_exists() -> None:
    module = re.findall(r'^CMD \["python", "-m", "([\w.]+)"\]$', DOCKERFILE, re.MULTILINE)[-1]
    assert is_module(module)


def test_secrets_stay_out_of_the_image() -> None:
    assert ".env" in (ROOT / ".dockerignore").read_text().split()
