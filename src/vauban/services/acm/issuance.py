"""Certificates issued: by Vauban's own root where AWS's public authorities would, or by a private authority."""

from datetime import datetime, timedelta
from typing import Any

from vauban.crypto.authorities import KEY_SPECS, authority, create_root, read_request, serial_number, signing_request
from vauban.crypto.extensions import PURPOSES, alternative_names, basic_constraints, extended_key_usage, key_usage
from vauban.crypto.materials import generate
from vauban.crypto.pem import private_key_pem
from vauban.kernel.calls import Call
from vauban.kernel.records import replace
from vauban.services.acm.resources import ISSUED, PRIVATE, Certificate, Root

PUBLIC_DAYS, PRIVATE_DAYS = 198, 395
"""How long certificates last, as AWS's do."""
ROOT_NAME = {"Organization": "Vauban", "CommonName": "Vauban Root"}
_ROOT_DAYS = 3650
_SKEW = timedelta(hours=1)
_LONGEST_COMMON_NAME = 64
_RSA_SIGNS, _EC_SIGNS = "SHA256WITHRSA", "SHA256WITHECDSA"


def issued(call: Call, certificate: Certificate) -> Certificate:
    """The certificate with a new key, a body and a chain. Raises the AwsErrors of a private authority."""
    key = call.slowly(generate, KEY_SPECS[certificate.algorithm])
    csr = call.once("csr", lambda: _request(certificate, key))
    body, chain = (
        _privately(call, certificate, csr) if certificate.kind == PRIVATE else _publicly(call, certificate, csr)
    )
    return replace(
        certificate, state=ISSUED, body=body, chain=chain, private_key=private_key_pem(key), issued=call.second
    )


def require_root(call: Call) -> Root:
    """Vauban's own root, made where there is none."""
    found = call.store.get(Root, "root")
    if found is None:
        key = generate("ECC_NIST_P256")
        begins, ends = call.second - _SKEW, call.second + timedelta(days=_ROOT_DAYS)
        found = Root(call.account, create_root(key, ROOT_NAME, begins, ends, serial_number(call.random(16))), key)
        call.store.put(found)
    return found


def _request(certificate: Certificate, key: bytes) -> str:
    common = next((name for name in certificate.names if len(name) <= _LONGEST_COMMON_NAME), "")
    names = alternative_names([{"DnsName": name} for name in certificate.names])
    algorithm = _RSA_SIGNS if certificate.algorithm.startswith("RSA") else _EC_SIGNS
    return signing_request(key, {"CommonName": common} if common else {}, [names], algorithm)


def _publicly(call: Call, certificate: Certificate, csr: str) -> tuple[str, str]:
    root = require_root(call)
    begins, ends = call.second - _SKEW, call.second + timedelta(days=PUBLIC_DAYS)
    body = authority(root.key, ROOT_NAME, root.certificate).issue(
        read_request(csr.encode()), _extensions(certificate), begins, ends, _EC_SIGNS, serial_number(call.random(16))
    )
    return body, root.certificate


def _extensions(certificate: Certificate) -> list[Any]:
    uses = {"DigitalSignature": True, "KeyEncipherment": certificate.algorithm.startswith("RSA")}
    return [
        basic_constraints(ca=False),
        key_usage(uses),
        extended_key_usage([PURPOSES["SERVER_AUTH"]]),
        alternative_names([{"DnsName": name} for name in certificate.names]),
    ]


def _privately(call: Call, certificate: Certificate, csr: str) -> tuple[str, str]:
    """On the authority of who asks; a renewal is asked for by ACM itself, where CreatePermission lets it."""
    arn = certificate.authority
    made = call.ask(
        "acm-pca:IssueCertificate",
        CertificateAuthorityArn=arn,
        Csr=csr.encode(),
        SigningAlgorithm=certificate.signing_algorithm,
        Validity={"Type": "ABSOLUTE", "Value": _private_end(call.second, certificate)},
    )
    got = call.ask("acm-pca:GetCertificate", CertificateAuthorityArn=arn, CertificateArn=made["CertificateArn"])
    return got["Certificate"].strip() + "\n", got["CertificateChain"].strip() + "\n"


def of_authority(call: Call, certificate: Certificate) -> Certificate:
    """What ACM has to know of a private authority. Raises AwsErrors of AWS Private CA."""
    asked = call.ask("acm-pca:DescribeCertificateAuthority", CertificateAuthorityArn=certificate.authority)
    described = asked["CertificateAuthority"]
    return replace(
        certificate,
        signing_algorithm=described["CertificateAuthorityConfiguration"]["SigningAlgorithm"],
        authority_ends=described.get("NotAfter"),
    )


def _private_end(now: datetime, certificate: Certificate) -> int:
    """Thirteen months on, or when the authority itself ends: seconds since the epoch."""
    ends = now + timedelta(days=PRIVATE_DAYS)
    return int(min(ends, certificate.authority_ends or ends).timestamp())
