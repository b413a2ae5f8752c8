"""The ``elasticloadbalancing:`` condition keys, and how a call bears them.

Source: Service Authorization Reference, "Condition keys for AWS Elastic Load Balancing V2".
"""

from typing import Any

from vauban.aws.ssl_policies import DEFAULT_POLICY
from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource

_PREFIX = "elasticloadbalancing:"
_CREATING = ("CreateLoadBalancer", "CreateTargetGroup", "CreateListener", "CreateRule")


def _action(call: Call, resource: Resource) -> str | None:
    return call.operation.name if call.operation.name in _CREATING else None


def _scheme(call: Call, resource: Resource) -> str | None:
    if call.operation.name != "CreateLoadBalancer":
        return None
    return call.params.get("Scheme", "internet-facing")


def _protocol(call: Call, resource: Resource) -> list[str] | None:
    listens = call.operation.name in ("CreateListener", "ModifyListener")
    return [call.params["Protocol"]] if listens and "Protocol" in call.params else None


def _policy(call: Call, resource: Resource) -> list[str] | None:
    if call.operation.name == "CreateListener" and call.params.get("Protocol") == "HTTPS":
        return [call.params.get("SslPolicy", DEFAULT_POLICY)]
    return [call.params["SslPolicy"]] if "SslPolicy" in call.params else None


def _subnets(call: Call, resource: Resource) -> list[str] | None:
    mapped = [each.get("SubnetId", "") for each in call.params.get("SubnetMappings", ())]
    return call.params.get("Subnets") or mapped or None


def _security_groups(call: Call, resource: Resource) -> list[str] | None:
    return call.params.get("SecurityGroups") or None


def _tag(call: Call, resource: Resource, name: str) -> Any:
    return next((value for key, value in resource.tags.items() if key.lower() == name), None)


CONDITIONS = Conditions(
    {
        f"{_PREFIX}createaction": _action,
        f"{_PREFIX}scheme": _scheme,
        f"{_PREFIX}listenerprotocol": _protocol,
        f"{_PREFIX}securitypolicy": _policy,
        f"{_PREFIX}subnet": _subnets,
        f"{_PREFIX}securitygroup": _security_groups,
    },
    {f"{_PREFIX}resourcetag/": _tag},
)
