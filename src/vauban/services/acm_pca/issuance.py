"""Which extensions a certificate gets: the template's first, then the call's, then the request's.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html ("Template order of operations")
"""

from collections.abc import Iterable, Iterator
from typing import Any

from vauban.crypto.authorities import Request
from vauban.crypto.extensions import (
    PURPOSES,
    Extension,
    alternative_names,
    certificate_policies,
    crl_distribution_point,
    custom,
    extended_key_usage,
    key_usage,
    ocsp_responder,
)
from vauban.services.acm_pca.errors import InvalidArgsException
from vauban.services.acm_pca.templates import Template

ALTERNATIVE_NAMES = "2.5.29.17"


def extensions(
    template: Template, request: Request, passed: dict[str, Any], crl_url: str, ocsp_url: str
) -> list[Extension]:
    """Each kind once. Raises InvalidArgsException for extensions of the call that cannot be."""
    try:
        sources = [*template.extensions, *_own(template, crl_url, ocsp_url), *_passed(template, passed)]
    except ValueError as error:
        raise InvalidArgsException(f"The extensions are not valid: {error}") from None
    return _first_of_each([*sources, *_requested(template, request)])


def _own(template: Template, crl_url: str, ocsp_url: str) -> Iterator[Extension]:
    if template.root:
        return
    if crl_url:
        yield crl_distribution_point(crl_url)
    if ocsp_url:
        yield ocsp_responder(ocsp_url)


def _passed(template: Template, passed: dict[str, Any]) -> Iterator[Extension]:
    """What the call gives; templates that let nothing of it pass ignore it, as on AWS."""
    given = passed.get("Extensions", {}) if template.api else {}
    if "KeyUsage" in given:
        yield key_usage(given["KeyUsage"])
    if given.get("ExtendedKeyUsage"):
        yield extended_key_usage([_purpose(each) for each in given["ExtendedKeyUsage"]])
    if given.get("SubjectAlternativeNames"):
        yield alternative_names(given["SubjectAlternativeNames"])
    if given.get("CertificatePolicies"):
        yield certificate_policies(given["CertificatePolicies"])
    for each in given.get("CustomExtensions", ()):
        yield custom(each["ObjectIdentifier"], each["Value"], each.get("Critical", False))


def _requested(template: Template, request: Request) -> Iterator[Extension]:
    for each in request.extensions:
        if template.csr or (template.names and each.oid == ALTERNATIVE_NAMES):
            yield each


def _purpose(usage: dict[str, str]) -> str:
    if len(usage) != 1:
        raise ValueError("an extended key usage is named once")
    return usage.get("ExtendedKeyUsageObjectIdentifier") or PURPOSES[usage["ExtendedKeyUsageType"]]


def _first_of_each(found: Iterable[Extension]) -> list[Extension]:
    first: dict[str, Extension] = {}
    for each in found:
        first.setdefault(each.oid, each)
    return list(first.values())
