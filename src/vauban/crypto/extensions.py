"""Extensions of X.509 certificates (RFC 5280 §4.2), each as object identifier, criticality and value in DER.

Made from the shapes that AWS's APIs give them, and read from certificate signing requests.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from vauban.crypto.x509_names import general_name, general_names

KEY_USAGES = {
    "DigitalSignature": "digital_signature",
    "NonRepudiation": "content_commitment",
    "KeyEncipherment": "key_encipherment",
    "DataEncipherment": "data_encipherment",
    "KeyAgreement": "key_agreement",
    "KeyCertSign": "key_cert_sign",
    "CRLSign": "crl_sign",
    "EncipherOnly": "encipher_only",
    "DecipherOnly": "decipher_only",
}
"""AWS's members of KeyUsage -> RFC 5280's names."""
PURPOSES = {
    "SERVER_AUTH": ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,
    "CLIENT_AUTH": ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
    "CODE_SIGNING": ExtendedKeyUsageOID.CODE_SIGNING.dotted_string,
    "EMAIL_PROTECTION": ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string,
    "TIME_STAMPING": ExtendedKeyUsageOID.TIME_STAMPING.dotted_string,
    "OCSP_SIGNING": ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string,
    "SMART_CARD_LOGIN": ExtendedKeyUsageOID.SMARTCARD_LOGON.dotted_string,
    "DOCUMENT_SIGNING": "1.3.6.1.4.1.311.10.3.12",
    "CERTIFICATE_TRANSPARENCY": ExtendedKeyUsageOID.CERTIFICATE_TRANSPARENCY.dotted_string,
}
"""AWS's names of extended key usages -> object identifiers."""
_ACCESS_METHODS = {
    "CA_REPOSITORY": "1.3.6.1.5.5.7.48.5",
    "RESOURCE_PKI_MANIFEST": "1.3.6.1.5.5.7.48.10",
    "RESOURCE_PKI_NOTIFY": "1.3.6.1.5.5.7.48.13",
}


class Extension(NamedTuple):
    oid: str
    critical: bool
    der: bytes

    @property
    def unrecognized(self) -> x509.UnrecognizedExtension:
        """What a builder takes."""
        return x509.UnrecognizedExtension(x509.ObjectIdentifier(self.oid), self.der)


def basic_constraints(*, ca: bool, path_length: int | None = None, critical: bool = True) -> Extension:
    return _extension(x509.BasicConstraints(ca, path_length), critical)


def key_usage(used: Mapping[str, bool], *, critical: bool = True) -> Extension:
    """From a KeyUsage. Raises ValueError for a key that only enciphers and agrees on nothing."""
    return _extension(x509.KeyUsage(**{own: used.get(name, False) for name, own in KEY_USAGES.items()}), critical)


def extended_key_usage(purposes: Sequence[str], *, critical: bool = False) -> Extension:
    """From object identifiers. Raises ValueError."""
    return _extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(each) for each in purposes]), critical)


def alternative_names(names: Sequence[Mapping[str, Any]], *, critical: bool = False) -> Extension:
    """From GeneralNames. Raises ValueError."""
    return _extension(x509.SubjectAlternativeName(general_names(names)), critical)


def certificate_policies(policies: Sequence[Mapping[str, Any]]) -> Extension:
    """From PolicyInformation, whose qualifiers are pointers to practice statements. Raises ValueError."""
    told = [
        x509.PolicyInformation(
            x509.ObjectIdentifier(policy["CertPolicyId"]),
            [each["Qualifier"]["CpsUri"] for each in policy.get("PolicyQualifiers", ())] or None,
        )
        for policy in policies
    ]
    return _extension(x509.CertificatePolicies(told), False)


def subject_information_access(descriptions: Sequence[Mapping[str, Any]]) -> Extension:
    """From AccessDescriptions. Raises ValueError."""
    told = [
        x509.AccessDescription(
            x509.ObjectIdentifier(_access_method(each["AccessMethod"])), general_name(each["AccessLocation"])
        )
        for each in descriptions
    ]
    return _extension(x509.SubjectInformationAccess(told), False)


def custom(oid: str, value: str, critical: bool) -> Extension:
    """An extension whose value the caller encoded: Base64 of DER. Raises ValueError."""
    x509.ObjectIdentifier(oid)
    return Extension(oid, critical, base64.b64decode(value, validate=True))


def crl_distribution_point(url: str) -> Extension:
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return _extension(x509.CRLDistributionPoints([point]), False)


def ocsp_responder(url: str) -> Extension:
    place = x509.UniformResourceIdentifier(url)
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
    return _extension(x509.AuthorityInformationAccess([access]), False)


def issuing_distribution_point(url: str) -> x509.IssuingDistributionPoint:
    """What ties a CRL to the certificates that name its place (RFC 5280 §5.2.5)."""
    place = [x509.UniformResourceIdentifier(url)]
    return x509.IssuingDistributionPoint(place, None, False, False, None, False, False)


def requested(request: x509.CertificateSigningRequest) -> list[Extension]:
    """The extensions that a request asks for. Raises ValueError for what cannot be read."""
    return [_extension(each.value, each.critical) for each in request.extensions]


def _extension(value: x509.ExtensionType, critical: bool) -> Extension:
    return Extension(value.oid.dotted_string, critical, value.public_bytes())


def _access_method(method: Mapping[str, str]) -> str:
    if len(method) != 1:
        raise ValueError("an access method is named once")
    return method.get("CustomObjectIdentifier") or _ACCESS_METHODS[method["AccessMethodType"]]
