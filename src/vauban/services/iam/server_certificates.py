"""Server certificates, with their keys."""

from typing import Any

from vauban.crypto.pem import is_chain, public_key_of, read_certificate, read_certificates
from vauban.identity.ids import CERTIFICATE, new_unique_id
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import KeyPairMismatchException, MalformedCertificateException, over_quota
from vauban.services.iam.lists import by_name, page
from vauban.services.iam.resolvers import Listing, Named, New, Noun, require_free
from vauban.services.iam.resources import ServerCertificate
from vauban.services.iam.tags import list_tags, new_tags, shown, tag, untag

QUOTA = 20
SERVER_CERTIFICATE = Noun(
    ServerCertificate,
    "server-certificate",
    "AWS::IAM::ServerCertificate",
    "The Server Certificate with name {} cannot be found.",
    "The Server Certificate with name {} already exists.",
)
server_certificate = Named(SERVER_CERTIFICATE, "ServerCertificateName")


@operation(
    "UploadServerCertificate",
    on=New(SERVER_CERTIFICATE, "ServerCertificateName"),
    also=(("TagServerCertificate", "Tags"),),
)
def upload_server_certificate(
    call: Call,
    _: None,
    server_certificate_name: str,
    certificate_body: str,
    private_key: str,
    certificate_chain: str = "",
    path: str = "/",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_free(call.store, SERVER_CERTIFICATE, server_certificate_name)
    if call.store.count(ServerCertificate) >= QUOTA:
        raise over_quota("ServerCertificatesPerAccount", QUOTA)
    expires = _expiration(certificate_body, private_key, certificate_chain)
    made = ServerCertificate(
        call.account,
        server_certificate_name,
        new_unique_id(CERTIFICATE),
        call.second,
        expires,
        certificate_body.strip(),
        certificate_chain.strip(),
        private_key.encode(),
        path,
        new_tags(tags),
    )
    call.store.put(made)
    return {"ServerCertificateMetadata": _metadata(made), **shown(made.tags)}


@operation("GetServerCertificate", on=server_certificate)
def get_server_certificate(call: Call, certificate: ServerCertificate) -> dict[str, Any]:
    shape = {"ServerCertificateMetadata": _metadata(certificate), "CertificateBody": certificate.body}
    if certificate.chain:
        shape["CertificateChain"] = certificate.chain
    return {"ServerCertificate": shape | shown(certificate.tags)}


@operation("ListServerCertificates", on=Listing("server-certificate"))
def list_server_certificates(
    call: Call, _: None, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    found = by_name(call.store.list(ServerCertificate), path_prefix)
    return page(call, "ServerCertificateMetadataList", found, max_items, marker, _metadata)


@operation(
    "UpdateServerCertificate",
    on=(
        server_certificate,
        New(SERVER_CERTIFICATE, "NewServerCertificateName", "NewPath", "ServerCertificateName"),
    ),
)
def update_server_certificate(
    call: Call,
    certificate: ServerCertificate,
    _: None,
    new_path: str | None = None,
    new_server_certificate_name: str | None = None,
) -> None:
    name = new_server_certificate_name or certificate.name
    changed = replace(certificate, path=new_path or certificate.path, name=name)
    if changed.name != certificate.name:
        if changed.folded_name != certificate.folded_name:
            require_free(call.store, SERVER_CERTIFICATE, changed.name)
        call.store.delete(certificate)
    call.store.put(changed)


@operation("DeleteServerCertificate", on=server_certificate)
def delete_server_certificate(call: Call, certificate: ServerCertificate) -> None:
    call.store.delete(certificate)


@operation("TagServerCertificate", on=server_certificate)
def tag_server_certificate(call: Call, certificate: ServerCertificate, tags: list[dict[str, str]]) -> None:
    tag(call, certificate, tags)


@operation("UntagServerCertificate", on=server_certificate)
def untag_server_certificate(call: Call, certificate: ServerCertificate, tag_keys: list[str]) -> None:
    untag(call, certificate, tag_keys)


@operation("ListServerCertificateTags", on=server_certificate)
def list_server_certificate_tags(
    call: Call, certificate: ServerCertificate, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, certificate, marker, max_items)


def _expiration(body: str, private_key: str, chain: str) -> Any:
    """When the certificate expires. Raises MalformedCertificateException, KeyPairMismatchException."""
    try:
        certificate = read_certificate(body)
    except ValueError:
        raise MalformedCertificateException(
            "Unable to parse certificate. Please ensure the certificate is in PEM format."
        ) from None
    try:
        public_key = public_key_of(private_key)
    except ValueError:
        raise MalformedCertificateException(
            "Unable to parse key; the body of the private key must be unencrypted and in PEM format."
        ) from None
    if public_key != certificate.public_key:
        raise KeyPairMismatchException("Public key certificate does not match private key.")
    _require_chain(certificate, chain)
    return certificate.not_after


def _require_chain(certificate: Any, chain: str) -> None:
    if not chain:
        return
    try:
        is_one = is_chain([certificate, *read_certificates(chain)])
    except ValueError:
        is_one = False
    if not is_one:
        raise MalformedCertificateException(
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
            "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
            "certificate is: 0"
        )


def _metadata(certificate: ServerCertificate) -> dict[str, Any]:
    return {
        "Path": certificate.path,
        "ServerCertificateName": certificate.name,
        "ServerCertificateId": certificate.server_certificate_id,
        "Arn": certificate.arn,
        "UploadDate": certificate.uploaded,
        "Expiration": certificate.expires,
    }
