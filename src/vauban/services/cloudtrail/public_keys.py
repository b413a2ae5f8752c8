"""The keys that digests are signed with: a pair for each Region of an account, and a new one each year.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from vauban.crypto.materials import generate
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.cloudtrail.errors import InvalidTimeRangeException
from vauban.services.cloudtrail.resources import SigningKey

VALID_FOR = timedelta(days=365)


@operation("ListPublicKeys", unsupported=("NextToken",))
def list_public_keys(
    call: Call, start_time: datetime | None = None, end_time: datetime | None = None
) -> dict[str, Any]:
    start, end = start_time or call.now, end_time or call.now
    if start > end:
        raise InvalidTimeRangeException("The start time must be before the end time.")
    keys = call.store.list(SigningKey, index="region", value=call.region)
    return {"PublicKeyList": [_shown(key) for key in keys if key.valid_from <= end and start <= key.valid_to]}


def signing_key(call: Call, region: str) -> SigningKey:
    """The one that is valid now, made where there is none."""
    keys = call.store.list(SigningKey, index="region", value=region)
    found = next((key for key in keys if key.valid_from <= call.now < key.valid_to), None)
    return found or _new_key(call, region)


def _new_key(call: Call, region: str) -> SigningKey:
    from vauban.crypto.private_keys import PrivateKey

    material = call.slowly(generate, "RSA_2048")
    fingerprint = hashlib.sha256(PrivateKey(material).public_pkcs1).hexdigest()[:32]
    key = SigningKey(fingerprint, call.account, region, call.now, call.now + VALID_FOR, material)
    call.store.put(key)
    return key


def _shown(key: SigningKey) -> dict[str, Any]:
    return {
        "Value": key.loaded.public_pkcs1,
        "ValidityStartTime": key.valid_from,
        "ValidityEndTime": key.valid_to,
        "Fingerprint": key.fingerprint,
    }
