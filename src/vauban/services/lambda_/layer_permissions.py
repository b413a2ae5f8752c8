"""Permissions for others to use a layer's version."""

import json
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.lambda_.errors import PreconditionFailedException, ResourceNotFoundException
from vauban.services.lambda_.layer_resolvers import a_layer_version
from vauban.services.lambda_.permissions import principal_element, require_new, require_policy, without
from vauban.services.lambda_.resources import LayerVersion, document_of


@operation("AddLayerVersionPermission", on=a_layer_version)
def add_layer_version_permission(
    call: Call,
    version: LayerVersion,
    statement_id: str,
    action: str,
    principal: str,
    organization_id: str | None = None,
    revision_id: str | None = None,
) -> dict[str, Any]:
    _require_revision(version, revision_id)
    require_new(version.statements, statement_id)
    statement: dict[str, Any] = {
        "Sid": statement_id,
        "Effect": "Allow",
        "Principal": principal_element(principal),
        "Action": action,
        "Resource": version.arn,
    }
    if organization_id:
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": organization_id}}
    kept = _keep(call, version, (*version.statements, statement))
    return {"Statement": json.dumps(statement, separators=(",", ":")), "RevisionId": kept.policy_revision}


@operation("RemoveLayerVersionPermission", on=a_layer_version)
def remove_layer_version_permission(
    call: Call, version: LayerVersion, statement_id: str, revision_id: str | None = None
) -> None:
    left = without(version.statements, statement_id)
    _require_revision(version, revision_id)
    _keep(call, version, left)


@operation("GetLayerVersionPolicy", on=a_layer_version)
def get_layer_version_policy(call: Call, version: LayerVersion) -> dict[str, Any]:
    if not version.statements:
        raise ResourceNotFoundException("No policy is associated with the given resource.")
    return {"Policy": document_of(version.statements), "RevisionId": version.policy_revision}


def _keep(call: Call, version: LayerVersion, statements: tuple[dict[str, Any], ...]) -> LayerVersion:
    require_policy(document_of(statements))
    kept = replace(version, statements=statements, policy_revision=call.uuid())
    call.store.put(kept)
    return kept


def _require_revision(version: LayerVersion, revision_id: str | None) -> None:
    if revision_id is not None and revision_id != version.policy_revision:
        raise PreconditionFailedException("GetLayerPolicy")
