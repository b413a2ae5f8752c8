"""Execution roles: what a schedule may do. Whoever gives a schedule a role must be allowed to pass it.

Source: EventBridge Scheduler User Guide, "Set up the execution role" and "Confused deputy prevention".
"""

from vauban.identity.sessions import Sessions
from vauban.kernel.arns import parts_of
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import Conditions, Evaluate
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.services.scheduler.resources import group_arn

PASSED_TO = "scheduler.amazonaws.com"
CONDITIONS = Conditions(
    {"iam:passedtoservice": lambda call, resource: PASSED_TO if resource.type == "role" else None}, {}
)


def may_pass(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The operation itself, and the role that is passed."""
    (schedule,) = resources
    decision = evaluate(f"scheduler:{call.operation.name}", schedule)
    if decision.allowed:
        role_arn = call.params["Target"]["RoleArn"]
        decision = evaluate("iam:PassRole", Resource(role_arn, "role", parts_of(role_arn).account))
    return decision


def require_assumable(call: Call, role_arn: str, group: str, name: str) -> None:
    """Raises ValidationException unless the Scheduler may assume the role for a schedule of the group."""
    try:
        session_of(call, role_arn, group, name)
    except AwsError as error:
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        ) from error


def session_of(call: Call, role_arn: str, group: str, name: str) -> Principal:
    """The role, assumed for a schedule of the group. Raises what STS says."""
    own = call.as_service(group_arn(call.region, call.account, group))
    given = own.ask("sts:AssumeRole", RoleArn=role_arn, RoleSessionName=name.ljust(2, "_"))
    return Sessions(call.sealer).open(given["Credentials"]["SessionToken"]).principal
