"""Which web ACL protects what: a resource has one at most, a web ACL any number of resources."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.resources import Resource
from vauban.services.wafv2.errors import BAD_ARN, WAFLimitsExceededException, invalid
from vauban.services.wafv2.protected_resources import (
    LOAD_BALANCER,
    ProtectedResolver,
    ProtectingResolver,
    require_there,
)
from vauban.services.wafv2.references import first_denial
from vauban.services.wafv2.resolvers import ArnResolver
from vauban.services.wafv2.resources import CLOUDFRONT, Association, WebACL

MOST_LOAD_BALANCERS = 100
"""Of one web ACL."""
SET = "elasticloadbalancing:SetWebAcl"
a_protected = ProtectedResolver()


def may_associate(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Whether the web ACL may be used, and be set on the resource."""
    protected, *web_acls = resources
    action = f"wafv2:{call.operation.name}"
    return first_denial([*((action, each) for each in (*web_acls, protected)), (SET, protected)], evaluate)


def may_see(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """Whether it may be asked of the resource, and the web ACL that there is be seen."""
    protected, web_acl = resources
    questions = [("wafv2:GetWebACLForResource", protected)]
    if web_acl.record is not None:
        questions += [("wafv2:GetWebACLForResource", web_acl), ("wafv2:GetWebACL", web_acl)]
    return first_denial(questions, evaluate)


@operation("AssociateWebACL", on=(a_protected, ArnResolver("WebACLArn", (WebACL,))), decide=may_associate)
def associate_web_acl(call: Call, resource_arn: str, web_acl: WebACL) -> None:
    _require_regional(web_acl)
    require_there(call, resource_arn)
    others = call.store.list(Association, index="web_acl", value=web_acl.arn, limit=MOST_LOAD_BALANCERS + 1)
    if len({each.resource_arn for each in others} - {resource_arn}) >= MOST_LOAD_BALANCERS:
        raise WAFLimitsExceededException("WEB_ACL")
    call.store.put(Association(resource_arn, call.account, call.region, web_acl.arn))


@operation("DisassociateWebACL", on=a_protected, decide=may_associate)
def disassociate_web_acl(call: Call, resource_arn: str) -> None:
    kept = call.store.get(Association, resource_arn)
    if kept is None:
        require_there(call, resource_arn)
    else:
        call.store.delete(kept)


@operation("GetWebACLForResource", on=(a_protected, ProtectingResolver()), decide=may_see)
def get_web_acl_for_resource(call: Call, resource_arn: str, web_acl: WebACL | None) -> dict[str, Any]:
    if web_acl is None:
        require_there(call, resource_arn)
        return {}
    return {"WebACL": web_acl.shape}


@operation("ListResourcesForWebACL", on=ArnResolver("WebACLArn", (WebACL,)))
def list_resources_for_web_acl(call: Call, web_acl: WebACL, resource_type: str = LOAD_BALANCER) -> dict[str, Any]:
    _require_regional(web_acl)
    found = call.store.list(Association, index="web_acl", value=web_acl.arn) if resource_type == LOAD_BALANCER else ()
    return {"ResourceArns": [each.resource_arn for each in found]}


def _require_regional(web_acl: WebACL) -> None:
    """CloudFront's are set on its distributions by CloudFront."""
    if web_acl.scope == CLOUDFRONT:
        raise invalid("RESOURCE_ARN", web_acl.arn, BAD_ARN)
