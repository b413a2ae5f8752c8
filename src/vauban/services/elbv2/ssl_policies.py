"""The security policies that listeners may have."""

from typing import Any

from vauban.aws.ssl_policies import POLICIES, Policy
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.elbv2.errors import SSLPolicyNotFoundException
from vauban.services.elbv2.pages import page


@operation("DescribeSSLPolicies")
def describe_ssl_policies(
    call: Call,
    names: list[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
    load_balancer_type: str | None = None,
) -> dict[str, Any]:
    for name in names or ():
        if name not in POLICIES:
            raise SSLPolicyNotFoundException(f"SSL policy '{name}' not found")
    served = POLICIES if load_balancer_type in (None, "application") else {}
    found = [(name, served[name]) for name in names or served if name in served]
    return page(call, "SslPolicies", found, lambda each: each[0], _shown, marker, page_size)


def _shown(named: tuple[str, Policy]) -> dict[str, Any]:
    name, policy = named
    return {
        "Name": name,
        "SslProtocols": list(policy.protocols),
        "Ciphers": [{"Name": cipher, "Priority": place} for place, cipher in enumerate(policy.ciphers, 1)],
        "SupportedLoadBalancerTypes": ["application"],
    }
