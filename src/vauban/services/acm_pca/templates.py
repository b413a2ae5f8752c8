"""Templates: what a certificate is for, and who decides of its extensions.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html ("Definitions of templates")
"""

from typing import NamedTuple

from vauban.crypto.extensions import PURPOSES, Extension, basic_constraints, extended_key_usage, key_usage
from vauban.services.acm_pca.errors import InvalidArgsException

_PREFIX = "arn:aws:acm-pca:::template/"
DEFAULT = f"{_PREFIX}EndEntityCertificate/V1"

_AUTHORITY_USES = {"DigitalSignature": True, "KeyCertSign": True, "CRLSign": True}
_SIGNS = {"DigitalSignature": True}
_SIGNS_AND_ENCIPHERS = {"DigitalSignature": True, "KeyEncipherment": True}


class Template(NamedTuple):
    arn: str
    extensions: tuple[Extension, ...]
    """What the template says itself: nobody overrules it."""
    authority: bool = False
    root: bool = False
    path_length: int | None = None
    api: bool = False
    csr: bool = False
    """Whose extensions it lets pass besides: those of the call, those of the request."""
    names: bool = True
    """Whether the request's alternative names pass in any case: those of end entities do."""


def template(arn: str) -> Template:
    """The template that an ARN names. Raises InvalidArgsException."""
    found = _TEMPLATES.get(arn)
    if found is None:
        raise InvalidArgsException(f"The template {arn} is not supported.")
    return found


def _variants(name: str, made: Template, *passthroughs: str) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for passthrough in passthroughs:
        arn = f"{_PREFIX}{name}{'_' if passthrough else ''}{passthrough}/V1"
        found[arn] = made._replace(arn=arn, api="API" in passthrough, csr="CSR" in passthrough)
    return found


_ALL = ("", "APIPassthrough", "CSRPassthrough", "APICSRPassthrough")
_PASSED = _ALL[1:]


def _end_entity(uses: dict[str, bool], *purposes: str, critical: bool = False) -> Template:
    oids = [PURPOSES[purpose] for purpose in purposes]
    return Template("", (basic_constraints(ca=False), key_usage(uses), extended_key_usage(oids, critical=critical)))


def _authority(path_length: int | None, *, root: bool = False, blank: bool = False) -> Template:
    constraints = basic_constraints(ca=True, path_length=path_length)
    extensions = (constraints,) if blank else (constraints, key_usage(_AUTHORITY_USES))
    return Template("", extensions, authority=True, root=root, path_length=path_length, names=False)


_BLANK = Template("", (basic_constraints(ca=False, critical=False),), names=False)
_CRITICAL = Template("", (basic_constraints(ca=False),), names=False)

_TEMPLATES: dict[str, Template] = {
    **_variants("EndEntityCertificate", _end_entity(_SIGNS_AND_ENCIPHERS, "SERVER_AUTH", "CLIENT_AUTH"), *_ALL),
    **_variants("EndEntityClientAuthCertificate", _end_entity(_SIGNS_AND_ENCIPHERS, "CLIENT_AUTH"), *_ALL),
    **_variants("EndEntityServerAuthCertificate", _end_entity(_SIGNS_AND_ENCIPHERS, "SERVER_AUTH"), *_ALL),
    **_variants("CodeSigningCertificate", _end_entity(_SIGNS, "CODE_SIGNING", critical=True), *_ALL),
    **_variants("OCSPSigningCertificate", _end_entity(_SIGNS, "OCSP_SIGNING", critical=True), *_ALL),
    **_variants("BlankEndEntityCertificate", _BLANK, *_PASSED),
    **_variants("BlankEndEntityCertificate_CriticalBasicConstraints", _CRITICAL, *_PASSED),
    **_variants("RootCACertificate", _authority(None, root=True), "", "APIPassthrough"),
    **_variants("BlankRootCACertificate", _authority(None, root=True, blank=True), "APIPassthrough"),
}
for _depth in range(4):
    _TEMPLATES |= _variants(f"SubordinateCACertificate_PathLen{_depth}", _authority(_depth), *_ALL)
    _TEMPLATES |= _variants(f"BlankSubordinateCACertificate_PathLen{_depth}", _authority(_depth, blank=True), *_PASSED)
    _TEMPLATES |= _variants(
        f"BlankRootCACertificate_PathLen{_depth}", _authority(_depth, root=True, blank=True), "APIPassthrough"
    )
