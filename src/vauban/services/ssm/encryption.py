"""SecureStrings: encrypted by KMS on the caller's authority, bound to the parameter's ARN.

A standard parameter's value is what kms:Encrypt makes of it. An advanced one's is too long for that, and is under a
data key of its own that stands in front of it:

    02 | length (2) | the data key, encrypted by KMS | the value, under the data key, bound to the ARN

Source: https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
"""

from typing import Any

from vauban.crypto.wrapping import unwrap, wrap
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.services.ssm.errors import InvalidKeyId
from vauban.services.ssm.resources import ADVANCED, Revision

ENVELOPE = b"\x02"
CONTEXT_KEY = "PARAMETER_ARN"


def encrypted(call: Call, arn: str, key_id: str, tier: str, value: bytes) -> bytes:
    """What is kept of ``value``. Raises InvalidKeyId for a key that does not do, AccessDeniedException."""
    context = {CONTEXT_KEY: arn}
    if tier != ADVANCED:
        return _asked(call, "kms:Encrypt", KeyId=key_id, Plaintext=value, EncryptionContext=context)["CiphertextBlob"]
    key = _asked(call, "kms:GenerateDataKey", KeyId=key_id, KeySpec="AES_256", EncryptionContext=context)
    wrapped = key["CiphertextBlob"]
    return ENVELOPE + len(wrapped).to_bytes(2, "big") + wrapped + wrap(key["Plaintext"], value, arn.encode())


def decrypted(call: Call, revision: Revision) -> str:
    """A SecureString's value. Raises InvalidKeyId and AccessDeniedException, as KMS refuses."""
    value, context = revision.value, {CONTEXT_KEY: revision.arn}
    if revision.tier != ADVANCED:
        return _asked(call, "kms:Decrypt", CiphertextBlob=value, EncryptionContext=context)["Plaintext"].decode()
    end = 3 + int.from_bytes(value[1:3], "big")
    key = _asked(call, "kms:Decrypt", CiphertextBlob=value[3:end], EncryptionContext=context)["Plaintext"]
    try:
        return unwrap(key, value[end:], revision.arn.encode()).decode()
    except ValueError:
        raise InvalidKeyId("The value of the parameter cannot be decrypted.") from None


def _asked(call: Call, action: str, **params: Any) -> dict[str, Any]:
    """KMS's answer; its refusals as Parameter Store passes them on."""
    try:
        return call.ask(action, **params)
    except AccessDeniedException:
        raise
    except AwsError as error:
        raise InvalidKeyId(
            f"{error.message} (Service: AWSKMS; Status Code: 400; Error Code: {error.code}; "
            f"Request ID: {call.request_id}; Proxy: null)"
        ) from None
