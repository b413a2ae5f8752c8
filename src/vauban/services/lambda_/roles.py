"""Execution roles: what a function may do. Whoever gives a function a role must be allowed to pass it."""

import copy

from vauban.identity.roles import Role
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import Conditions, Evaluate
from vauban.kernel.principals import Principal, SessionContext
from vauban.kernel.resources import Resource
from vauban.outside.functions import Credentials
from vauban.services.lambda_.errors import InvalidParameterValueException
from vauban.services.lambda_.identifiers import parse

PASSED_TO = "lambda.amazonaws.com"
CONDITIONS = Conditions(
    {
        "iam:passedtoservice": lambda call, resource: PASSED_TO if resource.type == "role" else None,
        "lambda:functionarn": lambda call, resource: _mapped_function(call, resource),
    },
    {},
)


def may_pass(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The operation itself, tags that come with it, and the role that is passed: the first denial, else the last."""
    (function,) = resources
    decision = evaluate(f"lambda:{call.operation.name}", function)
    if decision.allowed and call.params.get("Tags"):
        decision = evaluate("lambda:TagResource", function)
    if decision.allowed and "Role" in call.params:
        decision = evaluate("iam:PassRole", Resource(call.params["Role"], "role", call.account))
    return decision


def _mapped_function(call: Call, resource: Resource) -> str | None:
    """The function of an event source mapping that is there, or is to be."""
    if resource.type == "eventSourceMapping":
        return resource.record.function_arn if resource.record else None
    if call.operation.name != "CreateEventSourceMapping":
        return None
    named = parse(call.params["FunctionName"])
    own = arn("lambda", call.region, call.account, f"function:{named.name}")
    return f"{own}:{named.qualifier}" if named.qualifier else own


def require_assumable(call: Call, role: str, name: str) -> None:
    """Raises InvalidParameterValueException unless Lambda may assume the role."""
    if role.split(":")[4] != call.account:
        raise InvalidParameterValueException("Cross-account pass role is not allowed.")
    try:
        _assume(call, role, name)
    except AwsError as error:
        raise InvalidParameterValueException(
            "The role defined for the function cannot be assumed by Lambda."
        ) from error


def credentials_of(call: Call, role: str, name: str) -> Credentials:
    """The role's, for a new environment; the same however often the call is run. Raises what STS does."""
    issued = _assume(call, role, name)
    return call.once("credentials", lambda: issued)


def as_role(call: Call, role_arn: str, name: str) -> Call | None:
    """This call, asking as a session of a function's role; None where the role is gone."""
    role = call.world.at(role_arn.split(":")[4], "").get(Role, role_arn.rpartition("/")[2])
    if role is None or role.arn != role_arn:
        return None
    asking = copy.copy(call)
    asking.principal = Principal(
        kind="assumed-role",
        account=role.account,
        arn=arn("sts", "", role.account, f"assumed-role/{role.name}/{name}"),
        unique_id=f"{role.role_id}:{name}",
        issuer_arn=role.arn,
        issuer_id=role.role_id,
        session=SessionContext(float(int(call.time))),
    )
    return asking


def _assume(call: Call, role: str, name: str) -> Credentials:
    function = arn("lambda", call.region, call.account, f"function:{name}")
    given = call.as_service(function).ask("sts:AssumeRole", RoleArn=role, RoleSessionName=name.ljust(2, "_"))[
        "Credentials"
    ]
    expires = given["Expiration"].timestamp()
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], expires)
