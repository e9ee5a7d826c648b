"""The text message service, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port

from benchmarks.city.errors import CityError
from benchmarks.city.noticeboard import Noticeboard
from benchmarks.city.sms_gateway import SmsGateway, serving

PATH = "/2010-04-01/Accounts/AC1/Messages.json"
FORM = {"To": "+883510000010001", "From": "Hermod", "Body": "Your Hermod code is 123456"}
GOOD = aiohttp.encode_basic_auth("AC1", "secret")


class Caller:
    """Sends messages to a gateway."""

    def __init__(
        self,
        gateway: SmsGateway,
        board: Noticeboard,
        server: TestServer,
        http: aiohttp.ClientSession,
    ) -> None:
        self.gateway = gateway
        self.board = board
        self._server = server
        self._http = http

    async def send(
        self, form: dict[str, str], auth: str | None = GOOD
    ) -> tuple[int, dict[str, object]]:
        url = self._server.make_url(PATH)
        headers = {"Authorization": auth} if auth else {}
        async with self._http.post(url, data=form, headers=headers) as response:
            return response.status, await response.json()

    async def page(self) -> str:
        async with self._http.get(self._server.make_url("/")) as response:
            return await response.text()


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    board = Noticeboard()
    gateway = SmsGateway(token="secret", board=board)
    async with TestServer(gateway.app()) as server, aiohttp.ClientSession() as http:
        yield Caller(gateway, board, server, http)


async def test_a_message_is_answered_as_twilio_answers_it(caller: Caller) -> None:
    status, told = await caller.send(FORM)
    assert status == 201
    assert str(told["sid"]).startswith("SM")
    assert len(str(told["sid"])) == 34
    assert (told["to"], told["from"], told["body"]) == (FORM["To"], "Hermod", FORM["Body"])
    assert (told["status"], told["num_segments"], told["error_code"]) == ("queued", "1", None)
    assert told["uri"] == f"/2010-04-01/Accounts/AC1/Messages/{told['sid']}.json"


async def test_a_message_reaches_the_phone_and_its_code_can_be_read(caller: Caller) -> None:
    inbox = caller.gateway.phone(FORM["To"])
    await caller.send(FORM)
    assert (await asyncio.wait_for(inbox.get(), 5)).code == "123456"


async def test_messages_to_other_phones_do_not_arrive(caller: Caller) -> None:
    inbox = caller.gateway.phone("+883510000010002")
    await caller.send(FORM)
    assert inbox.empty()


async def test_a_message_without_a_code_has_none(caller: Caller) -> None:
    inbox = caller.gateway.phone(FORM["To"])
    await caller.send(FORM | {"Body": "Somebody tried to register your number 12345."})
    assert (await inbox.get()).code is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "0123"}, 21211),
    ],
)
async def test_a_bad_message_is_refused_with_twilio_s_code(
    caller: Caller, change: dict[str, str], code: int
) -> None:
    status, told = await caller.send(FORM | change)
    assert (status, told["code"], told["status"]) == (400, code, 400)
    assert not caller.board.notes


@pytest.mark.parametrize(
    "auth",
    [
        None,
        "Basic ???",
        aiohttp.encode_basic_auth("AC1", "wrong"),
        aiohttp.encode_basic_auth("AC2", "secret"),
    ],
)
async def test_whoever_is_not_the_account_is_refused(caller: Caller, auth: str | None) -> None:
    status, told = await caller.send(FORM, auth)
    assert (status, told["code"]) == (401, 20003)


async def test_the_page_shows_what_came(caller: Caller) -> None:
    await caller.send(FORM)
    assert FORM["Body"] in await caller.page()


async def test_a_taken_port_is_one_sentence_that_names_the_option() -> None:
    port = unused_port()
    async with serving(SmsGateway(), port):
        with pytest.raises(
            CityError, match=rf"Port {port} .* in use: name another with --sms-port"
        ):
            async with serving(SmsGateway(), port):
                pass
