"""Elastic Load Balancing in process."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from vauban.crypto.certificates import self_signed

ACCOUNT = "111122223333"
SUBNETS = ["subnet-0a", "subnet-0b"]
VPC = "vpc-0123456789abcdef0"
FORBIDDEN = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}]


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    """Code and message of what a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def elbv2(vauban):
    return vauban.client("elbv2")


@pytest.fixture
def balancer(elbv2) -> str:
    """A load balancer's ARN."""
    return elbv2.create_load_balancer(Name="shop", Subnets=SUBNETS)["LoadBalancers"][0]["LoadBalancerArn"]


@pytest.fixture
def make_group(elbv2) -> Callable[..., str]:
    def make(name: str = "web", **more: Any) -> str:
        known = {"Protocol": "HTTP", "Port": 8080, "VpcId": VPC, "TargetType": "ip"}
        return elbv2.create_target_group(Name=name, **{**known, **more})["TargetGroups"][0]["TargetGroupArn"]

    return make


@pytest.fixture
def group(make_group) -> str:
    """A target group's ARN."""
    return make_group()


@pytest.fixture
def make_listener(elbv2, balancer) -> Callable[..., str]:
    def make(port: int = 80, actions: list[dict[str, Any]] = FORBIDDEN, **more: Any) -> str:
        known = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": port, "DefaultActions": actions}
        return elbv2.create_listener(**{**known, **more})["Listeners"][0]["ListenerArn"]

    return make


@pytest.fixture
def listener(make_listener) -> str:
    """A listener's ARN."""
    return make_listener()


@pytest.fixture
def make_certificate(vauban) -> Callable[..., str]:
    """The ARN of a certificate that ACM has."""

    def make(*names: str, **replaced: str) -> str:
        chain, key = self_signed(names)
        leaf, mark, authority = chain.partition(b"-----END CERTIFICATE-----\n")
        given = {"Certificate": leaf + mark, "CertificateChain": authority, "PrivateKey": key}
        more = {"CertificateArn": replaced["arn"]} if replaced else {}
        return vauban.client("acm").import_certificate(**given, **more)["CertificateArn"]

    return make
