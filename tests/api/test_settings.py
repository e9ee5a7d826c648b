"""Settings: read once, and a wrong one ends the program with a sentence."""

import pytest

from api.kit.cannot_start import CannotStart
from api.settings import Settings, read_settings

STRONG = "0123456789abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("secret", ["", "short", "x" * 40, "abc" * 20, STRONG[:31]])
def test_production_refuses_a_weak_secret(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERMOD_ENVIRONMENT", "production")
    monkeypatch.setenv("HERMOD_SECRET_KEY", secret)
    with pytest.raises(CannotStart, match="at least 32 random characters"):
        read_settings()
    monkeypatch.setenv("HERMOD_SECRET_KEY", STRONG)
    assert read_settings().secret_key.get_secret_value() == STRONG


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
