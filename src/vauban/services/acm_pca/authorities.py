"""Certificate authorities: made, described, listed, switched off and on."""

from datetime import timedelta
from typing import Any

from vauban.crypto.authorities import KEY_SPECS, signing_request
from vauban.crypto.materials import generate
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm_pca.configurations import csr_extensions, require_key, revocation
from vauban.services.acm_pca.errors import InvalidArgsException, wrong_state
from vauban.services.acm_pca.lists import MOST, page
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import ACTIVE, DELETED, DISABLED, PENDING, CertificateAuthority
from vauban.services.acm_pca.revocation_lists import keep_lists
from vauban.services.acm_pca.tags import require_tags

TOKEN_LIVES = timedelta(minutes=5)


@operation("CreateCertificateAuthority", also=(("TagCertificateAuthority", "Tags"),))
def create_certificate_authority(
    call: Call,
    certificate_authority_configuration: dict[str, Any],
    certificate_authority_type: str,
    revocation_configuration: dict[str, Any] | None = None,
    idempotency_token: str | None = None,
    key_storage_security_standard: str = "FIPS_140_2_LEVEL_3_OR_HIGHER",
    tags: list[dict[str, str]] | None = None,
    usage_mode: str = "GENERAL_PURPOSE",
) -> dict[str, Any]:
    if existing := _asked_before(call, idempotency_token):
        return {"CertificateAuthorityArn": existing.arn}
    require_key(certificate_authority_configuration)
    if key_storage_security_standard == "CCPC_LEVEL_1_OR_HIGHER":
        raise InvalidArgsException(
            "A certificate authority cannot be created in this region with the specified security standard."
        )
    wanted = revocation(revocation_configuration)
    key = call.slowly(generate, KEY_SPECS[certificate_authority_configuration["KeyAlgorithm"]])
    made = CertificateAuthority(
        call.uuid(),
        call.account,
        call.region,
        call.now,
        call.now,
        certificate_authority_type,
        PENDING,
        certificate_authority_configuration,
        _request(certificate_authority_configuration, key),
        key,
        wanted,
        usage_mode,
        key_storage_security_standard,
        require_tags(tags or []),
        token=idempotency_token,
    )
    call.store.put(made)
    call.emit("ACM Private CA Creation", made.arn, result="success")
    return {"CertificateAuthorityArn": made.arn}


@operation("DescribeCertificateAuthority", on=an_authority)
def describe_certificate_authority(call: Call, authority: CertificateAuthority) -> dict[str, Any]:
    return {"CertificateAuthority": _told(call, authority)}


@operation("ListCertificateAuthorities")
def list_certificate_authorities(
    call: Call, max_results: int = MOST, next_token: str | None = None, resource_owner: str = "SELF"
) -> dict[str, Any]:
    """Nobody shares authorities with this account that could be listed: what a policy allows is used by its ARN."""
    own = call.store.list(CertificateAuthority) if resource_owner == "SELF" else ()
    entries = [(each.authority_id, _told(call, each)) for each in own]
    return page(call, "CertificateAuthorities", entries, max_results, next_token, of=resource_owner)


@operation("UpdateCertificateAuthority", on=an_authority)
def update_certificate_authority(
    call: Call,
    authority: CertificateAuthority,
    revocation_configuration: dict[str, Any] | None = None,
    status: str | None = None,
) -> None:
    if authority.status_at(call.now) not in (ACTIVE, DISABLED):
        raise wrong_state(authority.status_at(call.now))
    if status is not None and status not in (ACTIVE, DISABLED):
        raise InvalidArgsException(f"The status {status} cannot be set.")
    if status is None and revocation_configuration is None:
        raise ValidationException("Either Status or RevocationConfiguration must be given.")
    changes: dict[str, Any] = {}
    if status is not None and status != authority.status:
        changes.update(status=status, changed=call.now)
    if revocation_configuration is not None:
        changes["revocation"] = {**authority.revocation, **_given(revocation_configuration)}
    changed = replace(authority, **changes)
    call.store.put(changed)
    keep_lists(call, changed)


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    """What is told; the rest stays as it is."""
    return {name: each for name, each in revocation(wanted).items() if name in wanted}


def _asked_before(call: Call, token: str | None) -> CertificateAuthority | None:
    if token is None:
        return None
    found = call.store.list(CertificateAuthority, index="token", value=token)
    return next((each for each in found if call.now < each.created + TOKEN_LIVES), None)


def _request(configuration: dict[str, Any], key: bytes) -> str:
    """Raises InvalidArgsException for names and extensions that no request can have."""
    try:
        extensions = csr_extensions(configuration)
        return signing_request(key, configuration["Subject"], extensions, configuration["SigningAlgorithm"])
    except ValueError as error:
        raise InvalidArgsException(str(error)) from None


def _told(call: Call, authority: CertificateAuthority) -> dict[str, Any]:
    told = {
        "Arn": authority.arn,
        "OwnerAccount": authority.account,
        "CreatedAt": authority.created,
        "LastStateChangeAt": authority.changed,
        "Type": authority.kind,
        "Serial": authority.serial or None,
        "Status": authority.status_at(call.now),
        "NotBefore": authority.not_before,
        "NotAfter": authority.not_after,
        "CertificateAuthorityConfiguration": authority.configuration,
        "RevocationConfiguration": authority.revocation,
        "RestorableUntil": authority.deletion_date if authority.status == DELETED else None,
        "KeyStorageSecurityStandard": authority.key_storage,
        "UsageMode": authority.usage_mode,
    }
    return {name: value for name, value in told.items() if value is not None}
