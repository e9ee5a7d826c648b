"""Settings: read once, and a wrong one ends the program with a sentence."""

import pytest
from pydantic import SecretStr

from api.app import create_app
from api.kit.cannot_start import CannotStart
from api.kit.db import Database
from api.settings import Environment, Settings, read_settings
from jobs.worker import open_station

STRONG = "0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("environment", list(Environment))
@pytest.mark.parametrize("secret", [None, "", "short", "x" * 40, "abc" * 20, STRONG[:31]])
def test_nothing_is_signed_with_a_weak_key(
    environment: str, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HERMOD_ENVIRONMENT", environment)
    monkeypatch.delenv("HERMOD_SECRET_KEY", raising=False)
    if secret is not None:
        monkeypatch.setenv("HERMOD_SECRET_KEY", secret)
    with pytest.raises(CannotStart, match="HERMOD_SECRET_KEY must be at least 32 random"):
        _ = read_settings().signing_key
    monkeypatch.setenv("HERMOD_SECRET_KEY", STRONG)
    assert read_settings().signing_key == STRONG


async def test_the_programs_that_sign_do_not_start_with_a_weak_key(
    settings: Settings, database: Database
) -> None:
    weak = settings.model_copy(update={"secret_key": SecretStr("")})
    with pytest.raises(CannotStart, match="HERMOD_SECRET_KEY"):
        create_app(weak, database)
    with pytest.raises(CannotStart, match="HERMOD_SECRET_KEY"):
        async with open_station(weak, database):
            pass


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HERMOD_HTP_PORT", "1", "did you mean HERMOD_HTTP_PORT"),
        ("HERMOD_HTTP_PORT", "70000", "HERMOD_HTTP_PORT: "),
        ("HERMOD_CLOCK_SPEED", "0", "HERMOD_CLOCK_SPEED: "),
        ("HERMOD_CLOCK_EPOCH", "yesterday", "HERMOD_CLOCK_EPOCH: "),
        ("HERMOD_ENVIRONMENT", "staging", "HERMOD_ENVIRONMENT: "),
        ("HERMOD_BCRYPT_COST", "40", "HERMOD_BCRYPT_COST: "),
    ],
)
def test_a_setting_that_is_not_right_is_named(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart, match=says):
        read_settings()


def test_secrets_are_not_shown() -> None:
    text = repr(Settings(secret_key=STRONG, metrics_token=STRONG, sms_token=STRONG))  # type: ignore[arg-type]
    assert STRONG not in text


@pytest.mark.parametrize("name", ["HERMOD_DATABASE_URL", "HERMOD_REDIS_URL"])
def test_an_address_that_is_none_is_told_without_being_shown(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "hunter2@db")
    with pytest.raises(CannotStart, match=f"{name}: is no address: give one like") as told:
        read_settings()
    assert "hunter2" not in str(told.value)
