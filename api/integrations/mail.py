"""E-mail through an SMTP server."""

from email.message import EmailMessage

import aiosmtplib

from api.kit.outbox import Hopeless
from api.kit.resources import Key
from api.settings import MailTls, Settings

DEADLINE_S = 10.0


class MailRefused(Exception):
    """The server did not take the message; the outbox tries again."""


class NoMailServer(MailRefused, Hopeless):
    """Nobody has set up a mail server."""


class MailSender:
    """Sends e-mail; without a server set up it refuses, so that the outbox keeps it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, address: str, subject: str, text: str) -> None:
        """Send `text` to `address`; raise `MailRefused` where the server does not take it."""
        given = self._settings
        if not given.mail_host:
            raise NoMailServer("No mail server is set up: name one in HERMOD_MAIL_HOST")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = given.mail_sender, address, subject
        message.set_content(text)
        try:
            await aiosmtplib.send(
                message,
                hostname=given.mail_host,
                port=given.mail_port,
                username=given.mail_user or None,
                password=given.mail_password.get_secret_value() or None,
                use_tls=given.mail_tls is MailTls.IMPLICIT,
                start_tls=given.mail_tls is MailTls.STARTTLS,
                timeout=DEADLINE_S,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailRefused(f"The mail server: {type(error).__name__}") from error


MAIL: Key[MailSender] = Key("mail sender")
