"""Target groups, their attributes and targets, as customers use them."""

import pytest

from .conftest import ACCOUNT, VPC, refused

WEB = {"Protocol": "HTTP", "Port": 8080, "VpcId": VPC, "TargetType": "ip"}


def test_a_target_group_is_made_with_aws_defaults(elbv2):
    made = elbv2.create_target_group(Name="web", **WEB)["TargetGroups"][0]
    arn = made.pop("TargetGroupArn")
    assert arn.startswith(f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/web/")
    assert made == {
        "TargetGroupName": "web",
        **WEB,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/",
        "Matcher": {"HttpCode": "200"},
        "LoadBalancerArns": [],
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    }
    assert elbv2.describe_target_groups(Names=["web"])["TargetGroups"] == [{"TargetGroupArn": arn, **made}]


def test_targets_over_https_are_checked_over_http_unless_that_is_said(elbv2):
    secure = WEB | {"Protocol": "HTTPS"}
    made = elbv2.create_target_group(Name="a", **secure)["TargetGroups"][0]
    assert made["HealthCheckProtocol"] == "HTTP"
    made = elbv2.create_target_group(Name="b", **secure, HealthCheckProtocol="HTTPS")["TargetGroups"][0]
    assert made["HealthCheckProtocol"] == "HTTPS"


def test_to_create_a_target_group_again_is_no_error_unless_it_is_to_be_another(elbv2, group):
    assert elbv2.create_target_group(Name="web", **WEB)["TargetGroups"][0]["TargetGroupArn"] == group
    assert refused(elbv2.create_target_group, Name="web", **WEB | {"Port": 81}) == (
        "DuplicateTargetGroupName",
        "A target group with the same name 'web' exists, but with different settings",
    )


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("ValidationError", {"Name": "web."}),
        ("ValidationError", {"Name": "a" * 33}),
        ("ValidationError", {"Protocol": "TCP"}),
        ("ValidationError", {"VpcId": "nonsense"}),
        ("ValidationError", {"ProtocolVersion": "HTTP2"}),
        ("ValidationError", {"ProtocolVersion": "HTTP9"}),
        ("ValidationError", {"TargetType": "lambda"}),
        ("ValidationError", {"TargetControlPort": 3000}),
        ("ValidationError", {"HealthCheckPort": "70000"}),
        ("ValidationError", {"HealthCheckPath": "healthy"}),
        ("ValidationError", {"Matcher": {"HttpCode": "500"}}),
        ("ValidationError", {"Matcher": {"HttpCode": "299-200"}}),
        ("ValidationError", {"Matcher": {"GrpcCode": "0"}}),
        ("ValidationError", {"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 5}),
        ("InvalidConfigurationRequest", {"HealthCheckProtocol": "TCP"}),
        ("InvalidConfigurationRequest", {"HealthCheckEnabled": False}),
    ],
)
def test_what_cannot_be_is_refused(elbv2, code, params):
    assert refused(elbv2.create_target_group, **{"Name": "web", **WEB, **params})[0] == code


@pytest.mark.parametrize("missing", ["Protocol", "Port", "VpcId"])
def test_what_targets_are_asked_over_has_to_be_said(elbv2, missing):
    params = {name: value for name, value in WEB.items() if name != missing}
    code, message = refused(elbv2.create_target_group, Name="web", **params)
    assert code == "ValidationError"
    assert message.endswith("must be specified")


def test_health_checks_are_changed(elbv2, group):
    changes = {"HealthCheckPath": "/healthy", "Matcher": {"HttpCode": "200-299,301"}, "HealthCheckPort": "9000"}
    (changed,) = elbv2.modify_target_group(TargetGroupArn=group, **changes)["TargetGroups"]
    assert {name: changed[name] for name in changes} == changes
    assert changed["HealthCheckIntervalSeconds"] == 30
    assert elbv2.describe_target_groups(TargetGroupArns=[group])["TargetGroups"] == [changed]


def test_one_that_is_in_use_is_not_deleted_and_one_that_is_gone_may_be_deleted_again(elbv2, group, make_listener):
    listener = make_listener(actions=[{"Type": "forward", "TargetGroupArn": group}])
    assert refused(elbv2.delete_target_group, TargetGroupArn=group) == (
        "ResourceInUse",
        f"Target group '{group}' is currently in use by a listener or a rule",
    )
    elbv2.delete_listener(ListenerArn=listener)
    elbv2.delete_target_group(TargetGroupArn=group)
    elbv2.delete_target_group(TargetGroupArn=group)
    assert refused(elbv2.describe_target_groups, TargetGroupArns=[group])[0] == "TargetGroupNotFound"
    assert refused(elbv2.modify_target_group, TargetGroupArn=group, HealthCheckPath="/")[0] == "TargetGroupNotFound"


def test_target_groups_are_found_by_load_balancer(elbv2, balancer, make_group, make_listener):
    first, _, third = make_group("first"), make_group("second"), make_group("third")
    targets = [{"TargetGroupArn": first, "Weight": 1}, {"TargetGroupArn": third, "Weight": 3}]
    make_listener(actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": targets}}])
    found = elbv2.describe_target_groups(LoadBalancerArn=balancer)["TargetGroups"]
    assert [each["TargetGroupName"] for each in found] == ["first", "third"]
    assert found[0]["LoadBalancerArns"] == [balancer]


def test_targets_are_registered_and_unused_until_a_listener_leads_to_them(elbv2, group):
    targets = [{"Id": "127.0.0.1"}, {"Id": "10.0.0.1", "Port": 81, "AvailabilityZone": "all"}]
    elbv2.register_targets(TargetGroupArn=group, Targets=targets)
    described = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert {(each["Target"]["Id"], each["Target"]["Port"]) for each in described} == {
        ("127.0.0.1", 8080),
        ("10.0.0.1", 81),
    }
    assert {each["TargetHealth"]["Reason"] for each in described} == {"Target.NotInUse"}
    elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1"}, {"Id": "10.9.9.9"}])
    (left,) = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert left["Target"] == {"Id": "10.0.0.1", "Port": 81, "AvailabilityZone": "all"}
    (gone,) = elbv2.describe_target_health(TargetGroupArn=group, Targets=targets[:1])["TargetHealthDescriptions"]
    assert gone["TargetHealth"]["Reason"] == "Target.NotRegistered"


def test_health_is_unavailable_where_no_edge_is_there_to_find_it_out(elbv2, group, make_listener):
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1"}])
    make_listener(actions=[{"Type": "forward", "TargetGroupArn": group}])
    (described,) = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert described["TargetHealth"]["State"] == "unavailable"
    assert described["HealthCheckPort"] == "8080"


@pytest.mark.parametrize("address", ["8.8.8.8", "nonsense", "fd00::1"])
def test_targets_are_in_private_networks(elbv2, group, address):
    params = {"TargetGroupArn": group, "Targets": [{"Id": address}]}
    assert refused(elbv2.register_targets, **params)[0] == "ValidationError"


def test_a_load_balancer_has_a_thousand_targets(elbv2, group, make_group, make_listener):
    def targets(first, last):
        return [{"Id": f"10.0.{number // 250}.{number % 250 + 1}"} for number in range(first, last)]

    other = make_group("other")
    elbv2.register_targets(TargetGroupArn=group, Targets=targets(0, 600))
    elbv2.register_targets(TargetGroupArn=other, Targets=targets(0, 401))
    many = [{"TargetGroupArn": group, "Weight": 1}, {"TargetGroupArn": other, "Weight": 1}]
    with pytest.raises(elbv2.exceptions.TooManyTargetsException):
        make_listener(actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": many}}])
    assert refused(elbv2.register_targets, TargetGroupArn=group, Targets=targets(600, 1001))[0] == "TooManyTargets"


def test_there_are_no_instances(elbv2, make_group):
    params = {"TargetGroupArn": make_group(TargetType="instance"), "Targets": [{"Id": "i-0123456789abcdef0"}]}
    assert refused(elbv2.register_targets, **params)[0] == "InvalidTarget"


def test_attributes_are_changed_where_they_do_something(elbv2, group):
    changed = [
        {"Key": "stickiness.enabled", "Value": "true"},
        {"Key": "load_balancing.algorithm.type", "Value": "least_outstanding_requests"},
    ]
    elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=changed)
    found = elbv2.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    known = {each["Key"]: each["Value"] for each in found}
    assert known["stickiness.enabled"] == "true"
    assert known["deregistration_delay.timeout_seconds"] == "300"
    for key, value in (
        ("slow_start.duration_seconds", "30"),
        ("slow_start.duration_seconds", "10"),
        ("stickiness.type", "app_cookie"),
        ("stickiness.app_cookie.cookie_name", "AWSALB"),
        ("load_balancing.algorithm.anomaly_mitigation", "on"),
        ("lambda.multi_value_headers.enabled", "true"),
    ):
        params = {"TargetGroupArn": group, "Attributes": [{"Key": key, "Value": value}]}
        assert refused(elbv2.modify_target_group_attributes, **params)[0] in (
            "ValidationError",
            "InvalidConfigurationRequest",
        )
