"""Certificates brought in from elsewhere, and replaced by newer ones under the same ARN.

Source: ACM User Guide, "Prerequisites for importing ACM certificates" and "Reimport a certificate".
"""

from typing import Any

from vauban.crypto import certificate_facts as facts
from vauban.crypto.pem import Certificate as Read
from vauban.crypto.pem import is_chain, public_key_of, read_certificates
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm.errors import LimitExceededException
from vauban.services.acm.notices import available
from vauban.services.acm.resolvers import an_import
from vauban.services.acm.resources import IMPORTED, Certificate
from vauban.services.acm.schedules import next_due
from vauban.services.acm.tags import tagged

MOST = 2500
"""Certificates of an account in a Region."""
LONGEST_KEY = 5120
LONGEST_OCSP_URL = 1000
KEY_ALGORITHMS = (
    *("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)


@operation("ImportCertificate", on=an_import, also=(("AddTagsToCertificate", "Tags"),))
def import_certificate(
    call: Call,
    replaced: Certificate | None,
    certificate: bytes,
    private_key: bytes,
    certificate_chain: bytes = b"",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    read = _leaf(call, certificate)
    _require_key(read, private_key)
    chain = _chain(read, certificate_chain)
    parts = {
        "imported": call.second,
        "body": _text(certificate),
        "chain": chain,
        "private_key": private_key,
    }
    if replaced is not None:
        _require_alike(replaced, read, tags)
        if replaced.kind != IMPORTED:
            raise ValidationException("Only imported certificates can be reimported.")
        made = replace(replaced, **parts)
    else:
        if call.store.count(Certificate) >= MOST:
            raise LimitExceededException("You have reached the maximum number of certificates.")
        where = {"account": call.account, "region": call.region, "created": call.second}
        made = Certificate(call.once("id", call.uuid), **where, tags=tagged({}, tags or []), **parts)
    call.store.put(replace(made, due_at=next_due(call, made)))
    if replaced is not None:
        available(call, made, "REIMPORT")
    return {"CertificateArn": made.arn}


def _leaf(call: Call, pem: bytes) -> Read:
    found = _read(pem, "certificate body")
    if len(found) > 1:
        raise ValidationException(
            "The certificate field contains more than one certificate. You can specify only one certificate in this "
            "field."
        )
    (read,) = found
    if facts.version(read) != 3:
        raise ValidationException("The certificate is not a version 3 X.509 certificate.")
    if not facts.issuer(read):
        raise ValidationException("The certificate has no issuer.")
    if not read.not_before <= call.now:
        raise ValidationException("The certificate is not in the validity period: it is not valid yet.")
    if not call.now <= read.not_after:
        raise ValidationException("The certificate is not in the validity period: it has expired.")
    if any(len(url) > LONGEST_OCSP_URL for url in facts.ocsp_urls(read)):
        raise ValidationException(f"The OCSP authority URL exceeds {LONGEST_OCSP_URL} characters.")
    return read


def _require_key(read: Read, private_key: bytes) -> None:
    if len(private_key) > LONGEST_KEY:
        raise ValidationException(f"The private key exceeds {LONGEST_KEY} bytes.")
    try:
        public_key = public_key_of(private_key.decode())
    except ValueError:
        raise ValidationException(
            "The private key is not supported. It must be unencrypted, PEM-encoded, and of a supported algorithm."
        ) from None
    if facts.key_algorithm(read) not in KEY_ALGORITHMS:
        raise ValidationException("The private key length is not supported for key algorithm.")
    if public_key != read.public_key:
        raise ValidationException("The private key does not match the certificate.")


def _chain(read: Read, pem: bytes) -> str:
    """The chain as it is kept. Raises ValidationException where it does not lead on from the certificate."""
    if facts.signed_with(read) != facts.key_algorithm(read).partition("_")[0]:
        raise ValidationException("The algorithm of the certificate's key does not match that of its signing CA.")
    if not pem:
        if facts.signs_itself(read) and not is_chain([read, read]):
            raise ValidationException("The certificate is not a valid self-signed certificate.")
        return ""
    if not is_chain([read, *_read(pem, "certificate chain")]):
        raise ValidationException("Could not validate the certificate with the certificate chain.")
    return _text(pem)


def _read(pem: bytes, what: str) -> list[Read]:
    try:
        return read_certificates(pem.decode())
    except ValueError:
        raise ValidationException(f"The {what} provided is not in a valid PEM format.") from None


def _text(pem: bytes) -> str:
    """PEM as answers have it: with a newline at its end."""
    return pem.decode().strip().replace("\r\n", "\n") + "\n"


def _require_alike(replaced: Certificate, read: Read, tags: list[dict[str, str]] | None) -> None:
    """What may not change when a certificate is replaced, so that whoever shows it still can."""
    if tags:
        raise ValidationException("Tags cannot be applied when a certificate is reimported.")
    if facts.key_algorithm(read) != replaced.key_algorithm:
        raise ValidationException("The key type and size of a certificate cannot be changed when it is reimported.")
    if replaced.domain_names and not facts.domain_names(read):
        raise ValidationException("All domain names cannot be removed from a certificate that is reimported.")
    for usages in (facts.key_usages, facts.extended_key_usages):
        if not set(usages(replaced.read)) <= {*usages(read), *ABSENT}:
            raise ValidationException("Key usages cannot be removed from a certificate that is reimported.")


ABSENT = ("ANY", ("NONE", ""))
"""What a certificate without the extension is said to be for."""
