"""What an authority is asked to be, held to what one can be."""

import ipaddress
import re
from typing import Any

from vauban.crypto.authorities import KEY_SPECS, suits
from vauban.crypto.extensions import Extension, key_usage, subject_information_access
from vauban.services.acm_pca.errors import InvalidArgsException
from vauban.services.acm_pca.resources import OFF

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
DEFAULT_CRL_DAYS = 7


def require_key(configuration: dict[str, Any]) -> None:
    """Raises InvalidArgsException for a key that cannot be made, or that does not sign by the algorithm."""
    key_algorithm, signing_algorithm = configuration["KeyAlgorithm"], configuration["SigningAlgorithm"]
    if key_algorithm not in KEY_SPECS:
        raise InvalidArgsException(f"The key algorithm {key_algorithm} is not supported in this region.")
    require_algorithm(key_algorithm, signing_algorithm)


def require_algorithm(key_algorithm: str, signing_algorithm: str) -> None:
    if not suits(key_algorithm, signing_algorithm):
        raise InvalidArgsException(
            f"The signing algorithm {signing_algorithm} is not compatible with the key algorithm {key_algorithm}."
        )


def csr_extensions(configuration: dict[str, Any]) -> list[Extension]:
    """What the authority's own request asks for. Raises ValueError."""
    wanted = configuration.get("CsrExtensions", {})
    found: list[Extension] = []
    if "KeyUsage" in wanted:
        found.append(key_usage(wanted["KeyUsage"]))
    if wanted.get("SubjectInformationAccess"):
        found.append(subject_information_access(wanted["SubjectInformationAccess"]))
    return found


def revocation(wanted: dict[str, Any] | None) -> dict[str, Any]:
    """The configuration with AWS's defaults. Raises InvalidArgsException."""
    if wanted is None:
        return OFF
    crl = wanted.get("CrlConfiguration", {"Enabled": False})
    ocsp = wanted.get("OcspConfiguration", {"Enabled": False})
    for name, each in (("CRL", crl), ("OCSP", ocsp)):
        if not each["Enabled"] and len(each) > 1:
            raise InvalidArgsException(f"A configuration that disables {name} must not contain other parameters.")
        _require_cname(each.get("CustomCname") or each.get("OcspCustomCname") or "")
    if crl["Enabled"]:
        crl = _crl(crl)
    return {"CrlConfiguration": crl, "OcspConfiguration": ocsp}


def _crl(crl: dict[str, Any]) -> dict[str, Any]:
    if "ExpirationInDays" not in crl or "S3BucketName" not in crl:
        raise InvalidArgsException("ExpirationInDays and S3BucketName are required to enable CRLs.")
    if not _BUCKET.fullmatch(crl["S3BucketName"]) or _is_address(crl["S3BucketName"]):
        raise InvalidArgsException(f"The S3 bucket name {crl['S3BucketName']} is not valid.")
    omitted = crl.get("CrlDistributionPointExtensionConfiguration", {}).get("OmitExtension")
    if omitted and crl.get("CustomCname"):
        raise InvalidArgsException("OmitExtension cannot be set with a custom CNAME.")
    return {"S3ObjectAcl": "PUBLIC_READ", "CrlType": "COMPLETE", **crl}


def _require_cname(cname: str) -> None:
    if "://" in cname:
        raise InvalidArgsException("A custom CNAME must not include a protocol prefix.")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
