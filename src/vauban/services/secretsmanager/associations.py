"""Replicas in other accounts: made there, linked to their primary here, and let go.

The replica's owner makes it and names its primary; the primary's owner links the two. Nothing is changed across
accounts but by events, and the link is decided on with the replica's own policy.

Source: CreateSecret, AssociateCrossAccountReplica and DisassociateCrossAccountReplica, AWS Secrets Manager.
"""

from typing import Any

from vauban.identity.accounts import Account
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.secretsmanager.envelopes import require_key_access
from vauban.services.secretsmanager.errors import (
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    secret_not_found,
)
from vauban.services.secretsmanager.identifiers import parse
from vauban.services.secretsmanager.replica_states import ACCEPT, DETACHED, IN_PROGRESS, Association, Origin
from vauban.services.secretsmanager.replication import REMOVED, keep, labelled_versions, tell_associate
from vauban.services.secretsmanager.resolvers import SecretResolver, a_secret
from vauban.services.secretsmanager.resources import Secret

NOT_WITH_A_PRIMARY = ("AddReplicaRegions", "Description", "SecretBinary", "SecretString", "Type")


def create_cross_account_replica(call: Call, secret: Secret, primary_arn: str) -> dict[str, Any]:
    """A secret without a value, which waits for its primary; called by CreateSecret."""
    for member in NOT_WITH_A_PRIMARY:
        if member in call.params:
            raise InvalidParameterException(f"You can't include {member} with CrossAccountPrimaryARN.")
    if not secret.kms_key_id:
        raise InvalidParameterException("A cross-account replica needs a customer managed key in KmsKeyId.")
    _require_other_account(call, primary_arn)
    require_key_access(call, secret)
    keep(call, replace(secret, origin=Origin(primary_arn)))
    return {"ARN": secret.arn, "Name": secret.name}


@operation(
    "AssociateCrossAccountReplica",
    on=(
        a_secret,
        SecretResolver(action="secretsmanager:GetSecretValue"),
        SecretResolver("CrossAccountReplicaARN", action=ACCEPT),
    ),
    unsupported=("ReplicationRoleARN",),
)
def associate_cross_account_replica(
    call: Call, secret: Secret, _: Secret, replica: Secret, replica_restriction: str = "SameOrg"
) -> dict[str, Any]:
    _require_linkable(call, secret, replica)
    if replica_restriction == "SameOrg":
        _require_same_organization(call, secret, replica)
    association = Association(replica.arn)
    versions = labelled_versions(call, secret)
    call.store.put(replace(secret, associations=(association,), changed=call.now))
    tell_associate(call, secret, association, versions)
    return {"ARN": secret.arn, "CrossAccountReplicaARN": replica.arn, "ReplicationStatus": IN_PROGRESS}


@operation("DisassociateCrossAccountReplica", on=a_secret)
def disassociate_cross_account_replica(call: Call, secret: Secret, cross_account_replica_arn: str) -> dict[str, Any]:
    left = tuple(each for each in secret.associations if each.arn != cross_account_replica_arn)
    if left == secret.associations:
        raise InvalidRequestException(f"{cross_account_replica_arn} is not a replica of the secret {secret.arn}.")
    replica = parse(cross_account_replica_arn)
    call.send(REMOVED, secret.arn, account=replica.account, name=replica.text[:-7])
    keep(call, replace(secret, associations=left))
    return {"ARN": secret.arn, "CrossAccountReplicaARN": cross_account_replica_arn}


def _require_other_account(call: Call, primary_arn: str) -> None:
    primary = parse(primary_arn)
    if not primary.region or primary.region != call.region or primary.account == call.account:
        raise InvalidParameterException(
            "CrossAccountPrimaryARN must be the ARN of a secret in another account and in the same Region."
        )


def _require_linkable(call: Call, secret: Secret, replica: Secret) -> None:
    if secret.is_replica:
        raise InvalidRequestException(f"{secret.arn} is itself a replica.")
    if replica.account == secret.account:
        raise InvalidParameterException("CrossAccountReplicaARN must be the ARN of a secret in another account.")
    if replica.origin is None or replica.origin.arn != secret.arn:
        raise InvalidRequestException(f"{replica.arn} was not created as a replica of the secret {secret.arn}.")
    if replica.deletion_date is not None:
        raise secret_not_found()
    if any(each.arn != replica.arn and each.status != DETACHED for each in secret.associations):
        raise LimitExceededException("A secret can have at most one cross-account replica.")


def _require_same_organization(call: Call, secret: Secret, replica: Secret) -> None:
    here, there = (call.world.at(each.account, "").get(Account, each.account) for each in (secret, replica))
    if here is None or there is None or not here.organization_id or here.organization_id != there.organization_id:
        raise InvalidRequestException(
            "The replica's account is not in your organization. To allow that, set ReplicaRestriction to NoRestriction."
        )
