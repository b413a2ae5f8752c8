"""Listeners, their certificates and attributes, as customers use them."""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from .conftest import FORBIDDEN, refused

TEAPOT = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "418"}}]


@pytest.fixture
def certificate(make_certificate) -> str:
    return make_certificate("shop.example.com")


@pytest.fixture
def secure(make_listener, certificate) -> str:
    """An HTTPS listener's ARN."""
    return make_listener(443, Protocol="HTTPS", Certificates=[{"CertificateArn": certificate}])


def test_a_listener_is_made_and_described(elbv2, balancer, listener):
    (described,) = elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    assert described == {
        "ListenerArn": listener,
        "LoadBalancerArn": balancer,
        "Port": 80,
        "Protocol": "HTTP",
        "DefaultActions": FORBIDDEN,
    }
    assert listener.startswith(balancer.replace(":loadbalancer/", ":listener/") + "/")
    assert elbv2.describe_listeners(ListenerArns=[listener])["Listeners"] == [described]


def test_a_port_has_one_listener(elbv2, balancer, listener, make_listener):
    assert make_listener() == listener
    given = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": TEAPOT}
    assert refused(elbv2.create_listener, **given) == (
        "DuplicateListener",
        f"A listener already exists on this port for this load balancer '{balancer}'",
    )
    other = make_listener(81)
    assert refused(elbv2.modify_listener, ListenerArn=other, Port=80)[0] == "DuplicateListener"
    (changed,) = elbv2.modify_listener(ListenerArn=other, Port=82, DefaultActions=TEAPOT)["Listeners"]
    assert (changed["Port"], changed["DefaultActions"]) == (82, TEAPOT)


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("UnsupportedProtocol", {"Protocol": "TCP"}),
        ("ValidationError", {"Protocol": "HTTPS"}),
        ("ValidationError", {"SslPolicy": "ELBSecurityPolicy-2016-08"}),
        ("ValidationError", {"Certificates": [{"CertificateArn": "x"}]}),
        ("ValidationError", {"DefaultActions": [{"Type": "authenticate-oidc"}]}),
        ("ValidationError", {"AlpnPolicy": ["HTTP2Optional"]}),
        ("ValidationError", {"MutualAuthentication": {"Mode": "passthrough"}}),
        ("ValidationError", {"Port": 0}),
        ("LoadBalancerNotFound", {"LoadBalancerArn": None}),
    ],
)
def test_what_cannot_be_is_refused(vauban, balancer, code, params):
    elbv2 = vauban.client("elbv2", config=Config(parameter_validation=False))
    known = {"LoadBalancerArn": balancer, "Protocol": "HTTP", "Port": 80, "DefaultActions": FORBIDDEN}
    given = {**known, **params}
    given["LoadBalancerArn"] = given["LoadBalancerArn"] or balancer[:-1]
    assert refused(elbv2.create_listener, **given)[0] == code


