"""Names in X.509 certificates, from the shapes that AWS's APIs give them (RFC 5280 §4.1.2.4, §4.2.1.6)."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

_ATTRIBUTES = {
    "Country": NameOID.COUNTRY_NAME,
    "Organization": NameOID.ORGANIZATION_NAME,
    "OrganizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "DistinguishedNameQualifier": NameOID.DN_QUALIFIER,
    "State": NameOID.STATE_OR_PROVINCE_NAME,
    "CommonName": NameOID.COMMON_NAME,
    "SerialNumber": NameOID.SERIAL_NUMBER,
    "Locality": NameOID.LOCALITY_NAME,
    "Title": NameOID.TITLE,
    "Surname": NameOID.SURNAME,
    "GivenName": NameOID.GIVEN_NAME,
    "Initials": NameOID.INITIALS,
    "Pseudonym": NameOID.PSEUDONYM,
    "GenerationQualifier": NameOID.GENERATION_QUALIFIER,
}
"""Members of ASN1Subject, in the order that AWS writes them."""


def subject_name(subject: Mapping[str, Any]) -> x509.Name:
    """A distinguished name from an ASN1Subject. Raises ValueError where it can be none."""
    return x509.Name(list(_attributes(subject)))


def _attributes(subject: Mapping[str, Any]) -> Iterator[x509.NameAttribute]:
    for member, oid in _ATTRIBUTES.items():
        if subject.get(member):
            yield x509.NameAttribute(oid, subject[member])
    for custom in subject.get("CustomAttributes", ()):
        yield x509.NameAttribute(
            x509.ObjectIdentifier(custom["ObjectIdentifier"]), custom["Value"], _ASN1Type.UTF8String
        )


def general_names(names: Sequence[Mapping[str, Any]]) -> list[x509.GeneralName]:
    """Alternative names from GeneralNames. Raises ValueError where one can be none."""
    return [general_name(name) for name in names]


def general_name(name: Mapping[str, Any]) -> x509.GeneralName:
    """One name from a GeneralName, which has one member. Raises ValueError."""
    if len(name) != 1:
        raise ValueError("a general name is of one kind")
    ((kind, value),) = name.items()
    match kind:
        case "DnsName":
            return x509.DNSName(value)
        case "Rfc822Name":
            return x509.RFC822Name(value)
        case "UniformResourceIdentifier":
            return x509.UniformResourceIdentifier(value)
        case "IpAddress":
            return x509.IPAddress(ip_address(value))
        case "RegisteredId":
            return x509.RegisteredID(x509.ObjectIdentifier(value))
        case "DirectoryName":
            return x509.DirectoryName(subject_name(value))
        case "OtherName":
            return x509.OtherName(x509.ObjectIdentifier(value["TypeId"]), _utf8(value["Value"]))
    raise ValueError(f"a {kind} cannot be written")


def _utf8(text: str) -> bytes:
    """A UTF8String in DER, explicitly tagged as OtherName's value is."""
    content = text.encode()
    if len(content) < 0x80:
        return b"\x0c" + bytes((len(content),)) + content
    if len(content) < 0x100:
        return b"\x0c\x81" + bytes((len(content),)) + content
    return b"\x0c\x82" + len(content).to_bytes(2, "big") + content
