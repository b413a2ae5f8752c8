"""Answers for attested recipients: encrypted for the key in an attestation document, and for nobody else.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/cryptographic-attestation.html
"""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.resources import Resource
from vauban.outside import attestations
from vauban.outside.attestations import Attestation, AttestationFailed

ALGORITHM = "RSAES_OAEP_SHA_256"


def require_attested(call: Call, recipient: Mapping[str, Any] | None) -> Attestation | None:
    """What the recipient proves; None where there is none. Raises ValidationException for one that proves nothing."""
    if recipient is None:
        return None
    if "AttestationDocument" not in recipient:
        raise ValidationException("Recipient must have an AttestationDocument.")
    if recipient.get("KeyEncryptionAlgorithm") != ALGORITHM:
        raise ValidationException(f"The KeyEncryptionAlgorithm of a Recipient must be {ALGORITHM}.")
    try:
        return _attestation(call, recipient["AttestationDocument"])
    except AttestationFailed as failed:
        raise ValidationException(f"The attestation document is not accepted: {failed}.") from None


def addressed(attestation: Attestation | None, result: dict[str, Any], member: str) -> dict[str, Any]:
    """``result``, its secret ``member`` given way to what only the recipient can open, where there is one."""
    if attestation is None:
        return result
    from vauban.crypto.enveloped import envelop

    kept = {name: value for name, value in result.items() if name not in (member, "KeyMaterialId")}
    return {**kept, "CiphertextForRecipient": envelop(attestation.public_key, result[member])}


def attested_value(call: Call, _: Resource, name: str) -> str | None:
    """The condition keys ``kms:RecipientAttestation:…``; a document that proves nothing has none."""
    document = (call.params.get("Recipient") or {}).get("AttestationDocument")
    if document is None:
        return None
    try:
        return _attestation(call, document).get(name)
    except AttestationFailed:
        return None


def _attestation(call: Call, document: bytes) -> Attestation:
    """Verified once in a call, off the loop, by the real clock, as whoever attests knows no other."""
    moment = call.once("attested at", lambda: call.real_time)
    return call.outside(attestations.verify, document, moment)
