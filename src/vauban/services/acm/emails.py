"""Proof that a domain is the requester's by mail: five mailboxes of it are asked, and who reads one approves.

Source: https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html
"""

import hmac
from hashlib import sha256
from html import escape
from typing import Any

from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.operations import operation
from vauban.kernel.paths import APPROVAL_PATH
from vauban.kernel.records import replace
from vauban.kernel.stores import Store
from vauban.outside.mail import Letter, MailFailed, NoRelay, require_relay, send
from vauban.services.acm.errors import (
    InvalidDomainValidationOptionsException,
    InvalidParameterException,
    InvalidStateException,
)
from vauban.services.acm.resolvers import a_certificate
from vauban.services.acm.resources import EMAIL, PENDING, Account, Certificate
from vauban.services.acm.validations import domain_of, may_prove, require_key

MAILBOXES = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
_TEXT = """\
A certificate for {name} was requested in account {account}, Region {region}.

If you want it to be issued, open this page and approve:

    {url}

If you do not, there is nothing to do.
"""
_PAGE = """\
<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Certificate approval</title>
<h1>{title}</h1>
<p>Domain: <b>{name}</b><br>Account: {account}<br>Region: {region}</p>
{form}</html>
"""
_FORM = '<form method="post"><button>I approve</button></form>\n'


def require_mail(call: Call) -> None:
    """Raises InvalidParameterException where nobody takes mail."""
    try:
        call.outside(require_relay)
    except NoRelay:
        raise InvalidParameterException("Without a mail relay, domains are validated by DNS.") from None


def options(certificate: Certificate) -> list[dict[str, Any]]:
    """DomainValidationOptions, as DescribeCertificate tells them."""
    waits = certificate.state if certificate.state in (PENDING, "FAILED") else "FAILED"
    return [
        {
            "DomainName": name,
            "ValidationEmails": list(addresses(certificate, name)),
            "ValidationDomain": certificate.validation_domain(name),
            "ValidationStatus": "SUCCESS" if name in certificate.validated else waits,
            "ValidationMethod": EMAIL,
        }
        for name in certificate.names
    ]


def addresses(certificate: Certificate, name: str) -> tuple[str, ...]:
    return tuple(f"{each}@{domain_of(certificate.validation_domain(name))}" for each in MAILBOXES)


def mail(call: Call, certificate: Certificate, name: str) -> None:
    """Ask the mailboxes of one name. Those that take no mail are left out, as long as one does."""
    account = require_key(call)
    url = f"{certificate.reached_at}{path(account, certificate, name)}"
    text = _TEXT.format(name=name, account=certificate.account, region=certificate.region, url=url)
    for place, address in enumerate(addresses(certificate, name)):
        letter_id = f"{certificate.certificate_id}.{certificate.names.index(name)}.{place}"
        letter = Letter(
            letter_id, address, "Certificate Manager", f"Certificate approval for {name}", text, call.second
        )
        try:
            call.outside(send, letter)
        except (MailFailed, NoRelay):
            continue


@operation("ResendValidationEmail", on=a_certificate)
def resend_validation_email(call: Call, certificate: Certificate, domain: str, validation_domain: str) -> None:
    if certificate.state != PENDING or certificate.method != EMAIL:
        raise InvalidStateException(f"The certificate {certificate.arn} does not wait for validation by email.")
    name, above = domain.lower(), validation_domain.lower()
    if name not in certificate.names or not may_prove(above, name):
        raise InvalidDomainValidationOptionsException(f"{above} cannot validate the domain {name}.")
    require_mail(call)
    asked = replace(certificate, validation_domains={**certificate.validation_domains, name: above})
    call.store.put(asked)
    mail(call, asked, name)


def path(account: Account, certificate: Certificate, name: str) -> str:
    """Where a name of a certificate is approved: nobody can guess it who was not sent it."""
    proof = hmac.digest(account.validation_key, f"approve {certificate.certificate_id} {name}".encode(), sha256).hex()
    place = f"{certificate.account}/{certificate.region}/{certificate.certificate_id}"
    return f"{APPROVAL_PATH}{place}/{certificate.names.index(name)}/{proof}"


def asked_for(store: Store, asked: str) -> tuple[Certificate, str] | None:
    """The certificate and the name that are approved at a path; None for a path that was sent to nobody."""
    parts = asked.removeprefix(APPROVAL_PATH).split("/")
    if len(parts) != 5 or not parts[3].isascii() or not parts[3].isdigit():
        return None
    snapshot = store.begin()
    certificate = snapshot.at(parts[0], parts[1]).get(Certificate, parts[2])
    account = snapshot.at(parts[0], "").get(Account, parts[0])
    if certificate is None or account is None or int(parts[3]) >= len(certificate.names):
        return None
    name = certificate.names[int(parts[3])]
    return (certificate, name) if hmac.compare_digest(path(account, certificate, name), asked) else None


def approve(call: ServiceCall, certificate_id: str, name: str) -> None:
    """Somebody who reads the domain's mail wants the certificate: once all names are approved, it is issued."""
    certificate = call.store.get(Certificate, certificate_id)
    if certificate is None or certificate.state != PENDING:
        return
    validated = tuple(each for each in certificate.names if each == name or each in certificate.validated)
    call.store.put(replace(certificate, validated=validated, due_at=call.now))


def page(certificate: Certificate, name: str) -> str:
    """What who opens the letter's link sees, in HTML."""
    waits = certificate.state == PENDING and name not in certificate.validated
    title = "A certificate waits for your approval" if waits else "There is nothing to approve any more"
    told = {"name": escape(name), "account": certificate.account, "region": certificate.region}
    return _PAGE.format(title=title, form=_FORM if waits else "", **told)
