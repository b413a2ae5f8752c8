import pytest

from .conftest import ACCOUNT, OTHER_ACCOUNT
from .test_web_acls import make

NETWORK = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/net/shop/0123456789abcdef"
STAGE = "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5/stages/prod"
POOL = f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_abcdefghi"
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/EDFDVBD6EXAMPLE"


def balance(vauban, name="shop", **more):
    elb = vauban.client("elbv2", **more)
    (made,) = elb.create_load_balancer(Name=name, Subnets=["subnet-1", "subnet-2"])["LoadBalancers"]
    return made["LoadBalancerArn"]


@pytest.fixture
def load_balancer(vauban):
    return balance(vauban)


@pytest.fixture
def acl(waf):
    return make(waf)


def test_a_web_acl_protects_a_load_balancer_until_it_is_taken_away(waf, acl, load_balancer, named):
    assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=load_balancer)
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=load_balancer)
    assert waf.get_web_acl_for_resource(ResourceArn=load_balancer)["WebACL"]["ARN"] == acl["ARN"]
    assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"] == [load_balancer]
    others = waf.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="API_GATEWAY")
    assert others["ResourceArns"] == []
    with pytest.raises(waf.exceptions.WAFAssociatedItemException):
        waf.delete_web_acl(**named(acl, lock=True))
    waf.disassociate_web_acl(ResourceArn=load_balancer)
    waf.disassociate_web_acl(ResourceArn=load_balancer)
    assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"] == []
    waf.delete_web_acl(**named(acl, lock=True))


def test_a_load_balancer_has_one_web_acl(waf, acl, load_balancer):
    other = make(waf, "other")
    for each in (acl, other):
        waf.associate_web_acl(WebACLArn=each["ARN"], ResourceArn=load_balancer)
    assert waf.get_web_acl_for_resource(ResourceArn=load_balancer)["WebACL"]["Name"] == "other"
    assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"] == []


def test_a_deleted_load_balancer_is_protected_no_more(vauban, waf, acl, load_balancer, named):
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=load_balancer)
    vauban.client("elbv2").delete_load_balancer(LoadBalancerArn=load_balancer)
    assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"] == []
    waf.delete_web_acl(**named(acl, lock=True))


@pytest.mark.parametrize("resource", [NETWORK, DISTRIBUTION, "arn:aws:s3:::somebodys-bucket"])
def test_what_no_web_acl_can_protect_is_refused_as_an_arn(resource, waf, acl):
    for ask in (
        lambda: waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=resource),
        lambda: waf.disassociate_web_acl(ResourceArn=resource),
        lambda: waf.get_web_acl_for_resource(ResourceArn=resource),
    ):
        with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
            ask()
        assert caught.value.response["Field"] == "RESOURCE_ARN"
        assert caught.value.response["Parameter"] == resource


def test_what_is_not_here_is_not_there(waf, acl, load_balancer):
    gone = f"{load_balancer[:-16]}{'0' * 16}"
    for resource in (STAGE, POOL, gone, gone.replace(ACCOUNT, OTHER_ACCOUNT)):
        for ask in (
            lambda resource=resource: waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=resource),
            lambda resource=resource: waf.disassociate_web_acl(ResourceArn=resource),
            lambda resource=resource: waf.get_web_acl_for_resource(ResourceArn=resource),
        ):
            with pytest.raises(waf.exceptions.WAFNonexistentItemException):
                ask()


def test_what_is_cloudfront_s_is_set_on_its_distributions(waf, load_balancer):
    acl = make(waf, Scope="CLOUDFRONT")
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=load_balancer)
    assert caught.value.response["Parameter"] == acl["ARN"]


def test_both_sides_decide_who_may_associate(vauban, waf, acl, load_balancer):
    def allow(*actions):
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": [acl["ARN"], load_balancer]}
        seen = {"Effect": "Allow", "Action": "elasticloadbalancing:DescribeLoadBalancers", "Resource": "*"}
        vauban.user("alice", {"Version": "2012-10-17", "Statement": [statement, seen]})
        return vauban.client("wafv2", user="alice")

    for actions in (("wafv2:AssociateWebACL",), ("elasticloadbalancing:SetWebAcl",)):
        alice = allow(*actions)
        with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
            alice.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=load_balancer)
    alice = allow("wafv2:AssociateWebACL", "elasticloadbalancing:SetWebAcl", "wafv2:GetWebACLForResource")
    alice.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=load_balancer)
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        alice.get_web_acl_for_resource(ResourceArn=load_balancer)
    alice = allow("wafv2:GetWebACLForResource", "wafv2:GetWebACL")
    assert alice.get_web_acl_for_resource(ResourceArn=load_balancer)["WebACL"]["Name"] == "acl"
