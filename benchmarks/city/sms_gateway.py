"""A text message service in the shape of Twilio's, for robots' phones and for people who look."""

import asyncio
import base64
import binascii
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from benchmarks.city.errors import CityError
from benchmarks.city.noticeboard import Note, Noticeboard

LONGEST_BODY = 1600
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_VERSION = "2010-04-01"
_CODE = re.compile(r"\b[0-9]{6,8}\b")
_UNREAD = 20


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message that was sent."""

    to: str
    sender: str
    body: str
    at: datetime

    @property
    def code(self) -> str | None:
        """Return the one-time code in the message, if it holds one."""
        found = _CODE.search(self.body)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as Twilio answers it: HTTP status, Twilio's code, a sentence."""

    status: int
    code: int
    message: str


class SmsGateway:
    """Takes messages over HTTP and hands them to the phones that were opened here.

    With a `token`, callers must sign in with it; without, any password will do. The user name is
    always the account in the path, as at Twilio.
    """

    def __init__(self, token: str | None = None, board: Noticeboard | None = None) -> None:
        """Begin with no messages; those that come are shown on `board`."""
        self._board = Noticeboard() if board is None else board
        self._token = token
        self._phones: dict[str, asyncio.Queue[TextMessage]] = {}

    def phone(self, number: str) -> asyncio.Queue[TextMessage]:
        """Return the messages that come to a number from now on, unread ones in order."""
        return self._phones.setdefault(number, asyncio.Queue())

    def close_phone(self, number: str) -> None:
        """Throw a number's unread messages away and keep no more for it."""
        self._phones.pop(number, None)

    def app(self) -> web.Application:
        """Return the service as an application."""
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_post(f"/{_VERSION}/Accounts/{{account}}/Messages.json", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        account = request.match_info["account"]
        if not self._may_send(request.headers.get("Authorization", ""), account):
            return _refused(Refusal(401, 20003, "Authenticate"))
        form = {name: str(value) for name, value in (await request.post()).items()}
        refusal = _check(form)
        if refusal is not None:
            return _refused(refusal)
        message = TextMessage(form["To"], form["From"], form["Body"], _real_now())
        self._deliver(message)
        return web.json_response(_answer(account, message), status=201)

    def _may_send(self, header: str, account: str) -> bool:
        scheme, _, text = header.partition(" ")
        try:
            user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        fits = self._token is None or secrets.compare_digest(password, self._token)
        return scheme.lower() == "basic" and user == account and fits

    def _deliver(self, message: TextMessage) -> None:
        self._board.notes.appendleft(Note(message.at, message.to, message.body))
        inbox = self._phones.get(message.to)
        if inbox is None:
            return
        if inbox.qsize() >= _UNREAD:
            inbox.get_nowait()
        inbox.put_nowait(message)

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._board.html(), content_type="text/html")


def _check(form: dict[str, str]) -> Refusal | None:
    """Return what Twilio would object to in a message, None when it would send it."""
    body = form.get("Body", "")
    if not form.get("To"):
        return Refusal(400, 21604, "A 'To' phone number is required.")
    if not form.get("From"):
        return Refusal(400, 21603, "A 'From' phone number is required.")
    if not body:
        return Refusal(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        too_long = f"The concatenated message body exceeds the {LONGEST_BODY} character limit"
        return Refusal(400, 21617, too_long)
    if not _E164.fullmatch(form["To"]):
        return Refusal(400, 21211, f"Invalid 'To' Phone Number: {form['To']}")
    return None


def _refused(refusal: Refusal) -> web.Response:
    content = {
        "code": refusal.code,
        "message": refusal.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    return web.json_response(content, status=refusal.status)


def _answer(account: str, message: TextMessage) -> dict[str, object]:
    sid = "SM" + secrets.token_hex(16)
    uri = f"/{_VERSION}/Accounts/{account}/Messages/{sid}"
    at = format_datetime(message.at)
    return {
        "sid": sid,
        "account_sid": account,
        "api_version": _VERSION,
        "body": message.body,
        "date_created": at,
        "date_sent": None,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(-(-len(message.body) // 160)),
        "price": None,
        "price_unit": "USD",
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def _real_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def serving(gateway: SmsGateway, port: int) -> AsyncIterator[None]:
    """Serve the gateway on the loopback address while the block runs.

    Raises CityError when the port is taken.
    """
    runner = web.AppRunner(gateway.app(), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as error:
            message = (
                f"Port {port} for text messages is in use: name another with --sms-port, the same"
                " that HERMOD_SMS_URL names."
            )
            raise CityError(message) from error
        yield
    finally:
        await runner.cleanup()
