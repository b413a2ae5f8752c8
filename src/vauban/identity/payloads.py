"""Bodies, and whether they are what was signed."""

import hmac
import re
from hashlib import sha256

from vauban.identity import errors
from vauban.identity.chunked import STREAMING_FORMS, decode_chunked
from vauban.identity.signing_keys import SigningKey
from vauban.kernel.errors import AwsError
from vauban.kernel.requests import Request

UNSIGNED = "UNSIGNED-PAYLOAD"
_HASH = re.compile(r"[0-9a-f]{64}")
_MAY_BE_UNSIGNED = errors.S3_SERVICES | {"ebs", "mediastore"}
"""Services whose bodies may go unsigned; anyone else's could be changed on the way without anyone noticing."""


def check_payload(request: Request, declared: str, service: str, key: SigningKey, time: str, signature: str) -> None:
    """Hold the body against what was declared (``x-amz-content-sha256``) and signed. Raises AwsError.

    A body in AWS's chunks is replaced by what they carry.
    """
    if _HASH.fullmatch(declared):
        if not hmac.compare_digest(sha256(request.body).hexdigest(), declared):
            raise errors.wrong_body(service)
    elif declared in STREAMING_FORMS and service in errors.S3_SERVICES:
        decode_chunked(request, declared, key, time, signature)
    elif declared != UNSIGNED or service not in _MAY_BE_UNSIGNED:
        raise _unknown_form(service)


def _unknown_form(service: str) -> AwsError:
    if service not in errors.S3_SERVICES:
        return errors.mismatch(service)
    return AwsError(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
        code="InvalidArgument",
        status=400,
    )
