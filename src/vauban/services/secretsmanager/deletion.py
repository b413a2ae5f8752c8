"""The end of a secret: scheduled, called off, at once, or done when its day comes."""

from datetime import timedelta
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.secretsmanager.errors import InvalidParameterException, marked_for_deletion
from vauban.services.secretsmanager.identifiers import parse
from vauban.services.secretsmanager.replica_states import DETACHED
from vauban.services.secretsmanager.resolvers import a_secret, a_secret_to_delete
from vauban.services.secretsmanager.resources import Listing, Secret, Version, listing_key
from vauban.services.secretsmanager.rotation_runs import forget_rotation

SHORTEST_DAYS = 7
LONGEST_DAYS = 30
SCHEDULED = "Secret Deletion Scheduled"
CALLED_OFF = "Secret Deletion Cancelled"


@operation("DeleteSecret", on=a_secret_to_delete)
def delete_secret(
    call: Call,
    secret: Secret | None,
    recovery_window_in_days: int | None = None,
    force_delete_without_recovery: bool = False,
) -> dict[str, Any]:
    days = _window(recovery_window_in_days, force_delete_without_recovery)
    if secret is None:
        name = parse(call.params["SecretId"]).text
        return {"ARN": call.resources[0].arn, "Name": name, "DeletionDate": call.now}
    _refuse_replicated(secret)
    day = call.now + timedelta(days=days)
    if force_delete_without_recovery:
        erase(call, secret)
    elif secret.deletion_date is not None:
        raise marked_for_deletion()
    else:
        call.store.put(replace(secret, deletion_date=day, changed=call.now))
        call.send(SCHEDULED, secret.arn)
    return {"ARN": secret.arn, "Name": secret.name, "DeletionDate": day}


@operation("RestoreSecret", on=a_secret)
def restore_secret(call: Call, secret: Secret) -> dict[str, Any]:
    if secret.deletion_date is not None:
        call.store.put(replace(secret, deletion_date=None, changed=call.now))
        call.send(CALLED_OFF, secret.arn)
    return {"ARN": secret.arn, "Name": secret.name}


def erase(call: Call, secret: Secret) -> None:
    """Forget the secret and every version of it."""
    for version in call.store.list(Version, index="secret", value=secret.key):
        call.store.delete(version)
    listing = call.store.get(Listing, listing_key(secret.created, secret.name))
    if listing is not None:
        call.store.delete(listing)
    forget_rotation(call, secret)
    call.store.delete(secret)


def _window(days: int | None, force: bool) -> int:
    if force and days is not None:
        raise InvalidParameterException(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
        )
    if days is not None and not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise InvalidParameterException(
            f"The RecoveryWindowInDays value must be between {SHORTEST_DAYS} and {LONGEST_DAYS} days (inclusive)."
        )
    return 0 if force else LONGEST_DAYS if days is None else days


def _refuse_replicated(secret: Secret) -> None:
    if secret.replicas:
        regions = ", ".join(each.region for each in secret.replicas)
        raise InvalidParameterException(
            f"You can't delete secret {secret.arn} that still has replica regions [{regions}]."
        )
    if any(each.status != DETACHED for each in secret.associations):
        replicas = ", ".join(each.arn for each in secret.associations)
        raise InvalidParameterException(
            f"You can't delete secret {secret.arn} that still has cross-account replicas [{replicas}]."
        )
    if secret.origin is not None and secret.origin.status != DETACHED:
        raise InvalidParameterException(
            f"You can't delete the cross-account replica {secret.arn} before its replication is stopped."
        )