def test_a_secure_listener_shows_a_certificate_and_has_a_policy(elbv2, secure, certificate):
    (described,) = elbv2.describe_listeners(ListenerArns=[secure])["Listeners"]
    assert described["Certificates"] == [{"CertificateArn": certificate}]
    assert described["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    assert described["MutualAuthentication"] == {"Mode": "off"}
    policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    (changed,) = elbv2.modify_listener(ListenerArn=secure, SslPolicy=policy)["Listeners"]
    assert changed["SslPolicy"] == policy
    assert changed["Certificates"] == described["Certificates"]
    assert refused(elbv2.modify_listener, ListenerArn=secure, SslPolicy="nonsense") == (
        "SSLPolicyNotFound",
        "SSL policy 'nonsense' not found",
    )


def test_a_certificate_that_is_not_there_is_not_shown(elbv2, balancer, certificate):
    given = {"LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": FORBIDDEN}
    absent = certificate[:-1] + ("0" if certificate[-1] != "0" else "1")
    for arn in (absent, "nonsense"):
        assert refused(elbv2.create_listener, **given, Certificates=[{"CertificateArn": arn}]) == (
            "CertificateNotFound",
            f"Certificate '{arn}' not found",
        )
    iam = [{"CertificateArn": "arn:aws:iam::111122223333:server-certificate/x"}]
    assert refused(elbv2.create_listener, **given, Certificates=iam)[0] == "ValidationError"


def test_whoever_makes_a_listener_needs_no_rights_on_its_certificate(vauban, balancer, certificate):
    statement = {"Effect": "Allow", "Action": "elasticloadbalancing:CreateListener", "Resource": "*"}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = vauban.client("elbv2", user="alice")
    given = {"LoadBalancerArn": balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": FORBIDDEN}
    assert alice.create_listener(**given, Certificates=[{"CertificateArn": certificate}])["Listeners"]


def test_certificates_are_shown_by_name_too(elbv2, secure, certificate, make_certificate):
    other = make_certificate("other.example.com")
    given = {"ListenerArn": secure, "Certificates": [{"CertificateArn": other}]}
    assert elbv2.add_listener_certificates(**given)["Certificates"] == [{"CertificateArn": other, "IsDefault": False}]
    elbv2.add_listener_certificates(**given)
    assert elbv2.describe_listener_certificates(ListenerArn=secure)["Certificates"] == [
        {"CertificateArn": certificate, "IsDefault": True},
        {"CertificateArn": other, "IsDefault": False},
    ]
    elbv2.remove_listener_certificates(**given)
    assert len(elbv2.describe_listener_certificates(ListenerArn=secure)["Certificates"]) == 1
    default = {"ListenerArn": secure, "Certificates": [{"CertificateArn": certificate}]}
    assert refused(elbv2.remove_listener_certificates, **default) == (
        "OperationNotPermitted",
        "Default certificate cannot be removed",
    )


def test_a_certificate_is_in_use_for_as_long_as_it_is_shown(vauban, elbv2, balancer, secure, certificate):
    acm = vauban.client("acm")
    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["InUseBy"] == [balancer]
    with pytest.raises(ClientError, match="ResourceInUseException"):
        acm.delete_certificate(CertificateArn=certificate)
    elbv2.modify_listener(ListenerArn=secure, Protocol="HTTP")
    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["InUseBy"] == []
    given = {"ListenerArn": secure, "Protocol": "HTTPS", "Certificates": [{"CertificateArn": certificate}]}
    elbv2.modify_listener(**given)
    elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    acm.delete_certificate(CertificateArn=certificate)


def test_security_policies_are_aws(elbv2):
    policies = {each["Name"]: each for each in elbv2.describe_ssl_policies()["SslPolicies"]}
    default = policies["ELBSecurityPolicy-2016-08"]
    assert default["SslProtocols"] == ["TLSv1.2", "TLSv1.1", "TLSv1"]
    assert len(default["Ciphers"]) == 18
    assert default["Ciphers"][0] == {"Name": "ECDHE-ECDSA-AES128-GCM-SHA256", "Priority": 1}
    newest = policies["ELBSecurityPolicy-TLS13-1-3-2021-06"]
    assert newest["SslProtocols"] == ["TLSv1.3"]
    assert newest["Ciphers"][0]["Name"] == "TLS_AES_128_GCM_SHA256"
    assert len(policies["ELBSecurityPolicy-FS-1-2-Res-2020-10"]["Ciphers"]) == 4
    assert elbv2.describe_ssl_policies(LoadBalancerType="network")["SslPolicies"] == []
    assert refused(elbv2.describe_ssl_policies, Names=["nonsense"])[0] == "SSLPolicyNotFound"


def test_attributes_add_headers_to_answers(elbv2, listener, secure):
    assert len(elbv2.describe_listener_attributes(ListenerArn=listener)["Attributes"]) == 11
    assert len(elbv2.describe_listener_attributes(ListenerArn=secure)["Attributes"]) == 19
    frames = {"Key": "routing.http.response.x_frame_options.header_value", "Value": "DENY"}
    changed = elbv2.modify_listener_attributes(ListenerArn=listener, Attributes=[frames])["Attributes"]
    assert frames in changed
    for key, value in (
        ("routing.http.response.x_frame_options.header_value", "MAYBE"),
        ("routing.http.response.access_control_max_age.header_value", "86401"),
        ("routing.http.request.x_amzn_mtls_clientcert.header_name", "X-Certificate"),
        ("nonsense", "1"),
    ):
        params = {"ListenerArn": secure, "Attributes": [{"Key": key, "Value": value}]}
        assert refused(elbv2.modify_listener_attributes, **params)[0] == "ValidationError"
