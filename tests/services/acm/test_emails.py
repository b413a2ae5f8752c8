import re
from types import SimpleNamespace

import pytest

from vauban.kernel.requests import Request
from vauban.testing import InProcess

from ...relays import relay

MAILBOXES = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")


class Mailbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(SimpleNamespace(to=envelope.rcpt_tos[0], text=envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def vauban(mailbox):
    with relay(mailbox) as port:
        running = InProcess(smtp_relay=f"localhost:{port}", smtp_from="pki@example.com", smtp_tls="off")
        yield running
        running.close()


def described(acm, arn):
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


def requested(acm, vauban, *names, **more):
    arn = acm.request_certificate(
        DomainName=names[0], SubjectAlternativeNames=list(names), ValidationMethod="EMAIL", **more
    )["CertificateArn"]
    vauban.advance(seconds=1)
    return arn


def links(mailbox):
    """Each path that was sent, once."""
    found = [re.search(r"http://[^/]+(/\S+)", each.text.replace("=\r\n", ""))[1] for each in mailbox.letters]
    return list(dict.fromkeys(found))


def test_five_mailboxes_of_the_domain_are_asked(acm, vauban, mailbox):
    arn = requested(acm, vauban, "shop.example.org")
    expected = {f"{each}@shop.example.org" for each in MAILBOXES}
    assert {each.to for each in mailbox.letters} == expected
    (option,) = described(acm, arn)["DomainValidationOptions"]
    assert set(option["ValidationEmails"]) == expected
    assert option["ValidationMethod"] == "EMAIL"
    assert option["ValidationStatus"] == "PENDING_VALIDATION"


def test_a_domain_above_may_be_asked(acm, vauban, mailbox):
    option = {"DomainName": "shop.example.org", "ValidationDomain": "example.org"}
    requested(acm, vauban, "shop.example.org", DomainValidationOptions=[option])
    assert "admin@example.org" in {each.to for each in mailbox.letters}


def test_who_reads_the_mail_approves_and_the_certificate_is_issued(acm, vauban, mailbox):
    arn = requested(acm, vauban, "a.example.org", "b.example.org")
    first, second = links(mailbox)
    assert b"waits for your approval" in vauban.request(Request("GET", first)).body
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"
    assert b"nothing to approve" in vauban.request(Request("POST", first)).body
    vauban.advance(minutes=1)
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"
    vauban.request(Request("POST", second))
    vauban.advance(minutes=1)
    assert described(acm, arn)["Status"] == "ISSUED"


def test_nobody_approves_who_was_not_asked(acm, vauban, mailbox):
    arn = requested(acm, vauban, "shop.example.org")
    (link,) = links(mailbox)
    altered = link[:-1] + ("0" if link[-1] != "0" else "1")
    for forged in (altered, f"{link}/x", link.replace("/0/", "/7/"), "/_vauban/certificates/"):
        assert vauban.request(Request("POST", forged)).status == 404
    vauban.advance(minutes=1)
    assert described(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_letters_are_sent_again_when_asked_for(acm, vauban, mailbox):
    arn = requested(acm, vauban, "shop.example.org")
    acm.resend_validation_email(CertificateArn=arn, Domain="shop.example.org", ValidationDomain="example.org")
    assert len(mailbox.letters) == 10
    with pytest.raises(acm.exceptions.InvalidDomainValidationOptionsException):
        acm.resend_validation_email(CertificateArn=arn, Domain="shop.example.org", ValidationDomain="example.com")


def test_after_three_days_it_is_too_late(acm, vauban, mailbox):
    arn = requested(acm, vauban, "shop.example.org")
    vauban.advance(hours=73)
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"
    (link,) = links(mailbox)
    vauban.request(Request("POST", link))
    vauban.advance(minutes=1)
    assert described(acm, arn)["Status"] == "VALIDATION_TIMED_OUT"
