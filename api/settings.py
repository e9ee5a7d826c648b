"""All settings: read once from the environment (prefix HERMOD_), frozen, handed down as values."""

import os
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import (
    AwareDatetime,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.kit.cannot_start import CannotStart
from api.kit.clock import Clock
from api.kit.rate_limit import Limit, RateClass, per_minute
from api.kit.resources import Key


class Environment(StrEnum):
    """Where the installation runs; production has no demo data and sends cookies over TLS only."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SmsKind(StrEnum):
    """How the service for text messages wants to be spoken to."""

    TWILIO = "twilio"
    MOBIZON = "mobizon"


class DispatchKind(StrEnum):
    """How the tick decides: sequences that it goes on from, or a matching each time anew."""

    ROLLING = "rolling"
    MATCHING = "matching"


class MailTls(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


Port = Annotated[int, Field(ge=0, le=65535)]
Rate = Annotated[int, Field(ge=1, le=10_000_000)]


_ADDRESSES = {
    "database_url": (("postgresql", "postgres"), "postgresql://user:password@host:5432/database"),
    "redis_url": (("redis", "rediss", "unix"), "redis://host:6379/0"),
}


class Settings(BaseSettings):
    """Each field is the variable HERMOD_<NAME>; `docs/operate/settings.md` lists them all."""

    model_config = SettingsConfigDict(env_prefix="HERMOD_", frozen=True, extra="ignore")

    @field_validator("database_url", "redis_url")
    @classmethod
    def _is_address(cls, given: SecretStr, about: ValidationInfo) -> SecretStr:
        """Refuse what is no address of such a server, without telling what it is: a secret."""
        schemes, example = _ADDRESSES[str(about.field_name)]
        if given.get_secret_value().partition("://")[0] not in schemes:
            raise ValueError(f"is no address: give one like {example}")
        return given

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            try:
                ip_network(one)
            except ValueError as error:
                raise ValueError(
                    f'holds no networks: write them like ["10.0.0.0/8"]; {error}'
                ) from error
        return given

    environment: Environment = Field(
        Environment.DEVELOPMENT,
        description="development, or production: no demo data, cookies over TLS only",
    )
    database_url: SecretStr = Field(
        SecretStr("postgresql://hermod@127.0.0.1/hermod"), description="PostgreSQL with PostGIS"
    )
    redis_url: SecretStr = Field(
        SecretStr("redis://127.0.0.1:6379/0"), description="Redis 7.0 or newer, or Valkey"
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="at least 32 random characters; signs tokens and one-time codes",
    )
    state_dir: Path = Field(Path(".hermod"), description="folder for tick logs and baked maps")
    log_level: str = Field("info", description="debug, info, warning or error")

    http_host: str = Field("127.0.0.1", description="address the API listens on")
    http_port: Port = Field(8080, description="port of the API and the pages")
    realtime_host: str = Field("127.0.0.1", description="address the realtime program listens on")
    realtime_port: Port = Field(8081, description="port of the realtime program")
    realtime_url: str = Field(
        "", description="address of the realtime program as browsers see it; empty: same host"
    )
    jobs_port: Port = Field(8082, description="port of the job worker's health and metrics")
    allowed_origins: tuple[str, ...] = Field(
        (), description="web origins besides our own that may open sockets, as a JSON list"
    )
    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="addresses whose X-Forwarded-For and -Proto are believed, as a JSON list",
    )
    connections_per_address: int = Field(
        1000,
        ge=1,
        description="connections and sockets of one address, of trusted_proxies without limit",
    )
    sockets_per_holder: int = Field(
        50, ge=1, description="sockets of one session, or of all who follow one tracking link"
    )
    web_dir: Path = Field(Path("web/dist"), description="the built pages")
    basemap_file: Path | None = Field(None, description="PMTiles file; none: plain background")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="bearer token for /metrics; empty: only loopback may read"
    )

    clock_epoch: AwareDatetime | None = Field(
        None, description="real instant at which the business clock shows HERMOD_CLOCK_START"
    )
    clock_start: AwareDatetime | None = Field(
        None, description="what the business clock shows then; default: the epoch itself"
    )
    clock_speed: float = Field(1.0, gt=0, le=1000, description="business seconds per real second")

    access_token_s: int = Field(900, ge=60, description="life of an access token")
    refresh_token_s: int = Field(7 * 86400, ge=3600, description="life of an unused session")
    refresh_grace_s: int = Field(
        10, ge=0, description="how long the last refresh token still works"
    )
    code_s: int = Field(300, ge=60, description="life of a one-time code")
    reset_code_s: int = Field(1800, ge=60, description="life of a password reset code")
    code_gap_s: int = Field(60, ge=0, description="pause between two codes to one contact")
    codes_per_day: int = Field(10, ge=1, description="codes to one contact in a day")
    codes_per_address_per_day: int = Field(
        200, ge=1, description="codes that one network address may ask for in a day"
    )
    lock_after: int = Field(5, ge=1, description="wrong passwords until an account is locked")
    lock_s: int = Field(
        900, ge=1, description="length of the first lock, per account and network; then doubled"
    )
    bcrypt_cost: int = Field(12, ge=4, le=16, description="work factor of password hashes")

    rate_auth_per_min: Rate = Field(20, description="sign-in attempts per address")
    rate_public_per_min: Rate = Field(120, description="public calls per address")
    rate_read_per_min: Rate = Field(1200, description="reads per user")
    rate_write_per_min: Rate = Field(300, description="changes per user")
    rate_upload_per_min: Rate = Field(30, description="files that a user sends")
    rate_export_per_min: Rate = Field(2, description="exports of much data per user")
    rate_phone_per_min: Rate = Field(
        1200, description="calls of a phone app that reports fixes, per device"
    )

    sms_kind: SmsKind = Field(SmsKind.TWILIO, description="shape of the service: twilio, mobizon")
    sms_url: str = Field("", description="base address of the SMS service; empty: none")
    sms_account: str = Field("hermod", description="account id at a Twilio-shaped service")
    sms_token: SecretStr = Field(SecretStr(""), description="secret at the SMS service")
    sms_sender: str = Field("Hermod", description="sender of text messages")

    mail_host: str = Field("", description="SMTP server for e-mail; empty: none")
    mail_port: Port = Field(587, description="port of the SMTP server")
    mail_tls: MailTls = Field(MailTls.STARTTLS, description="none, starttls or implicit")
    mail_user: str = Field("", description="user at the SMTP server; empty: no sign-in")
    mail_password: SecretStr = Field(SecretStr(""), description="password at the SMTP server")
    mail_sender: str = Field("Hermod <hermod@localhost>", description="sender of e-mail")

    geocoder_url: str = Field(
        "", description="base address of a Nominatim-shaped geocoder; empty: none"
    )
    geocoder_key: SecretStr = Field(SecretStr(""), description="key at a hosted geocoder")
    geocoder_contact: str = Field(
        "", description="e-mail address that the geocoder's owner may write to (User-Agent)"
    )
    geocoder_countries: tuple[str, ...] = Field(
        (), description="countries to look in (ISO 3166, lower case), as a JSON list; none: all"
    )
    error_reports_dsn: SecretStr = Field(
        SecretStr(""), description="Sentry DSN that unexpected errors go to; empty: logs only"
    )

    google_client_ids: tuple[str, ...] = Field(
        (), description="our client ids at Google, as a JSON list; none: no sign-in with Google"
    )
    google_keys_url: str = Field(
        "https://www.googleapis.com/oauth2/v3/certs", description="Google's signing keys"
    )
    apple_client_ids: tuple[str, ...] = Field(
        (), description="our bundle and service ids at Apple, as a JSON list; none: no sign-in"
    )
    apple_keys_url: str = Field(
        "https://appleid.apple.com/auth/keys", description="Apple's signing keys"
    )
    facebook_app_id: str = Field("", description="our app at Facebook; empty: no sign-in")
    facebook_app_secret: SecretStr = Field(SecretStr(""), description="its secret")
    facebook_url: str = Field("https://graph.facebook.com", description="Facebook's Graph API")

    files_dir: Path | None = Field(
        None, description="folder for uploaded files; none: files in the state folder"
    )
    s3_bucket: str = Field("", description="S3 bucket for uploaded files; empty: the folder")
    s3_endpoint: str = Field("", description="address of an S3-compatible server; empty: AWS")
    s3_region: str = Field("us-east-1", description="region of the bucket")
    s3_access_key: str = Field("", description="access key id at the S3 server")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="secret key at the S3 server")
    cdn_url: str = Field(
        "", description="address of a CDN in front of the API, for public files; empty: none"
    )
    files_per_user_mb: int = Field(200, ge=1, description="what one user's files may take")
    file_link_s: int = Field(900, ge=60, description="life of a link to a private file")

    webhook_networks: tuple[str, ...] = Field(
        (),
        description="networks besides the public one that webhooks may go to, and by plain http, "
        "as a JSON list of CIDR",
    )

    travel_detour: float = Field(
        0.0, ge=0, le=5, description="road metres per straight metre; 0: by vehicle"
    )
    travel_speed_mps: float = Field(
        0.0, ge=0, le=60, description="travel speed of every vehicle; 0: by vehicle"
    )
    offer_s: float = Field(45.0, gt=0, description="how long a courier may think (business time)")
    dispatch_tick_s: float = Field(1.0, gt=0.01, description="pause between dispatch ticks")
    dispatch_policy: DispatchKind = Field(
        DispatchKind.MATCHING, description="rolling: plan ahead; matching: one each per tick"
    )
    dispatch_guaranteed_per_hour: float = Field(
        0.0, ge=0, le=1000, description="deliveries that an hour of shift is paid for at least"
    )
    dispatch_shadow: str = Field(
        "", description="knobs of a policy to try beside the live one: name=value, by comma"
    )
    dispatch_service_s: int = Field(120, ge=0, description="time at a stop that dispatch plans for")
    orders_per_customer: int = Field(
        500, ge=1, description="open orders that one customer may have at once"
    )
    import_rows: int = Field(
        10_000, ge=1, le=100_000, description="most rows of a file that is imported"
    )
    optimize_key: SecretStr = Field(
        SecretStr(""), description="service key for POST /api/v1/optimize; empty: no key opens it"
    )
    optimize_local: bool = Field(
        False, description="let callers on this machine use /api/v1/optimize without a key"
    )
    optimize_s: float = Field(10.0, gt=0, le=600, description="longest search of one problem")
    optimize_tasks: int = Field(2000, ge=1, description="most tasks of one problem")
    optimize_vehicles: int = Field(400, ge=1, description="most vehicles of one problem")
    presence_s: float = Field(30.0, gt=0, description="silence after which a phone counts as stale")
    silence_s: float = Field(180.0, gt=0, description="silence after which a courier goes offline")
    tracking_tick_ms: int = Field(250, ge=20, description="pause between two map frames of a cell")
    phone_fixes_per_s: Rate = Field(
        50, description="fixes read of one phone a second; 1,200 at once, the rest waits"
    )
    trail_days: int = Field(90, ge=1, description="days that raw trails are kept")
    trail_rows_days: int = Field(
        2, ge=1, description="days that trails lie in rows; older ones are packed"
    )

    @property
    def signing_key(self) -> str:
        """Return the secret key; raise `CannotStart` where somebody could guess it."""
        secret = self.secret_key.get_secret_value()
        if len(secret) < 32 or len(set(secret)) < 10:
            raise CannotStart(
                "HERMOD_SECRET_KEY must be at least 32 random characters; this makes one: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return secret

    @property
    def clock(self) -> Clock:
        """Return the business clock of this installation."""
        if self.clock_epoch is None:
            return Clock.real()
        start: datetime = self.clock_start or self.clock_epoch
        return Clock(self.clock_epoch, start, self.clock_speed)

    @property
    def realtime_address(self) -> str:
        """Return the realtime program's address for clients that cannot guess it."""
        return self.realtime_url or f"http://{self.realtime_host}:{self.realtime_port}"

    @property
    def limits(self) -> dict[RateClass, Limit]:
        """Return the limit of each rate class; API keys have limits of their own.

        Of exports, which cost much, a minute's worth comes at once.
        """
        rates = {
            RateClass.AUTH: self.rate_auth_per_min,
            RateClass.PUBLIC: self.rate_public_per_min,
            RateClass.READ: self.rate_read_per_min,
            RateClass.WRITE: self.rate_write_per_min,
            RateClass.UPLOAD: self.rate_upload_per_min,
            RateClass.PHONE: self.rate_phone_per_min,
        }
        limits = {kind: per_minute(rate) for kind, rate in rates.items()}
        exports = self.rate_export_per_min
        return limits | {RateClass.EXPORT: Limit(exports, exports)}


def read_settings() -> Settings:
    """Return the settings of the environment; end with one sentence where they are not right."""
    known = {f"HERMOD_{name.upper()}" for name in Settings.model_fields}
    for name in os.environ:
        if name.startswith("HERMOD_") and not name.startswith("HERMOD_TEST_") and name not in known:
            bare = {one.removeprefix("HERMOD_"): one for one in known}
            close = [bare[one] for one in get_close_matches(name.removeprefix("HERMOD_"), bare, 1)]
            hint = f"did you mean {close[0]}?" if close else "see docs/operate/settings.md"
            raise CannotStart(f"There is no setting {name}; {hint}")
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"HERMOD_{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}"
            if e["loc"]
            else e["msg"]
            for e in error.errors()
        )
        raise CannotStart(f"The settings are not right: {wrong}") from error


SETTINGS: Key[Settings] = Key("settings")
