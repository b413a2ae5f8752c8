"""SAML 2.0 responses: whom they vouch for, once their signature is proved by a certificate of the provider's metadata.

Only what the signature covers is read.
Sources: OASIS SAML 2.0 Core §2–3; IAM User Guide, "Configure SAML assertions for the authentication response" and
"Available keys for SAML-based AWS STS federation".
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_BYTES = 100_000
LEEWAY_SECONDS = 60
"""By how much the provider's clock may be ahead."""
AUDIENCES = frozenset({"https://signin.aws.amazon.com/saml", "urn:amazon:webservices"})
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
_TAG = f"{_ATTRIBUTES}PrincipalTag:"

_PERSON = {
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.1": "edupersonaffiliation",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.2": "edupersonnickname",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.3": "edupersonorgdn",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.4": "edupersonorgunitdn",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.5": "edupersonprimaryaffiliation",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.6": "edupersonprincipalname",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.7": "edupersonentitlement",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.8": "edupersonprimaryorgunitdn",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.9": "edupersonscopedaffiliation",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.10": "edupersontargetedid",
    "urn:oid:1.3.6.1.4.1.5923.1.1.1.11": "edupersonassurance",
    "urn:oid:2.5.4.3": "cn",
    "urn:oid:2.5.4.4": "surname",
    "urn:oid:2.5.4.41": "name",
    "urn:oid:2.5.4.42": "givenname",
    "urn:oid:2.5.4.45": "x500uniqueidentifier",
    "urn:oid:0.9.2342.19200300.100.1.1": "uid",
    "urn:oid:0.9.2342.19200300.100.1.3": "mail",
    "urn:oid:0.9.2342.19200300.100.1.45": "organizationstatus",
}
"""Attributes that are condition keys behind ``saml:``; those of AWS's list that are of one value are text."""
_MANY = frozenset(
    {
        "cn",
        "edupersonaffiliation",
        "edupersonassurance",
        "edupersonentitlement",
        "edupersonnickname",
        "edupersonorgunitdn",
        "edupersonscopedaffiliation",
        "edupersontargetedid",
    }
)


class Unproved(ValueError):
    """A response that is not believed; ``reason`` is why."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Outdated(Unproved):
    """A response whose time is over."""


@dataclass(frozen=True)
class SamlIdentity:
    """What a response that is proved says."""

    subject: str
    subject_type: str
    issuer: str
    recipient: str
    name_qualifier: str
    session_name: str
    roles: tuple[tuple[str, str], ...]
    """Pairs of the ARNs of a role and a provider that the identity may use."""
    seconds: int | None
    """``SessionDuration``, or None."""
    ends: float | None
    """``SessionNotOnOrAfter`` (seconds since the epoch), or None."""
    facts: Mapping[str, str | list[str]]
    """Condition keys, lower-case: ``saml:sub``."""
    tags: Mapping[str, str]
    transitive_tags: tuple[str, ...]
    source_identity: str


def verify(response: str, metadata: str, account: str, provider: str, now: float) -> SamlIdentity:
    """The identity that a response (base64) proves by a provider's metadata. ``provider`` is its name in IAM.

    ``now`` is real time. Raises Unproved.
    """
    root = _parsed(_decoded(response))
    if root.tag != f"{_PROTOCOL}Response":
        raise Unproved("Specified provider response is not a SAML Response")
    if root.find(f"{_ASSERTION}EncryptedAssertion") is not None:
        raise Unproved("Encrypted SAML assertions are not supported here")
    known = _parsed(metadata.encode())
    assertion = _signed_assertion(root, list(_certificates(known)))
    _check_status(root)
    issuer = _text(assertion.find(f"{_ASSERTION}Issuer"))
    if issuer != known.get("entityID"):
        raise Unproved("Issuer not present in specified provider")
    _check_conditions(assertion, now)
    return _identity(assertion, issuer, account, provider, now)


def _decoded(response: str) -> bytes:
    try:
        found = base64.b64decode("".join(response.split()), validate=True)
    except ValueError:
        raise Unproved("Invalid base64 SAMLResponse") from None
    if len(found) > MOST_BYTES:
        raise Unproved("The SAML response is too long")
    return found


def _parsed(document: bytes) -> "_Element":
    """XML without entities, DTDs, or anything fetched."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unproved("Failed to parse the SAML response: it is not well-formed XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unproved("A SAML response has no document type")
    return root


def _certificates(metadata: "_Element") -> Iterator[str]:
    """Those that sign, of the provider's role as one that vouches; in PEM."""
    for descriptor in metadata.iterfind(f"{_METADATA}IDPSSODescriptor/{_METADATA}KeyDescriptor"):
        if descriptor.get("use", "signing") == "signing":
            for found in descriptor.iter(f"{_SIGNATURE}X509Certificate"):
                body = "".join(_text(found).split())
                lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
                yield f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _signed_assertion(root: "_Element", certificates: list[str]) -> "_Element":
    """The one assertion of what is signed, the response as a whole or the assertion in it."""
    from signxml import SignatureConfiguration, XMLVerifier
    from signxml.exceptions import SignXMLException

    for element in (root, *root.iterfind(f"{_ASSERTION}Assertion")):
        if element.find(f"{_SIGNATURE}Signature") is None:
            continue
        for certificate in certificates:
            try:
                verified = XMLVerifier().verify(
                    element,
                    x509_cert=certificate,
                    id_attribute="ID",
                    expect_config=SignatureConfiguration(location="./", expect_references=1),
                )
            except (SignXMLException, ValueError, TypeError, AttributeError, KeyError):
                continue
            signed = verified.signed_xml
            if signed is not None and signed.get("ID") == element.get("ID") and signed.tag == element.tag:
                return _one_assertion(signed)
    raise Unproved("Response signature invalid")


