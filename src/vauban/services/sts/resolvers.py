"""How a call names the role to be assumed."""

import re

from vauban.identity.roles import Role
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.sts import mfa

CLOUDTRAIL_TYPE = "AWS::IAM::Role"
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[^:]*/)?([\w+=,.@-]{1,64})", re.ASCII)


def account_of_role(call: Call) -> str:
    """The account of the role that the call names. Raises ValidationException for what is no role's ARN."""
    return parse_role_arn(call)[0]


def parse_role_arn(call: Call) -> tuple[str, str]:
    """Account and name of the role that the call names. Raises ValidationException for what is no role's ARN."""
    arn = call.params["RoleArn"]
    match = _ROLE_ARN.fullmatch(arn)
    if match is None:
        raise ValidationException(f"{arn} is invalid")
    return match[1], match[2]


class RoleResolver:
    """Finds the role that ``RoleArn`` names. Whether it is there, only those it trusts may know."""

    action = ""

    def __init__(self, *members: str):
        self.members = ("RoleArn", *members)

    def __call__(self, call: Call, world: World) -> Resource:
        arn = call.params["RoleArn"]
        account, name = parse_role_arn(call)
        role = world.at(account, "").get(Role, name)
        if role is not None and role.arn == arn:
            policy, tags = role.compiled_trust_policy, role.tags
        else:
            role, policy, tags = None, None, {}
        return Resource(
            arn, "role", account, role, policy, policy_rules=True, tags=tags, cloudtrail_type=CLOUDTRAIL_TYPE
        )


class RoleWithSecondFactor(RoleResolver):
    """The same, with what the call shows of a second factor."""

    def __init__(self) -> None:
        super().__init__("SerialNumber", "TokenCode")

    def __call__(self, call: Call, world: World) -> Resource:
        call.mfa = mfa.shown(call, world)
        return super().__call__(call, world)
