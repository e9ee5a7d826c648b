"""Text messages through a Mobizon-shaped service: taken is what it says it took."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from api.integrations.sms import SmsRefused, SmsSender
from api.settings import Settings, SmsKind


class Mobizon:
    """The service, as its public description has it: errors come with status 200."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.answer: Any = None
        self.status = 200

    async def take(self, request: web.Request) -> web.Response:
        """Take a message from whoever has the key."""
        if self.answer is not None:
            return web.json_response(self.answer, status=self.status)
        if request.query["apiKey"] != "the key" or request.query["api"] != "v1":
            return web.json_response({"code": 8, "data": "", "message": "access denied"})
        self.taken.append({name: str(value) for name, value in (await request.post()).items()})
        told = {"campaignId": "1", "messageId": "2", "status": 2}
        return web.json_response({"code": 0, "data": told, "message": ""})


@pytest.fixture
async def mobizon() -> AsyncIterator[tuple[Mobizon, Settings]]:
    """Return the running service and the settings that lead to it."""
    service = Mobizon()
    app = web.Application()
    app.router.add_post("/service/message/sendsmsmessage", service.take)
    running = TestServer(app)
    await running.start_server()
    url = str(running.make_url("")).rstrip("/")
    key = SecretStr("the key")
    yield service, Settings(sms_kind=SmsKind.MOBIZON, sms_url=url, sms_token=key)
    await running.close()


async def send(settings: Settings) -> None:
    """Send a message."""
    sender = SmsSender(settings)
    try:
        await sender.send("+77011234567", "Код: 123456")
    finally:
        await sender.close()


async def test_a_message_is_sent_in_the_services_own_words(
    mobizon: tuple[Mobizon, Settings],
) -> None:
    service, settings = mobizon
    await send(settings)
    assert service.taken == [{"recipient": "77011234567", "from": "Hermod", "text": "Код: 123456"}]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"code": 1, "data": {"recipient": "wrong"}, "message": "no"}, 200),
        ({"message": "something else"}, 200),
        ([], 200),
        ({"code": 0}, 500),
    ],
)
async def test_what_it_does_not_say_it_took_is_tried_again(
    mobizon: tuple[Mobizon, Settings], answer: Any, status: int
) -> None:
    service, settings = mobizon
    service.answer, service.status = answer, status
    with pytest.raises(SmsRefused):
        await send(settings)


async def test_a_wrong_key_is_a_refusal_although_it_answers_200(
    mobizon: tuple[Mobizon, Settings],
) -> None:
    _service, settings = mobizon
    with pytest.raises(SmsRefused, match="code 8"):
        await send(settings.model_copy(update={"sms_token": SecretStr("another")}))
