"""What KMS does by the clock: automatic rotation, deletion at the end of the waiting period, expiration."""

from vauban.kernel.calls import Call
from vauban.kernel.operations import ServiceEvent, when_due
from vauban.services.kms.deletion import delete_key
from vauban.services.kms.imports import erase
from vauban.services.kms.resources import CLOUDTRAIL_TYPE, ImportParameters, Key, Material
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


@when_due(Material)
def expire(call: Call, material: Material) -> ServiceEvent:
    """Erase imported material whose time is over; the same material may be imported again."""
    key = call.store.get(Key, material.key_id)
    erase(call, key, material)
    call.emit("KMS Imported Key Material Expiration", key.arn, **{"key-id": key.key_id})
    resources = ((key.arn, CLOUDTRAIL_TYPE, key.account),)
    details = {"keyId": key.key_id, "keyMaterialId": material.material_id}
    return ServiceEvent("DeleteExpiredKeyMaterial", resources, details)


@when_due(ImportParameters)
def forget(call: Call, parameters: ImportParameters) -> None:
    """A wrapping key is kept for as long as its token is valid, and no longer."""
    call.store.delete(parameters)
