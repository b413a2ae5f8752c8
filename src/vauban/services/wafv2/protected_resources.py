"""What a web ACL may protect, by ARN: Application Load Balancers; AWS's other kinds of resources are not here.

Source: https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
"""

import re
from dataclasses import dataclass

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.resources import ANY, Resource
from vauban.kernel.stores import World
from vauban.services.wafv2.errors import BAD_ARN, WAFNonexistentItemException, invalid
from vauban.services.wafv2.resolvers import found
from vauban.services.wafv2.resources import Association, WebACL
from vauban.services.wafv2.scopes import read

LOAD_BALANCER = "APPLICATION_LOAD_BALANCER"
_PREFIX = r"arn:aws[a-z-]*"
_TYPES = {
    "loadbalancer/app/": re.compile(
        _PREFIX + r":elasticloadbalancing:([a-z0-9-]+):(\d{12}):loadbalancer/app/[\w-]+/[0-9a-f]+\Z"
    ),
    "apigateway": re.compile(_PREFIX + r":apigateway:([a-z0-9-]+):():/restapis/[^/]+/stages/[^/]+\Z"),
    "appsync": re.compile(_PREFIX + r":appsync:([a-z0-9-]+):(\d{12}):apis/[^/]+\Z"),
    "userpool": re.compile(_PREFIX + r":cognito-idp:([a-z0-9-]+):(\d{12}):userpool/[^/]+\Z"),
    "apprunner": re.compile(_PREFIX + r":apprunner:([a-z0-9-]+):(\d{12}):service/[^/]+/[^/]+\Z"),
    "verified-access-instance": re.compile(_PREFIX + r":ec2:([a-z0-9-]+):(\d{12}):verified-access-instance/[^/]+\Z"),
    "amplify-app": re.compile(_PREFIX + r":amplify:([a-z0-9-]+):(\d{12}):apps/[^/]+\Z"),
    "agentcore-gateway": re.compile(_PREFIX + r":bedrock-agentcore:([a-z0-9-]+):(\d{12}):gateway/[^/]+\Z"),
}
"""By IAM's type of resource; groups are the Region and the account."""


@dataclass(frozen=True)
class ProtectedResolver:
    """The resource that a member names, by its ARN as the record; whether it is there, its own service knows."""

    members: tuple[str, ...] = ("ResourceArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["ResourceArn"]
        kind, region, account = _type_of(text)
        if region != call.region:
            raise invalid("RESOURCE_ARN", text, BAD_ARN)
        here = kind == "loadbalancer/app/" and account == call.account
        return Resource(text, kind, call.account, text, absent=None if here else WAFNonexistentItemException())


@dataclass(frozen=True)
class ProtectingResolver:
    """The web ACL that protects a resource; ``*``, and no record, where none does."""

    members: tuple[str, ...] = ("ResourceArn",)
    action: str = "wafv2:GetWebACL"

    def __call__(self, call: Call, world: World) -> Resource:
        kept = world.at(call.account, call.region).get(Association, call.params["ResourceArn"])
        return found(world, WebACL, read(kept.web_acl_arn)) if kept else ANY


def require_there(call: Call, resource_arn: str) -> None:
    """Raises WAFNonexistentItemException for a load balancer that is not there."""
    try:
        call.ask("elbv2:DescribeLoadBalancers", LoadBalancerArns=[resource_arn])
    except AwsError as error:
        if error.code.startswith("LoadBalancerNotFound"):
            raise WAFNonexistentItemException from None
        raise


def _type_of(text: str) -> tuple[str, str, str]:
    """Type, Region and account. Raises WAFInvalidParameterException for what no web ACL can protect."""
    for kind, pattern in _TYPES.items():
        matched = pattern.match(text)
        if matched is not None:
            return kind, matched[1], matched[2]
    raise invalid("RESOURCE_ARN", text, BAD_ARN)
