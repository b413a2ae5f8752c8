"""Permissions: the statements of a function's policies, put one at a time.

Source: Lambda Developer Guide, "Working with resource-based IAM policies in Lambda".
"""

import json
import re
from typing import Any

from vauban.kernel.arns import PARTITION
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.policy import MalformedPolicy
from vauban.services.lambda_.errors import (
    InvalidParameterValueException,
    PolicyLengthExceededException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from vauban.services.lambda_.resolvers import Target, a_target
from vauban.services.lambda_.resources import LATEST, Function, compiled

MOST_POLICY = 20_480
_ACCOUNT = re.compile(r"\d{12}")


@operation(
    "AddPermission", on=a_target, unsupported=("FunctionUrlAuthType", "InvokedViaFunctionUrl", "EventSourceToken")
)
def add_permission(
    call: Call,
    target: Target,
    statement_id: str,
    action: str,
    principal: str,
    source_arn: str | None = None,
    source_account: str | None = None,
    principal_org_id: str | None = None,
    revision_id: str | None = None,
) -> dict[str, Any]:
    _require_revision(target, revision_id)
    statements = target.function.statements.get(target.qualifier, ())
    require_new(statements, statement_id)
    statement: dict[str, Any] = {
        "Sid": statement_id,
        "Effect": "Allow",
        "Principal": principal_element(principal),
        "Action": action,
        "Resource": target.arn,
    }
    if conditions := _conditions(source_arn, source_account, principal_org_id):
        statement["Condition"] = conditions
    _keep(call, target, (*statements, statement))
    return {"Statement": json.dumps(statement, separators=(",", ":"))}


@operation("RemovePermission", on=a_target)
def remove_permission(call: Call, target: Target, statement_id: str, revision_id: str | None = None) -> None:
    statements = target.function.statements.get(target.qualifier, ())
    left = without(statements, statement_id)
    _require_revision(target, revision_id)
    _keep(call, target, left)


@operation("GetPolicy", on=a_target)
def get_policy(call: Call, target: Target) -> dict[str, Any]:
    policy = target.function.policy(target.qualifier)
    if not policy:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    return {"Policy": policy, "RevisionId": _revision(target)}


def require_new(statements: tuple[dict[str, Any], ...], statement_id: str) -> None:
    """Raises ResourceConflictException where a statement has that id."""
    if any(each["Sid"] == statement_id for each in statements):
        raise ResourceConflictException(
            f"The statement id ({statement_id}) provided already exists. Please provide a new statement id, or remove "
            "the existing statement."
        )


def without(statements: tuple[dict[str, Any], ...], statement_id: str) -> tuple[dict[str, Any], ...]:
    """The other statements. Raises ResourceNotFoundException where none has that id."""
    left = tuple(each for each in statements if each["Sid"] != statement_id)
    if not statements:
        raise ResourceNotFoundException("No policy is associated with the given resource.")
    if len(left) == len(statements):
        raise ResourceNotFoundException(f"Statement {statement_id} is not found in resource policy.")
    return left


def _keep(call: Call, target: Target, statements: tuple[dict[str, Any], ...]) -> None:
    function: Function = replace(
        target.function,
        statements={**target.function.statements, target.qualifier: statements},
        policy_revisions={**target.function.policy_revisions, target.qualifier: call.uuid()},
    )
    require_policy(function.policy(target.qualifier))
    call.store.put(function)


def require_policy(policy: str) -> None:
    """Raises PolicyLengthExceededException or InvalidParameterValueException."""
    if len(policy) > MOST_POLICY:
        raise PolicyLengthExceededException(
            f"The final policy size ({len(policy)}) is bigger than the limit ({MOST_POLICY})."
        )
    try:
        if policy:
            compiled(policy)
    except MalformedPolicy as error:
        raise InvalidParameterValueException(str(error)) from None


def _require_revision(target: Target, revision_id: str | None) -> None:
    if target.qualifier == LATEST:
        raise InvalidParameterValueException("$LATEST cannot have a policy of its own: leave the qualifier out.")
    if revision_id is not None and revision_id != _revision(target):
        raise PreconditionFailedException


def _revision(target: Target) -> str:
    return target.function.policy_revisions.get(target.qualifier, target.version.revision_id)


def principal_element(principal: str) -> Any:
    """As AWS writes it: a service by its name, an account by its root, whoever else by their ARN."""
    if principal == "*":
        return "*"
    if _ACCOUNT.fullmatch(principal):
        return {"AWS": f"arn:{PARTITION}:iam::{principal}:root"}
    if principal.startswith("arn:"):
        return {"AWS": principal}
    if "." not in principal:
        raise InvalidParameterValueException(
            "The provided principal was invalid. Please check the principal and try again."
        )
    return {"Service": principal}


def _conditions(source_arn: str | None, source_account: str | None, organization: str | None) -> dict[str, Any]:
    equal = {"AWS:SourceAccount": source_account, "aws:PrincipalOrgID": organization}
    equal = {name: value for name, value in equal.items() if value}
    conditions: dict[str, Any] = {"StringEquals": equal} if equal else {}
    return {**conditions, "ArnLike": {"AWS:SourceArn": source_arn}} if source_arn else conditions
