"""A real SMTP server for tests: it keeps the messages it is given."""

import email
import re
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailInbox:
    """The handler of the server, and what came."""

    def __init__(self) -> None:
        self.messages: dict[str, list[EmailMessage]] = {}
        self.failing = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take a message; the name and the shape are aiosmtpd's."""
        if self.failing:
            self.failing -= 1
            return "451 out of order"
        content: Any = envelope.content
        message = email.message_from_bytes(content, policy=default)
        for address in envelope.rcpt_tos:
            self.messages.setdefault(address, []).append(message)
        return "250 taken"

    def text(self, address: str) -> str:
        """Return the newest message to `address`."""
        return str(self.messages[address][-1].get_content())

    def code(self, address: str) -> str:
        """Return the code in the newest message to `address`."""
        found = re.search(r"\b\d{6}\b", self.text(address))
        assert found is not None
        return found[0]
