"""Certificates: described, got and deleted."""

from typing import Any

from vauban.crypto import certificate_facts as facts
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.acm.errors import ResourceInUseException
from vauban.services.acm.resolvers import a_certificate
from vauban.services.acm.resources import Association, Certificate


@operation("DescribeCertificate", on=a_certificate)
def describe_certificate(call: Call, certificate: Certificate) -> dict[str, Any]:
    read = certificate.read
    users = call.store.list(Association, index="certificate", value=certificate.certificate_id)
    detail = {
        "CertificateArn": certificate.arn,
        "SubjectAlternativeNames": certificate.domain_names,
        "Serial": facts.serial(read),
        "Subject": facts.subject(read),
        "Issuer": facts.issuer(read),
        "CreatedAt": certificate.created,
        "ImportedAt": certificate.imported,
        "Status": certificate.status(call.now),
        "NotBefore": read.not_before,
        "NotAfter": read.not_after,
        "KeyAlgorithm": certificate.key_algorithm,
        "SignatureAlgorithm": facts.signature_algorithm(read),
        "InUseBy": [each.resource for each in users],
        "Type": "IMPORTED",
        "KeyUsages": [{"Name": name} for name in facts.key_usages(read)],
        "ExtendedKeyUsages": [
            {"Name": name, **({"OID": oid} if oid else {})} for name, oid in facts.extended_key_usages(read)
        ],
        "RenewalEligibility": "INELIGIBLE",
        "Options": {"CertificateTransparencyLoggingPreference": "DISABLED", "Export": "DISABLED"},
        "CertificateKeyPairOrigin": "CUSTOMER_PROVIDED",
    }
    if certificate.domain_names:
        detail["DomainName"] = certificate.domain_names[0]
    return {"Certificate": detail}


@operation("GetCertificate", on=a_certificate)
def get_certificate(call: Call, certificate: Certificate) -> dict[str, Any]:
    chain = {"CertificateChain": certificate.chain} if certificate.chain else {}
    return {"Certificate": certificate.body, **chain}


@operation("DeleteCertificate", on=a_certificate)
def delete_certificate(call: Call, certificate: Certificate) -> None:
    if call.store.count(Association, index="certificate", value=certificate.certificate_id):
        raise ResourceInUseException(f"Certificate {certificate.arn} in account {call.account} is in use.")
    call.store.delete(certificate)
