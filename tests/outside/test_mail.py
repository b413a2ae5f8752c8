"""Mail to a relay that speaks TLS and asks who is there."""

import ssl
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import AuthResult

from vauban.crypto.certificates import self_signed
from vauban.outside.mail import Letter, Mail, MailFailed, NoRelay

from ..relays import relay

LETTER = Letter("1", "ada@mail.example", "Vauban", "A subject", "text", datetime(2026, 1, 1, tzinfo=UTC))


class Taken:
    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.users: list[bytes] = []
        self.recipient = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server, session, envelope) -> str:
        self.letters.append(envelope.content)
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.users.append(data.login)
        return AuthResult(success=data.password == b"secret")


@pytest.fixture
def certificate(tmp_path):
    """A chain in PEM; its key is beside it."""
    chain, key = self_signed(["localhost"])
    (tmp_path / "relay.pem").write_bytes(chain)
    (tmp_path / "relay.key").write_bytes(key)
    return tmp_path / "relay.pem"


@pytest.fixture
def taken():
    return Taken()


@pytest.fixture
def port(taken, certificate):
    """Of a relay that takes letters by STARTTLS, from who logs in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with relay(taken, tls_context=context, require_starttls=True, authenticator=taken.authenticate) as port:
        yield port


def mail(port, **more) -> Mail:
    return Mail("localhost", port, "no-reply@vauban.example", **more)


def test_a_letter_goes_by_starttls_with_a_name_and_a_password(taken, port, certificate, tmp_path):
    password = tmp_path / "password"
    password.write_text("secret\n")
    mail(port, ca_file=str(certificate), user="vauban", password_file=str(password)).send(LETTER)
    assert taken.users == [b"vauban"]
    (letter,) = taken.letters
    assert b"Date: Thu, 01 Jan 2026 00:00:00 +0000" in letter
    assert b"Message-ID: <1@vauban.example>" in letter


def test_a_relay_whose_certificate_is_not_trusted_gets_nothing(taken, port):
    with pytest.raises(MailFailed, match="SSLCertVerificationError"):
        mail(port).send(LETTER)
    assert taken.letters == []


def test_without_tls_nothing_is_said_to_a_relay_that_cannot_do_it(taken):
    with relay(taken) as port, pytest.raises(MailFailed, match="SMTPNotSupportedError"):
        mail(port).send(LETTER)
    assert taken.letters == []


@pytest.mark.parametrize(("answer", "lasting"), [("550 nobody of that name", True), ("450 later", False)])
def test_a_recipient_that_is_refused_for_good_is_told_apart(taken, port, certificate, answer, lasting):
    taken.recipient = answer
    with pytest.raises(MailFailed) as failed:
        mail(port, ca_file=str(certificate)).send(LETTER)
    assert failed.value.lasting is lasting


def test_without_a_relay_a_letter_waits_for_one():
    with pytest.raises(NoRelay) as failed:
        Mail().send(LETTER)
    assert not failed.value.lasting


def test_a_relay_that_is_away_is_worth_another_try():
    with pytest.raises(MailFailed) as failed:
        mail(1).send(LETTER)
    assert not failed.value.lasting
