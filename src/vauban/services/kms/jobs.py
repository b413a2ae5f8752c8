"""What KMS does by the clock: automatic rotation, and deletion at the end of the waiting period."""

from vauban.kernel.calls import Call
from vauban.kernel.operations import ServiceEvent, when_due
from vauban.services.kms.deletion import delete_key
from vauban.services.kms.resources import CLOUDTRAIL_TYPE, Key
from vauban.services.kms.rotation import rotate_on_schedule


@when_due(Key)
def tend(call: Call, key: Key) -> ServiceEvent:
    """Delete a key whose waiting period is over; rotate one whose date has come."""
    resources = ((key.arn, CLOUDTRAIL_TYPE, key.account),)
    if key.key_state == "PendingDeletion":
        delete_key(call, key)
        return ServiceEvent("DeleteKey", resources, {"keyId": key.key_id})
    rotate_on_schedule(call, key)
    return ServiceEvent("RotateKey", resources, {"keyId": key.key_id, "rotationType": "AUTOMATIC"})
