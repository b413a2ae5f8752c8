"""The condition keys of Organizations.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
"""

from vauban.identity.organizations import OrganizationPolicy
from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource


def _policy_type(call: Call, _: Resource) -> str | None:
    """Of the policy that the call names, or else the type that it asks for."""
    for each in call.resources:
        if isinstance(each.record, OrganizationPolicy):
            return each.record.type
    asked = call.params.get("PolicyType") or call.params.get("Type") or call.params.get("Filter")
    return asked if isinstance(asked, str) else None


CONDITIONS = Conditions(
    {
        "organizations:policytype": _policy_type,
        "organizations:serviceprincipal": lambda call, _: call.params.get("ServicePrincipal"),
    },
    {},
)
