"""Text messages through a Twilio-shaped HTTP service."""

import aiohttp

from api.kit.resources import Key
from api.settings import Settings

DEADLINE_S = 5.0


class SmsRefused(Exception):
    """The service did not take the message; the outbox tries again."""


class SmsSender:
    """Sends text messages; without a service set up it refuses, so that the outbox keeps them."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.sms_url.rstrip("/")
        self._account = settings.sms_account
        self._token = settings.sms_token.get_secret_value()
        self._sender = settings.sms_sender
        timeout = aiohttp.ClientTimeout(total=DEADLINE_S)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def send(self, phone: str, text: str) -> None:
        """Send `text` to `phone`; raise `SmsRefused` where the service does not take it."""
        if not self._base:
            raise SmsRefused("No text message service is set up: name one in HERMOD_SMS_URL")
        url = f"{self._base}/2010-04-01/Accounts/{self._account}/Messages.json"
        form = {"To": phone, "From": self._sender, "Body": text}
        headers = {"Authorization": aiohttp.encode_basic_auth(self._account, self._token)}
        try:
            async with self._session.post(url, data=form, headers=headers) as response:
                if response.status >= 300:
                    raise SmsRefused(f"The text message service answered {response.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SmsRefused(f"The text message service: {type(error).__name__}") from error

    async def close(self) -> None:
        """Close the connections to the service."""
        await self._session.close()


SMS: Key[SmsSender] = Key("SMS sender")
