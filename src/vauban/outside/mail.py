"""Mail, handed to the operator's relay. Source: RFC 5321, RFC 5322, RFC 3207."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vauban.kernel.errors import WorkFailed

if TYPE_CHECKING:
    from datetime import datetime

    from vauban.outside import Outside

SECONDS = 15.0
"""For each step of a conversation with the relay."""


class MailFailed(WorkFailed):
    """What came in place of a success; ``lasting`` where another try would come to no more."""

    def __init__(self, reason: str, lasting: bool = False):
        super().__init__(reason)
        self.lasting = lasting


class NoRelay(MailFailed):
    """The settings name nobody who takes mail: not now."""


class Letter(NamedTuple):
    letter_id: str
    """The same however often it is tried, so that who gets it twice can tell."""
    to: str
    sender: str
    """A name, shown beside the address that all mail comes from."""
    subject: str
    text: str
    written: "datetime"


@dataclass(frozen=True)
class Mail:
    """Hands letters to a relay, one at a time."""

    host: str = ""
    port: int = 25
    address: str = ""
    """That letters come from."""
    tls: str = "starttls"
    """``starttls``, and nothing without it; ``on`` from the first byte; or ``off``."""
    ca_file: str = ""
    """The trusted authorities in PEM; without one they are the system's."""
    user: str = ""
    password_file: str = ""

    def require_relay(self) -> None:
        """Raises NoRelay."""
        if not self.host:
            raise NoRelay("no mail relay is set up")

    def send(self, letter: Letter) -> None:
        """Raises MailFailed."""
        self.require_relay()
        try:
            with self._connected() as relay:
                relay.send_message(self._written(letter), self.address, [letter.to])
        except smtplib.SMTPRecipientsRefused as refused:
            code = refused.recipients[letter.to][0]
            raise MailFailed(f"the relay refused the recipient: {code}", lasting=code >= 500) from None
        except smtplib.SMTPDataError as refused:
            raise MailFailed(f"the relay refused the letter: {refused.smtp_code}", refused.smtp_code >= 500) from None
        except (smtplib.SMTPException, OSError) as failure:
            raise MailFailed(type(failure).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        if self.tls == "on":
            relay = smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=self._context())
        else:
            relay = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        try:
            if self.tls == "starttls":
                relay.starttls(context=self._context())
            if self.user:
                relay.login(self.user, Path(self.password_file).read_text().strip())
        except BaseException:
            relay.close()
            raise
        return relay

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file or None)

    def _written(self, letter: Letter) -> EmailMessage:
        domain = self.address.rpartition("@")[2]
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(letter.sender, addr_spec=self.address)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.written)
        message["Message-ID"] = f"<{letter.letter_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def send(outside: "Outside", letter: Letter) -> None:
    """For ``call.outside``. Raises MailFailed."""
    outside.mail.send(letter)


def require_relay(outside: "Outside") -> None:
    """For ``call.outside``. Raises NoRelay."""
    outside.mail.require_relay()
