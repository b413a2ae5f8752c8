"""X.509 certificates that users sign with."""

import base64
from typing import Any

from vauban.crypto.pem import read_certificate
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import (
    DuplicateCertificateException,
    InvalidInputException,
    MalformedCertificateException,
    NoSuchEntityException,
    over_quota,
)
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import own_user
from vauban.services.iam.resources import SigningCertificate

PER_USER = 2


@operation("UploadSigningCertificate", on=own_user)
def upload_signing_certificate(call: Call, user: User, certificate_body: str) -> dict[str, Any]:
    try:
        given = read_certificate(certificate_body)
    except ValueError:
        raise MalformedCertificateException("The certificate body is no X.509 certificate in PEM format.") from None
    before = certificates_of(call, user)
    if any(read_certificate(each.body).sha256 == given.sha256 for each in before):
        raise DuplicateCertificateException(f"Certificate is already associated with user {user.name}.")
    if len(before) >= PER_USER:
        raise over_quota("CertificatesPerUser", PER_USER)
    certificate_id = base64.b32encode(call.random(20)).decode()
    made = SigningCertificate(call.account, certificate_id, user.name, call.second, certificate_body)
    call.store.put(made)
    return {"Certificate": _shape(made)}


@operation("ListSigningCertificates", on=own_user)
def list_signing_certificates(
    call: Call, user: User, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return page(
        call,
        "Certificates",
        ((each.certificate_id, each) for each in certificates_of(call, user)),
        max_items,
        marker,
        _shape,
    )


@operation("UpdateSigningCertificate", on=own_user)
def update_signing_certificate(call: Call, user: User, certificate_id: str, status: str) -> None:
    if status == "Expired":
        raise InvalidInputException("The status of a signing certificate is Active or Inactive.")
    call.store.put(replace(_certificate(call, user, certificate_id), status=status))


@operation("DeleteSigningCertificate", on=own_user)
def delete_signing_certificate(call: Call, user: User, certificate_id: str) -> None:
    call.store.delete(_certificate(call, user, certificate_id))


def certificates_of(call: Call, user: User) -> list[SigningCertificate]:
    return call.store.list(SigningCertificate, index="user", value=user.name)


def _certificate(call: Call, user: User, certificate_id: str) -> SigningCertificate:
    found = call.store.get(SigningCertificate, certificate_id)
    if found is None or found.user_name != user.name:
        raise NoSuchEntityException(f"The Certificate with id {certificate_id} cannot be found.")
    return found


def _shape(certificate: SigningCertificate) -> dict[str, Any]:
    return {
        "UserName": certificate.user_name,
        "CertificateId": certificate.certificate_id,
        "CertificateBody": certificate.body,
        "Status": certificate.status,
        "UploadDate": certificate.uploaded,
    }
