"""Attestation documents of AWS Nitro enclaves and NitroTPM, and of whoever else signs such documents.

A document is a COSE_Sign1 (RFC 9052) with a CBOR map in it, whose certificate leads to a root that the operator trusts.
Source: https://github.com/aws/aws-nitro-enclaves-nsm-api/blob/main/docs/attestation_process.md
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cbor2

from vauban.kernel.errors import WorkFailed
from vauban.wire import cbor

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from vauban.outside import Outside

SIGN1_TAG = b"\xd2"
ES384 = {1: -35}
FRESH_SECONDS = 300
"""How old a document may be, and how far ahead its clock."""
PCR_SIZES = (32, 48, 64)
MOST_PCRS = 32
MOST_PUBLIC_KEY = 1024
MOST_CERTIFICATE = 4096
MOST_BUNDLE = 8
_OPTIONS = {**cbor.OPTIONS, "strict_hashable_types": False}
"""COSE and PCRs have numbers for keys; all else is bounded as in AWS's own CBOR."""


class AttestationFailed(WorkFailed):
    """Why a document proves nothing, for the caller."""


@dataclass(frozen=True)
class Attestation:
    """What a document proves."""

    public_key: "RSAPublicKey"
    pcrs: Mapping[int, str] = field(default_factory=dict)
    """Of an enclave: number -> digest in hex."""
    tpm_pcrs: Mapping[int, str] = field(default_factory=dict)
    """Of a NitroTPM."""

    def get(self, name: str) -> str | None:
        """The value behind ``kms:RecipientAttestation:``, its name in lower case; None where there is none."""
        if name == "imagesha384":
            return self.pcrs.get(0)
        for prefix, pcrs in (("nitrotpmpcr", self.tpm_pcrs), ("pcr", self.pcrs)):
            number = name.removeprefix(prefix)
            if number != name and number.isascii() and number.isdecimal() and len(number) <= 2:
                return pcrs.get(int(number))
        return None


def verify(outside: "Outside", document: bytes, moment: float) -> Attestation:
    """What ``document`` proves at ``moment`` (epoch seconds). Raises AttestationFailed."""
    from vauban.crypto import attestation
    from vauban.crypto.attestation import InvalidAttestation

    if not outside.attestation_roots:
        raise AttestationFailed("the server trusts no root of attestation (--attestation-root)")
    protected, payload, signature = _parts(document)
    claims = _claims(payload)
    try:
        key = attestation.verify_chain(outside.attestation_roots, claims["certificate"], claims["cabundle"], moment)
        attestation.verify_es384(key, cbor2.dumps(["Signature1", protected, b"", payload]), signature)
        _require_fresh(claims["timestamp"], moment)
        public_key = attestation.read_recipient(claims["public_key"])
    except InvalidAttestation as error:
        raise AttestationFailed(str(error)) from None
    return Attestation(public_key, _pcrs(claims.get("pcrs")), _pcrs(claims.get("nitrotpm_pcrs")))


def _parts(document: bytes) -> tuple[bytes, bytes, bytes]:
    """Protected header, payload and signature."""
    parts = _decode(document.removeprefix(SIGN1_TAG))
    if not isinstance(parts, list) or len(parts) != 4 or not isinstance(parts[1], dict):
        raise AttestationFailed("it is no COSE_Sign1")
    protected, _, payload, signature = parts
    if not all(isinstance(each, bytes) for each in (protected, payload, signature)):
        raise AttestationFailed("it is no COSE_Sign1")
    if _decode(protected) != ES384:
        raise AttestationFailed("it is not signed with ES384")
    return protected, payload, signature


def _claims(payload: bytes) -> dict[str, Any]:
    claims = _decode(payload)
    if not isinstance(claims, dict):
        raise AttestationFailed("its payload is no map")
    bundle = claims.get("cabundle")
    sound = (
        isinstance(claims.get("module_id"), str)
        and claims.get("digest") == "SHA384"
        and type(claims.get("timestamp")) is int
        and ("pcrs" in claims or "nitrotpm_pcrs" in claims)
        and _is_bytes(claims.get("certificate"), MOST_CERTIFICATE)
        and isinstance(bundle, list)
        and 1 <= len(bundle) <= MOST_BUNDLE
        and all(_is_bytes(each, MOST_CERTIFICATE) for each in bundle)
    )
    if not sound:
        raise AttestationFailed("its payload lacks what a document must have")
    if not _is_bytes(claims.get("public_key"), MOST_PUBLIC_KEY):
        raise AttestationFailed("it carries no public key to encrypt for")
    return claims


def _pcrs(given: Any) -> dict[int, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or not 1 <= len(given) <= MOST_PCRS:
        raise AttestationFailed("its PCRs are not what they must be")
    for number, value in given.items():
        if type(number) is not int or not 0 <= number < MOST_PCRS or not isinstance(value, bytes):
            raise AttestationFailed("its PCRs are not what they must be")
        if len(value) not in PCR_SIZES:
            raise AttestationFailed("its PCRs are not what they must be")
    return {number: value.hex() for number, value in given.items()}


def _require_fresh(milliseconds: int, moment: float) -> None:
    if not -FRESH_SECONDS <= moment - milliseconds / 1000 <= FRESH_SECONDS:
        raise AttestationFailed("it is not of this moment")


def _is_bytes(value: Any, most: int) -> bool:
    return isinstance(value, bytes) and 1 <= len(value) <= most


def _decode(data: bytes) -> Any:
    try:
        return cbor2.loads(data, **_OPTIONS)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise AttestationFailed("it is no CBOR") from None
