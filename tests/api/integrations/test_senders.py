"""Text messages and e-mail where nobody is set up to send them: kept, never dropped in silence."""

import pytest

from api.integrations.mail import MailRefused, MailSender
from api.integrations.sms import SmsRefused, SmsSender
from api.settings import Settings


async def test_without_a_text_message_service_a_message_is_refused(settings: Settings) -> None:
    sender = SmsSender(settings)
    try:
        with pytest.raises(SmsRefused, match="HERMOD_SMS_URL"):
            await sender.send("+351910000000", "Your code is 123456")
    finally:
        await sender.close()


async def test_without_a_mail_server_a_message_is_refused(settings: Settings) -> None:
    with pytest.raises(MailRefused, match="HERMOD_MAIL_HOST"):
        await MailSender(settings).send("ana@example.org", "Your code", "123456")
