"""Proof that a domain is the requester's: a CNAME record that nobody else could have made.

The record's name and value are derived from a key of the account's, and so stay the same for as long as there is one:
who leaves the record where it is has certificates renewed for ever.
"""

import hmac
from hashlib import sha256
from typing import Any

from vauban.kernel.calls import Call
from vauban.outside.dns import DnsFailed, canonical_name
from vauban.services.acm.resources import Account, Certificate

ZONE = "acm-validations.aws"


def domain_of(name: str) -> str:
    """What is proven of a name: of a wildcard, the domain below it."""
    return name.removeprefix("*.")


def may_prove(above: str, name: str) -> bool:
    """Whether the mailboxes of ``above`` may speak for ``name``: it is the same domain, or one above it."""
    return domain_of(name) == above or domain_of(name).endswith(f".{above}")


def require_key(call: Call) -> Account:
    """The account's key, made where there is none."""
    found = call.store.get(Account, call.account)
    if found is None:
        found = Account(call.account, call.once("validation key", lambda: call.random(32)))
        call.store.put(found)
    return found


def resource_record(account: Account, name: str) -> dict[str, str]:
    """The record that proves ``name``."""
    domain = domain_of(name)
    return {
        "Name": f"_{_derived(account, 'name', domain)}.{domain}.",
        "Type": "CNAME",
        "Value": f"_{_derived(account, 'value', domain)}.{_derived(account, 'zone', domain)[:10]}.{ZONE}.",
    }


def options(account: Account | None, certificate: Certificate) -> list[dict[str, Any]]:
    """DomainValidationOptions, as DescribeCertificate tells them."""
    if account is None:
        return []
    waits = certificate.state if certificate.state in ("PENDING_VALIDATION", "FAILED") else "FAILED"
    return [
        {
            "DomainName": name,
            "ValidationDomain": name,
            "ValidationStatus": "SUCCESS" if name in certificate.validated else waits,
            "ResourceRecord": resource_record(account, name),
            "ValidationMethod": "DNS",
        }
        for name in certificate.names
    ]


def proven(call: Call, certificate: Certificate) -> tuple[str, ...]:
    """The names that are proven now, those included that were before. What cannot be looked up is not."""
    account = require_key(call)
    return tuple(name for name in certificate.names if name in certificate.validated or _is_proven(call, account, name))


def still_proven(call: Call, certificate: Certificate) -> bool:
    """Whether every record is still where it was."""
    account = require_key(call)
    return all(_is_proven(call, account, name) for name in certificate.names)


def _is_proven(call: Call, account: Account, name: str) -> bool:
    record = resource_record(account, name)
    try:
        found = call.outside(canonical_name, record["Name"].rstrip("."))
    except DnsFailed:
        return False
    return hmac.compare_digest(found, record["Value"].rstrip("."))


def _derived(account: Account, what: str, domain: str) -> str:
    return hmac.digest(account.validation_key, f"{what} {domain}".encode(), sha256).hex()[:32]
