"""Load balancers that really listen: what is kept is what the edge does."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from vauban.kernel.traffic import address_of

from .conftest import refused

PORT, SECURE_PORT = 8080, 8443
SECONDS = 10


class Application(BaseHTTPRequestHandler):
    """Answers with its own port and the path that it was asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.server.server_port} {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def application() -> Iterator[int]:
    """The port of a real application."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def edge(vauban) -> None:
    vauban.open_edge()


def get(balancer: str, path: str = "/", port: int = PORT, **headers: str) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(address_of(balancer), port, timeout=SECONDS)
    connection.request("GET", path, headers={"Host": "shop.example.com", **headers})
    answer = connection.getresponse()
    got = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return got


def shown(balancer: str, name: str | None) -> bytes:
    """The certificate that a client is shown who asks for a name, in DER."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((address_of(balancer), SECURE_PORT), timeout=SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return secured.getpeercert(binary_form=True)


def test_a_load_balancer_is_active_and_a_waiter_sees_it(elbv2, balancer):
    elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[balancer])


def test_requests_reach_a_target_that_is_found_healthy(elbv2, balancer, group, make_listener, application):
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": application}])
    make_listener(PORT, [{"Type": "forward", "TargetGroupArn": group}])
    end = time.monotonic() + SECONDS
    while (found := elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]) and (
        found[0]["TargetHealth"]["State"] != "healthy"
    ):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    elbv2.get_waiter("target_in_service").wait(TargetGroupArn=group)
    assert get(balancer, "/orders?a=b")[2] == f"{application} /orders?a=b"
    elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": application}])
    (leaving,) = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert leaving["TargetHealth"]["State"] == "draining"
    assert get(balancer)[0] == 503


def test_rules_choose_by_what_a_request_says(elbv2, balancer, make_listener):
    def says(text, status="200"):
        config = {"StatusCode": status, "MessageBody": text, "ContentType": "text/plain"}
        return [{"Type": "fixed-response", "FixedResponseConfig": config}]

    listener = make_listener(PORT, says("nobody", "404"))
    for priority, (name, condition) in enumerate(
        {
            "host": {"Field": "host-header", "Values": ["admin.*"]},
            "path": {"Field": "path-pattern", "Values": ["/img/*.png"]},
            "header": {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["b?"]}},
            "query": {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "a", "Value": "b*"}]}},
            "expression": {"Field": "path-pattern", "RegexValues": ["^/v[12]/"]},
        }.items(),
        start=1,
    ):
        elbv2.create_rule(ListenerArn=listener, Priority=priority, Conditions=[condition], Actions=says(name))
    assert get(balancer)[::2] == (404, "nobody")
    assert get(balancer, Host="admin.example.com")[::2] == (200, "host")
    assert get(balancer, "/img/a.png")[2] == "path"
    assert get(balancer, **{"x-a": "bc"})[2] == "header"
    assert get(balancer, "/?x=y&A=BCD")[2] == "query"
    assert get(balancer, "/v2/x")[2] == "expression"


def test_plain_requests_are_redirected_and_certificates_chosen_by_name(
    elbv2, balancer, make_listener, make_certificate
):
    redirect = {"Protocol": "HTTPS", "Port": str(SECURE_PORT), "StatusCode": "HTTP_301"}
    make_listener(PORT, [{"Type": "redirect", "RedirectConfig": redirect}])
    status, headers, _ = get(balancer, "/a?b=c")
    assert (status, headers["Location"]) == (301, f"https://shop.example.com:{SECURE_PORT}/a?b=c")
    first, second = make_certificate("shop.example.com"), make_certificate("*.other.test")
    secure = make_listener(SECURE_PORT, Protocol="HTTPS", Certificates=[{"CertificateArn": first}])
    default = shown(balancer, None)
    assert shown(balancer, "a.other.test") == default
    elbv2.add_listener_certificates(ListenerArn=secure, Certificates=[{"CertificateArn": second}])
    assert shown(balancer, "a.other.test") != default
    assert shown(balancer, "shop.example.com") == default


def test_a_certificate_that_is_replaced_is_shown_at_once(vauban, balancer, make_listener, make_certificate):
    arn = make_certificate("shop.example.com")
    make_listener(SECURE_PORT, Protocol="HTTPS", Certificates=[{"CertificateArn": arn}])
    before = shown(balancer, None)
    make_certificate("shop.example.com", arn=arn)
    assert shown(balancer, None) != before


def test_attributes_are_heard_of(elbv2, balancer, make_listener):
    listener = make_listener(PORT)
    assert get(balancer)[1]["Server"] == "awselb/2.0"
    attributes = [
        {"Key": "routing.http.response.server.enabled", "Value": "false"},
        {"Key": "routing.http.response.x_frame_options.header_value", "Value": "DENY"},
    ]
    elbv2.modify_listener_attributes(ListenerArn=listener, Attributes=attributes)
    _, headers, _ = get(balancer)
    assert headers["X-Frame-Options"] == "DENY"
    assert "Server" not in headers


def test_what_is_deleted_listens_no_more(elbv2, balancer, make_listener):
    listener = make_listener(PORT)
    assert get(balancer)[0] == 403
    elbv2.delete_listener(ListenerArn=listener)
    with pytest.raises(ConnectionRefusedError):
        get(balancer)
    assert refused(elbv2.describe_listeners, ListenerArns=[listener])[0] == "ListenerNotFound"


def test_a_port_that_is_refused_is_told_of(elbv2, balancer, make_listener):
    with socket.create_server((address_of(balancer), PORT)):
        make_listener(PORT)
        (described,) = elbv2.describe_load_balancers()["LoadBalancers"]
    assert described["State"]["Code"] == "active_impaired"
    assert str(PORT) in described["State"]["Reason"]
