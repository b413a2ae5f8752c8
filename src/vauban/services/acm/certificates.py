"""Certificates: described, got and deleted."""

from typing import Any

from vauban.crypto import certificate_facts as facts
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.acm import emails, validations
from vauban.services.acm.associations import in_use
from vauban.services.acm.errors import RequestInProgressException, ResourceInUseException
from vauban.services.acm.resolvers import a_certificate
from vauban.services.acm.resources import EMAIL, FAILED, IMPORTED, PUBLIC, Account, Association, Certificate
from vauban.services.acm.schedules import is_renewable


@operation("DescribeCertificate", on=a_certificate)
def describe_certificate(call: Call, certificate: Certificate) -> dict[str, Any]:
    users = call.store.list(Association, index="certificate", value=certificate.certificate_id)
    detail = {
        "CertificateArn": certificate.arn,
        "SubjectAlternativeNames": certificate.domain_names,
        "CreatedAt": certificate.created,
        "ImportedAt": certificate.imported,
        "IssuedAt": certificate.issued,
        "RevokedAt": certificate.revoked,
        "RevocationReason": certificate.reason if certificate.revoked else None,
        "FailureReason": certificate.reason if certificate.state == FAILED else None,
        "Status": certificate.status(call.now),
        "KeyAlgorithm": certificate.key_algorithm,
        "InUseBy": [each.resource for each in users],
        "Type": certificate.kind,
        "RenewalEligibility": "ELIGIBLE" if is_renewable(call, certificate) else "INELIGIBLE",
        "Options": _options(certificate),
        "CertificateAuthorityArn": certificate.authority or None,
        "CertificateKeyPairOrigin": origin(certificate),
        "DomainName": certificate.domain_names[0] if certificate.domain_names else None,
        **_requested(call, certificate),
        **(_said(certificate) if certificate.body else {}),
    }
    return {"Certificate": {name: value for name, value in detail.items() if value is not None}}


def _said(certificate: Certificate) -> dict[str, Any]:
    """What the certificate says of itself."""
    read = certificate.read
    return {
        "Serial": facts.serial(read),
        "Subject": facts.subject(read),
        "Issuer": facts.issuer(read),
        "NotBefore": read.not_before,
        "NotAfter": read.not_after,
        "SignatureAlgorithm": facts.signature_algorithm(read),
        "KeyUsages": [{"Name": name} for name in facts.key_usages(read)],
        "ExtendedKeyUsages": [
            {"Name": name, **({"OID": oid} if oid else {})} for name, oid in facts.extended_key_usages(read)
        ],
    }


def _requested(call: Call, certificate: Certificate) -> dict[str, Any]:
    if certificate.kind == IMPORTED:
        return {}
    account = call.store.get(Account, call.account)
    proofs = _proofs(account, certificate) if certificate.kind == PUBLIC else []
    told: dict[str, Any] = {"DomainValidationOptions": proofs} if proofs else {}
    if certificate.renewal:
        reason = {"RenewalStatusReason": certificate.renewal_reason} if certificate.renewal_reason else {}
        told["RenewalSummary"] = {
            "RenewalStatus": certificate.renewal,
            "DomainValidationOptions": proofs or [{"DomainName": name} for name in certificate.names],
            "UpdatedAt": certificate.renewed,
            **reason,
        }
    return told


def _proofs(account: Account | None, certificate: Certificate) -> list[dict[str, Any]]:
    return emails.options(certificate) if certificate.method == EMAIL else validations.options(account, certificate)


def _options(certificate: Certificate) -> dict[str, str]:
    transparency = certificate.transparency if certificate.kind == PUBLIC else "DISABLED"
    return {"CertificateTransparencyLoggingPreference": transparency, "Export": certificate.export_option}


def origin(certificate: Certificate) -> str:
    """Where its key comes from."""
    return "CUSTOMER_PROVIDED" if certificate.kind == IMPORTED else "AWS_MANAGED"


@operation("GetCertificate", on=a_certificate)
def get_certificate(call: Call, certificate: Certificate) -> dict[str, Any]:
    if not certificate.body:
        raise RequestInProgressException(f"The certificate {certificate.arn} has not been issued yet.")
    chain = {"CertificateChain": certificate.chain} if certificate.chain else {}
    return {"Certificate": certificate.body, **chain}


@operation("DeleteCertificate", on=a_certificate)
def delete_certificate(call: Call, certificate: Certificate) -> None:
    if in_use(call, certificate):
        raise ResourceInUseException(f"Certificate {certificate.arn} in account {call.account} is in use.")
    call.store.delete(certificate)
