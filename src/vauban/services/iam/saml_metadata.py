"""SAML metadata of an identity provider (OASIS SAML 2.0 Metadata), as far as IAM looks at it."""

import base64
import binascii
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
YEARS = 100
"""How long metadata is good that says nothing of it."""
_DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def valid_until(document: str, now: datetime) -> datetime:
    """Until when the metadata is good. Raises ValueError where it describes no identity provider."""
    descriptor = _entity_descriptor(document)
    roles = descriptor.findall(f"{METADATA}IDPSSODescriptor")
    if not roles:
        raise ValueError("IDPSSODescriptor is missing")
    for role in roles:
        _check_certificates(role)
    if all(not role.findall(f"{METADATA}SingleSignOnService") for role in roles):
        raise ValueError("SingleSignOnService is missing")
    given = descriptor.get("validUntil")
    if given is None:
        return now.replace(year=now.year + YEARS, day=min(now.day, 28))
    return _moment(given)


def _entity_descriptor(document: str) -> ElementTree.Element:
    if _DOCTYPE.search(document):
        raise ValueError("document types are not allowed")
    try:
        root = ElementTree.fromstring(document)
    except (ElementTree.ParseError, ValueError):
        raise ValueError("it is not well-formed XML") from None
    if root.tag != f"{METADATA}EntityDescriptor" or not root.get("entityID"):
        raise ValueError("EntityDescriptor with an entityID is missing")
    return root


def _check_certificates(role: ElementTree.Element) -> None:
    certificates = role.findall(f"{METADATA}KeyDescriptor//{SIGNATURE}X509Certificate")
    if not certificates:
        raise ValueError("the signing certificate is missing")
    for each in certificates:
        try:
            base64.b64decode("".join((each.text or "").split()), validate=True)
        except binascii.Error:
            raise ValueError("a certificate is not base64") from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