def _one_assertion(signed: "_Element") -> "_Element":
    found = [signed] if signed.tag == f"{_ASSERTION}Assertion" else signed.findall(f"{_ASSERTION}Assertion")
    if len(found) != 1:
        raise Unproved("A SAML response must contain exactly one assertion")
    return found[0]


def _check_status(root: "_Element") -> None:
    status = root.find(f"{_PROTOCOL}Status/{_PROTOCOL}StatusCode")
    if status is None or status.get("Value") != _SUCCESS:
        raise Unproved("Response status is not success")


def _check_conditions(assertion: "_Element", now: float) -> None:
    conditions = assertion.find(f"{_ASSERTION}Conditions")
    if conditions is None:
        return
    _check_time(conditions, now)
    for restriction in conditions.iterfind(f"{_ASSERTION}AudienceRestriction"):
        named = {_text(each) for each in restriction.iterfind(f"{_ASSERTION}Audience")}
        if named.isdisjoint(AUDIENCES):
            raise Unproved("Audience is invalid")


def _check_time(element: "_Element", now: float) -> None:
    begins, ends = _moment(element.get("NotBefore")), _moment(element.get("NotOnOrAfter"))
    if begins is not None and now + LEEWAY_SECONDS < begins:
        raise Unproved("Response is not yet valid")
    if ends is not None and now >= ends:
        raise Outdated("Token must be redeemed within 5 minutes of issuance")


def _identity(assertion: "_Element", issuer: str, account: str, provider: str, now: float) -> SamlIdentity:
    subject = assertion.find(f"{_ASSERTION}Subject")
    name = None if subject is None else subject.find(f"{_ASSERTION}NameID")
    if name is None or not _text(name):
        raise Unproved("SAML Assertion must contain a Subject with a NameID")
    recipient = _recipient(subject, now)
    attributes = {each.get("Name", ""): _values(each) for each in assertion.iter(f"{_ASSERTION}Attribute")}
    session_name = _one(attributes, "RoleSessionName")
    if not session_name:
        raise Unproved("RoleSessionName is required in AuthnResponse")
    qualifier = base64.b64encode(
        hashlib.sha1(f"{issuer}{account}/{provider}".encode(), usedforsecurity=False).digest()
    ).decode()
    told = {
        "saml:aud": recipient,
        "saml:iss": issuer,
        "saml:sub": _text(name),
        "saml:sub_type": name.get("Format", "").removeprefix(_NAME_FORMAT),
        "saml:namequalifier": qualifier,
        "saml:doc": f"{account}/{provider}",
    }
    return SamlIdentity(
        subject=told["saml:sub"],
        subject_type=told["saml:sub_type"],
        issuer=issuer,
        recipient=recipient,
        name_qualifier=qualifier,
        session_name=session_name,
        roles=tuple(_pairs(attributes.get(f"{_ATTRIBUTES}Role", []))),
        seconds=_seconds(_one(attributes, "SessionDuration")),
        ends=_session_end(assertion),
        facts={**_person(attributes), **told},
        tags={
            key.removeprefix(_TAG): values[0] for key, values in attributes.items() if key.startswith(_TAG) and values
        },
        transitive_tags=tuple(attributes.get(f"{_ATTRIBUTES}TransitiveTagKeys", ())),
        source_identity=_one(attributes, "SourceIdentity"),
    )


def _recipient(subject: "_Element", now: float) -> str:
    for confirmation in subject.iterfind(f"{_ASSERTION}SubjectConfirmation"):
        data = confirmation.find(f"{_ASSERTION}SubjectConfirmationData")
        if confirmation.get("Method") == _BEARER and data is not None and data.get("Recipient"):
            _check_time(data, now)
            return data.get("Recipient")
    raise Unproved("SAML Assertion must contain a bearer SubjectConfirmation with a Recipient")


def _pairs(values: list[str]) -> Iterator[tuple[str, str]]:
    """``role ARN,provider ARN``, in either order."""
    for value in values:
        first, _, second = (each.strip() for each in value.partition(","))
        yield (second, first) if ":saml-provider/" in first else (first, second)


def _person(attributes: Mapping[str, list[str]]) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    for name, values in attributes.items():
        key = _PERSON.get(name)
        if key is not None and values:
            found[f"saml:{key}"] = values if key in _MANY else values[0]
    return found


def _session_end(assertion: "_Element") -> float | None:
    statement = assertion.find(f"{_ASSERTION}AuthnStatement")
    return None if statement is None else _moment(statement.get("SessionNotOnOrAfter"))


def _seconds(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 900 <= int(text) <= 43_200):
        raise Unproved("SessionDuration must be a number of seconds between 900 and 43200")
    return int(text)


def _one(attributes: Mapping[str, list[str]], name: str) -> str:
    values = attributes.get(f"{_ATTRIBUTES}{name}", [])
    return values[0] if values else ""


def _values(attribute: "_Element") -> list[str]:
    return [_text(each) for each in attribute.iterfind(f"{_ASSERTION}AttributeValue")]


def _text(element: Any) -> str:
    """All of its text, so that nothing between can cut it short."""
    return "" if element is None else "".join(element.itertext()).strip()


def _moment(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Unproved("A time in the SAML response is malformed") from None
    if moment.tzinfo is None:
        raise Unproved("A time in the SAML response is without its zone")
    return moment.timestamp()
