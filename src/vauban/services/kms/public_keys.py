"""What concerns public keys: GetPublicKey, and agreeing on a secret with a peer's."""

from collections.abc import Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.services.kms.errors import DryRunOperationException, UnsupportedOperationException
from vauban.services.kms.materials import current_material
from vauban.services.kms.recipients import addressed, require_attested
from vauban.services.kms.resolvers import usable_key
from vauban.services.kms.resources import Key
from vauban.services.kms.usages import require_algorithm, require_usage


@operation("GetPublicKey", on=usable_key("KeyId"))
def get_public_key(call: Call, key: Key) -> dict[str, Any]:
    if key.key_spec == "SYMMETRIC_DEFAULT" or key.spec.mac_algorithms:
        raise UnsupportedOperationException(
            f"{key.arn} key spec is {key.key_spec} which is not valid for {call.operation.name}."
        )
    return {
        "KeyId": key.arn,
        "PublicKey": current_material(call, key).private_key.public_der,
        "CustomerMasterKeySpec": key.key_spec,
        "KeySpec": key.key_spec,
        "KeyUsage": key.key_usage,
        **key.algorithms,
    }


@operation("DeriveSharedSecret", on=usable_key("KeyId"))
def derive_shared_secret(
    call: Call,
    key: Key,
    key_agreement_algorithm: str,
    public_key: bytes,
    recipient: Mapping[str, Any] | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    attestation = require_attested(call, recipient)
    require_usage(call, key, "KEY_AGREEMENT")
    require_algorithm(key, key_agreement_algorithm, key.spec.key_agreement_algorithms)
    try:
        secret = current_material(call, key).private_key.shared_secret(public_key)
    except ValueError as error:
        raise ValidationException(f"PublicKey cannot be used: {error}.") from None
    if dry_run:
        raise DryRunOperationException
    result = {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": key_agreement_algorithm,
        "KeyOrigin": key.origin,
    }
    return addressed(attestation, result, "SharedSecret")
