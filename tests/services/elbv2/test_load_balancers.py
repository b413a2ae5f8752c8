"""Load balancers and their attributes, as customers use them."""

import pytest

from .conftest import ACCOUNT, FORBIDDEN, SUBNETS, refused


def test_a_load_balancer_is_made_and_described(vauban, elbv2):
    made = elbv2.create_load_balancer(Name="shop", Subnets=SUBNETS)["LoadBalancers"][0]
    prefix = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/shop/"
    assert made["LoadBalancerArn"].startswith(prefix)
    assert len(made["LoadBalancerArn"].removeprefix(prefix)) == 16
    assert made["State"]["Code"] == "provisioning"
    assert made["Scheme"] == "internet-facing"
    assert made["Type"] == "application"
    assert made["IpAddressType"] == "ipv4"
    assert made["DNSName"].startswith("shop-")
    assert made["DNSName"].endswith(".us-east-1.elb.localhost")
    assert made["CanonicalHostedZoneId"] == "Z35SXDOTRQ7X7K"
    assert [(zone["ZoneName"], zone["SubnetId"]) for zone in made["AvailabilityZones"]] == [
        ("us-east-1a", "subnet-0a"),
        ("us-east-1b", "subnet-0b"),
    ]
    (described,) = elbv2.describe_load_balancers(Names=["shop"])["LoadBalancers"]
    assert described | {"State": None} == made | {"State": None}


def test_it_says_aloud_where_no_edge_listens_for_it(elbv2, balancer):
    (described,) = elbv2.describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"]
    assert described["State"] == {"Code": "active_impaired", "Reason": "no process of the edge answers"}


def test_to_create_a_load_balancer_again_is_no_error_unless_it_is_to_be_another(elbv2, balancer):
    again = elbv2.create_load_balancer(Name="shop", Subnets=SUBNETS)["LoadBalancers"][0]
    assert again["LoadBalancerArn"] == balancer
    code, message = refused(elbv2.create_load_balancer, Name="shop", Subnets=SUBNETS, Scheme="internal")
    assert code == "DuplicateLoadBalancerName"
    assert message == "A load balancer with the same name 'shop' exists, but with different settings"


@pytest.mark.parametrize("name", ["a" * 33, "-shop", "shop-", "sh op", "shop.com", "internal-shop"])
def test_names_are_letters_digits_and_hyphens(elbv2, name):
    assert refused(elbv2.create_load_balancer, Name=name, Subnets=SUBNETS)[0] == "ValidationError"


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("ValidationError", {}),
        ("ValidationError", {"Subnets": SUBNETS[:1]}),
        ("ValidationError", {"Subnets": SUBNETS, "SubnetMappings": [{"SubnetId": "subnet-0a"}]}),
        ("ValidationError", {"SubnetMappings": [{"SubnetId": "subnet-0a", "AllocationId": "eipalloc-1"}] * 2}),
        ("InvalidSubnet", {"Subnets": ["subnet-0a", "nonsense"]}),
        ("InvalidConfigurationRequest", {"Subnets": [f"subnet-{number}" for number in range(7)]}),
        ("InvalidSecurityGroup", {"Subnets": SUBNETS, "SecurityGroups": ["nonsense"]}),
        ("ValidationError", {"Subnets": SUBNETS, "Type": "network"}),
        ("ValidationError", {"Subnets": SUBNETS, "IpAddressType": "dualstack"}),
        ("ValidationError", {"Subnets": SUBNETS, "CustomerOwnedIpv4Pool": "ipv4pool-coip-1"}),
    ],
)
def test_what_cannot_be_is_refused(elbv2, code, params):
    assert refused(elbv2.create_load_balancer, Name="shop", **params)[0] == code


def test_an_internal_one_says_so_in_its_dns_name(elbv2):
    made = elbv2.create_load_balancer(Name="shop", Subnets=SUBNETS, Scheme="internal")["LoadBalancers"][0]
    assert made["DNSName"].startswith("internal-shop-")


def test_subnets_stay_in_their_zones(elbv2, balancer):
    zones = elbv2.set_subnets(LoadBalancerArn=balancer, Subnets=["subnet-0b", "subnet-00"])["AvailabilityZones"]
    assert [(zone["ZoneName"], zone["SubnetId"]) for zone in zones] == [
        ("us-east-1a", "subnet-00"),
        ("us-east-1b", "subnet-0b"),
    ]


def test_security_groups_are_taken_as_names(elbv2, balancer):
    (before,) = elbv2.describe_load_balancers()["LoadBalancers"]
    assert before["SecurityGroups"][0].startswith("sg-")
    elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=["sg-1", "sg-2"])
    (after,) = elbv2.describe_load_balancers()["LoadBalancers"]
    assert after["SecurityGroups"] == ["sg-1", "sg-2"]
    assert elbv2.set_ip_address_type(LoadBalancerArn=balancer, IpAddressType="ipv4")["IpAddressType"] == "ipv4"


def test_what_is_deleted_is_not_found_and_may_be_deleted_again(elbv2, balancer, listener):
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    assert refused(elbv2.describe_load_balancers, Names=["shop"]) == (
        "LoadBalancerNotFound",
        "Load balancers '[shop]' not found",
    )
    assert refused(elbv2.describe_load_balancers, LoadBalancerArns=[balancer]) == (
        "LoadBalancerNotFound",
        "One or more load balancers not found",
    )
    assert refused(elbv2.describe_listeners, ListenerArns=[listener])[0] == "ListenerNotFound"
    assert refused(elbv2.set_security_groups, LoadBalancerArn=balancer, SecurityGroups=["sg-1"]) == (
        "LoadBalancerNotFound",
        f"Load balancer '{balancer}' not found",
    )
    assert refused(elbv2.describe_load_balancers, LoadBalancerArns=["nonsense"]) == (
        "ValidationError",
        "'nonsense' is not a valid load balancer ARN",
    )


