"""Text messages through an HTTP service, shaped like Twilio's or like Mobizon's."""

from dataclasses import dataclass, field

import aiohttp

from api.kit.outbox import Hopeless
from api.kit.resources import Key
from api.settings import Settings, SmsKind

DEADLINE_S = 5.0


class SmsRefused(Exception):
    """The service did not take the message; the outbox tries again."""


class NoSmsService(SmsRefused, Hopeless):
    """Nobody has set up a service for text messages."""


@dataclass(frozen=True, slots=True)
class _Call:
    """What is sent to a service for one message."""

    url: str
    form: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class SmsSender:
    """Sends text messages; without a service set up it refuses, so that the outbox keeps them."""

    def __init__(self, settings: Settings) -> None:
        self._kind = settings.sms_kind
        self._base = settings.sms_url.rstrip("/")
        self._account = settings.sms_account
        self._token = settings.sms_token.get_secret_value()
        self._sender = settings.sms_sender
        timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def send(self, phone: str, text: str) -> None:
        """Send `text` to `phone`; raise `SmsRefused` where the service does not take it."""
        if not self._base:
            raise NoSmsService("No text message service is set up: name one in HERMOD_SMS_URL")
        is_mobizon = self._kind is SmsKind.MOBIZON
        call = self._mobizon(phone, text) if is_mobizon else self._twilio(phone, text)
        try:
            async with self._session.post(
                call.url, params=call.query, data=call.form, headers=call.headers
            ) as response:
                if response.status >= 300:
                    raise SmsRefused(f"The text message service answered {response.status}")
                if is_mobizon:
                    _check_mobizon(await response.json(content_type=None))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SmsRefused(f"The text message service: {type(error).__name__}") from error

    def _twilio(self, phone: str, text: str) -> _Call:
        return _Call(
            url=f"{self._base}/2010-04-01/Accounts/{self._account}/Messages.json",
            form={"To": phone, "From": self._sender, "Body": text},
            headers={"Authorization": aiohttp.encode_basic_auth(self._account, self._token)},
        )

    def _mobizon(self, phone: str, text: str) -> _Call:
        return _Call(
            url=f"{self._base}/service/message/sendsmsmessage",
            form={"recipient": phone.removeprefix("+"), "from": self._sender, "text": text},
            query={"output": "json", "api": "v1", "apiKey": self._token},
        )

    async def close(self) -> None:
        """Close the connections to the service."""
        await self._session.close()


def _check_mobizon(answer: object) -> None:
    """Raise `SmsRefused` unless Mobizon says that it took the message: it answers 200 always."""
    code = answer.get("code") if isinstance(answer, dict) else None
    if code != 0:
        raise SmsRefused(f"The text message service answered with code {code}")


SMS: Key[SmsSender] = Key("SMS sender")
