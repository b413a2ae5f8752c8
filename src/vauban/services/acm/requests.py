"""Certificates requested: public ones, once their domains are proven, and private ones, at once."""

from datetime import timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm.emails import require_mail
from vauban.services.acm.errors import (
    InvalidDomainValidationOptionsException,
    InvalidParameterException,
    LimitExceededException,
)
from vauban.services.acm.imports import MOST
from vauban.services.acm.issuance import issued, of_authority
from vauban.services.acm.notices import available
from vauban.services.acm.resolvers import a_new_certificate
from vauban.services.acm.resources import DNS, EMAIL, FAILED, PENDING, PRIVATE, PUBLIC, Certificate
from vauban.services.acm.schedules import next_due
from vauban.services.acm.tags import tagged
from vauban.services.acm.validations import may_prove, require_key

TOKEN_LIVES = timedelta(hours=1)
PUBLIC_ALGORITHMS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
_UNSUPPORTED = ("ManagedBy", "CertificateUsage", "RootHierarchyType")


@operation(
    "RequestCertificate",
    on=a_new_certificate,
    also=(("AddTagsToCertificate", "Tags"),),
    unsupported=_UNSUPPORTED,
)
def request_certificate(
    call: Call,
    _: None,
    domain_name: str,
    validation_method: str = DNS,
    subject_alternative_names: list[str] | None = None,
    idempotency_token: str | None = None,
    domain_validation_options: list[dict[str, str]] | None = None,
    options: dict[str, str] | None = None,
    certificate_authority_arn: str = "",
    tags: list[dict[str, str]] | None = None,
    key_algorithm: str = "RSA_2048",
) -> dict[str, Any]:
    names = tuple(dict.fromkeys(each.lower() for each in (domain_name, *(subject_alternative_names or ()))))
    if existing := _asked_before(call, idempotency_token, names):
        return {"CertificateArn": existing.arn}
    _require_method(validation_method)
    asked_of = _validation_domains(domain_validation_options or [], names)
    if validation_method == EMAIL:
        require_mail(call)
    if call.store.count(Certificate) >= MOST:
        raise LimitExceededException("You have reached the maximum number of certificates.")
    if not certificate_authority_arn and key_algorithm not in PUBLIC_ALGORITHMS:
        raise InvalidParameterException(f"The key algorithm {key_algorithm} is not supported for public certificates.")
    asked = Certificate(
        call.once("id", call.uuid),
        call.account,
        call.region,
        call.second,
        tags=tagged({}, tags or []),
        kind=PRIVATE if certificate_authority_arn else PUBLIC,
        state=PENDING,
        names=names,
        algorithm=key_algorithm,
        method=validation_method,
        validation_domains=asked_of,
        reached_at=call.request.endpoint(),
        authority=certificate_authority_arn,
        token=idempotency_token,
        **_options(options or {}),
    )
    require_key(call)
    call.store.put(_issued_privately(call, asked) if asked.authority else replace(asked, due_at=call.now))
    return {"CertificateArn": asked.arn}


def _options(options: dict[str, str]) -> dict[str, str]:
    return {
        "transparency": options.get("CertificateTransparencyLoggingPreference", "ENABLED"),
        "export": options.get("Export", "DISABLED"),
    }


def _asked_before(call: Call, token: str | None, names: tuple[str, ...]) -> Certificate | None:
    if token is None:
        return None
    for each in call.store.list(Certificate, index="token", value=token):
        if each.names == names and call.now < each.created + TOKEN_LIVES:
            return each
    return None


def _require_method(method: str) -> None:
    """Raises InvalidParameterException."""
    if method not in (DNS, EMAIL):
        raise InvalidParameterException(f"The validation method {method} is only for CloudFront, which is not here.")


def _validation_domains(wanted: list[dict[str, str]], names: tuple[str, ...]) -> dict[str, str]:
    """Name -> whose mailboxes are asked. Raises InvalidDomainValidationOptionsException."""
    for each in wanted:
        name, above = each["DomainName"].lower(), each["ValidationDomain"].lower()
        if name not in names:
            raise InvalidDomainValidationOptionsException(f"The domain {name} is not one of the certificate's.")
        if not may_prove(above, name):
            raise InvalidDomainValidationOptionsException(
                f"The validation domain {above} is not the domain {name} or a superdomain of it."
            )
    return {each["DomainName"].lower(): each["ValidationDomain"].lower() for each in wanted}


def _issued_privately(call: Call, asked: Certificate) -> Certificate:
    """On AWS too, what the authority refuses is seen in the certificate, not in the answer."""
    try:
        made = issued(call, of_authority(call, asked))
    except AwsError as error:
        return replace(asked, state=FAILED, reason=_reason(error))
    available(call, made, "ISSUANCE")
    return replace(made, due_at=next_due(call, made))


def _reason(error: AwsError) -> str:
    reasons = {
        "AccessDeniedException": "PCA_ACCESS_DENIED",
        "InvalidArgsException": "PCA_INVALID_ARGS",
        "InvalidArnException": "PCA_INVALID_ARN",
        "InvalidStateException": "PCA_INVALID_STATE",
        "LimitExceededException": "PCA_LIMIT_EXCEEDED",
        "ResourceNotFoundException": "PCA_RESOURCE_NOT_FOUND",
    }
    return reasons.get(error.code, "PCA_REQUEST_FAILED")