def test_a_protected_one_is_not_deleted(elbv2, balancer):
    protection = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=protection)
    assert refused(elbv2.delete_load_balancer, LoadBalancerArn=balancer) == (
        "OperationNotPermitted",
        f"Load balancer '{balancer}' cannot be deleted because deletion protection is enabled",
    )


def test_attributes_have_aws_defaults_and_are_changed_one_by_one(elbv2, balancer):
    def attributes():
        found = elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
        return {each["Key"]: each["Value"] for each in found}

    before = attributes()
    assert len(before) == 20
    assert before["idle_timeout.timeout_seconds"] == "60"
    assert before["routing.http.desync_mitigation_mode"] == "defensive"
    assert before["load_balancing.cross_zone.enabled"] == "true"
    changed = [
        {"Key": "idle_timeout.timeout_seconds", "Value": "120"},
        {"Key": "routing.http2.enabled", "Value": "false"},
    ]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=changed)
    assert attributes() == before | {each["Key"]: each["Value"] for each in changed}


@pytest.mark.parametrize(
    ("code", "key", "value"),
    [
        ("ValidationError", "nonsense.enabled", "true"),
        ("ValidationError", "idle_timeout.timeout_seconds", "0"),
        ("ValidationError", "idle_timeout.timeout_seconds", "soon"),
        ("ValidationError", "routing.http2.enabled", "maybe"),
        ("ValidationError", "connection_logs.s3.enabled", "true"),
        ("ValidationError", "routing.http.desync_mitigation_mode", "monitor"),
        ("InvalidConfigurationRequest", "access_logs.s3.enabled", "true"),
    ],
)
def test_attributes_that_would_do_nothing_are_refused(elbv2, balancer, code, key, value):
    attributes = [{"Key": key, "Value": value}]
    params = {"LoadBalancerArn": balancer, "Attributes": attributes}
    assert refused(elbv2.modify_load_balancer_attributes, **params)[0] == code


def test_load_balancers_are_described_in_pages(elbv2):
    for number in range(3):
        elbv2.create_load_balancer(Name=f"shop-{number}", Subnets=SUBNETS)
    pages = elbv2.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2})
    assert [[each["LoadBalancerName"] for each in page["LoadBalancers"]] for page in pages] == [
        ["shop-0", "shop-1"],
        ["shop-2"],
    ]
    assert refused(elbv2.describe_load_balancers, Marker="nonsense")[0] == "ValidationError"


def test_limits_are_those_that_are_held_to(elbv2):
    limits = {each["Name"]: each["Max"] for each in elbv2.describe_account_limits()["Limits"]}
    assert limits["application-load-balancers"] == "50"
    for number in range(50):
        elbv2.create_load_balancer(Name=f"shop-{number}", Subnets=SUBNETS)
    assert refused(elbv2.create_load_balancer, Name="shop", Subnets=SUBNETS)[0] == "TooManyLoadBalancers"


def test_tags_come_and_go(elbv2, balancer, listener):
    elbv2.add_tags(ResourceArns=[balancer, listener], Tags=[{"Key": "team", "Value": "blue"}, {"Key": "empty"}])
    elbv2.remove_tags(ResourceArns=[listener], TagKeys=["empty", "absent"])
    described = elbv2.describe_tags(ResourceArns=[balancer, listener])["TagDescriptions"]
    assert [(each["ResourceArn"], len(each["Tags"])) for each in described] == [(balancer, 2), (listener, 1)]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert refused(elbv2.add_tags, ResourceArns=[balancer], Tags=twice)[0] == "DuplicateTagKeys"
    many = [{"Key": str(number), "Value": ""} for number in range(49)]
    assert refused(elbv2.add_tags, ResourceArns=[balancer], Tags=many)[0] == "TooManyTags"
    absent = listener[:-1] + ("0" if listener[-1] != "0" else "1")
    assert refused(elbv2.describe_tags, ResourceArns=[absent])[0] == "ListenerNotFound"
    assert refused(elbv2.add_tags, ResourceArns=[absent], Tags=twice[:1])[0] == "ListenerNotFound"


def policy(action, **more):
    statement = {"Effect": "Allow", "Action": f"elasticloadbalancing:{action}", "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": statement}


def test_policies_decide_on_each_resource_and_ask_how_it_is_made(vauban, elbv2, balancer, listener):
    internal = {"Condition": {"StringEquals": {"elasticloadbalancing:Scheme": "internal"}}}
    vauban.user("alice", policy("CreateLoadBalancer", **internal), policy("AddTags", Resource=balancer))
    alice = vauban.client("elbv2", user="alice")
    alice.create_load_balancer(Name="inner", Subnets=SUBNETS, Scheme="internal")
    assert refused(alice.create_load_balancer, Name="outer", Subnets=SUBNETS)[0] == "AccessDenied"
    tags = [{"Key": "a", "Value": "b"}]
    alice.add_tags(ResourceArns=[balancer], Tags=tags)
    assert refused(alice.add_tags, ResourceArns=[balancer, listener], Tags=tags)[0] == "AccessDenied"
    assert refused(alice.describe_load_balancers)[0] == "AccessDenied"
    assert refused(alice.create_listener, LoadBalancerArn=balancer, DefaultActions=FORBIDDEN)[0] == "AccessDenied"
