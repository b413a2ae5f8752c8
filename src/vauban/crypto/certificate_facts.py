"""What a certificate says of itself (RFC 5280), in the words that ACM has for it."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from vauban.crypto.pem import Certificate

KEY_USAGES = {
    "digital_signature": "DIGITAL_SIGNATURE",
    "content_commitment": "NON_REPUDIATION",
    "key_encipherment": "KEY_ENCIPHERMENT",
    "data_encipherment": "DATA_ENCIPHERMENT",
    "key_agreement": "KEY_AGREEMENT",
    "key_cert_sign": "CERTIFICATE_SIGNING",
    "crl_sign": "CRL_SIGNING",
}
EXTENDED_KEY_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "TLS_WEB_SERVER_AUTHENTICATION",
    ExtendedKeyUsageOID.CLIENT_AUTH: "TLS_WEB_CLIENT_AUTHENTICATION",
    ExtendedKeyUsageOID.CODE_SIGNING: "CODE_SIGNING",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "EMAIL_PROTECTION",
    ExtendedKeyUsageOID.TIME_STAMPING: "TIME_STAMPING",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSP_SIGNING",
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.5"): "IPSEC_END_SYSTEM",
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.6"): "IPSEC_TUNNEL",
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.7"): "IPSEC_USER",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "ANY",
}
_CURVES = {"secp256r1": "EC_prime256v1", "secp384r1": "EC_secp384r1", "secp521r1": "EC_secp521r1"}


def key_algorithm(certificate: Certificate) -> str:
    """``RSA_2048``, ``EC_prime256v1``: the model's ``KeyAlgorithm``, or the like for keys that it has no name for."""
    key = certificate.x509.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA_{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name, f"EC_{key.curve.name}")
    return type(key).__name__


def signature_algorithm(certificate: Certificate) -> str:
    """``SHA256WITHRSA``."""
    digest = certificate.x509.signature_hash_algorithm
    family = "ECDSA" if signed_with(certificate) == "EC" else signed_with(certificate)
    return f"{digest.name.upper()}WITH{family}" if digest else family


def signed_with(certificate: Certificate) -> str:
    """The kind of key that signed it: ``RSA``, ``EC``, or the signature algorithm's name in capitals."""
    name = certificate.x509.signature_algorithm_oid._name.upper()
    if "ECDSA" in name:
        return "EC"
    return "RSA" if "RSA" in name else name


def serial(certificate: Certificate) -> str:
    """Octets in hex, parted by colons."""
    number = certificate.x509.serial_number
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big").hex(":")


def subject(certificate: Certificate) -> str:
    """``CN=www.example.com``."""
    return certificate.x509.subject.rfc4514_string()


def issuer(certificate: Certificate) -> str:
    """The organization that issued it, or else its common name; empty where neither is said."""
    name = certificate.x509.issuer
    return _first(name, NameOID.ORGANIZATION_NAME) or _first(name, NameOID.COMMON_NAME)


def domain_names(certificate: Certificate) -> list[str]:
    """The alternative DNS names, that which is the common name too first; the common name where there are none."""
    common = _first(certificate.x509.subject, NameOID.COMMON_NAME)
    alternative = _extension(certificate, x509.SubjectAlternativeName)
    names = alternative.get_values_for_type(x509.DNSName) if alternative is not None else []
    if not names:
        return [common] if common else []
    return list(dict.fromkeys([common, *names] if common in names else names))


def key_usages(certificate: Certificate) -> list[str]:
    """``ANY`` where there is no such extension: nothing is forbidden then."""
    extension = _extension(certificate, x509.KeyUsage)
    if extension is None:
        return ["ANY"]
    return [name for attribute, name in KEY_USAGES.items() if getattr(extension, attribute)]


def extended_key_usages(certificate: Certificate) -> list[tuple[str, str]]:
    """Names and OIDs; ``NONE`` where there is no such extension."""
    extension = _extension(certificate, x509.ExtendedKeyUsage)
    if extension is None:
        return [("NONE", "")]
    return [(EXTENDED_KEY_USAGES.get(each, "CUSTOM"), each.dotted_string) for each in extension]


def ocsp_urls(certificate: Certificate) -> list[str]:
    """Where it says that one can ask whether it was revoked."""
    access = _extension(certificate, x509.AuthorityInformationAccess) or ()
    return [
        str(each.access_location.value) for each in access if each.access_method == AuthorityInformationAccessOID.OCSP
    ]


def signs_itself(certificate: Certificate) -> bool:
    """Whether issuer and subject are the same."""
    return certificate.x509.issuer == certificate.x509.subject


def version(certificate: Certificate) -> int:
    """3 for all that have extensions."""
    return certificate.x509.version.value + 1


def _extension(certificate: Certificate, kind: type) -> object | None:
    try:
        return certificate.x509.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _first(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
