"""Terraform on Elastic Load Balancing: apply, an empty plan, destroy; and requests on the way."""

import http.client
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from vauban.crypto.certificates import self_signed
from vauban.kernel.traffic import address_of

from .conftest import ACCOUNT
from .running import SECONDS, Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("acm", "ec2", "elbv2")
    + """
resource "aws_lb" "shop" {
  name               = "shop"
  load_balancer_type = "application"
  subnets            = ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
  security_groups    = ["sg-0a1b2c3d"]
  idle_timeout       = 30
  tags               = { team = "blue" }
}

resource "aws_acm_certificate" "shop" {
  certificate_body  = file("leaf.pem")
  certificate_chain = file("authority.pem")
  private_key       = file("key.pem")
}

resource "aws_lb_target_group" "web" {
  name                 = "web"
  port                 = PORT
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = "vpc-0a1b2c3d"
  deregistration_delay = 5
  health_check {
    path     = "/healthy"
    interval = 5
    timeout  = 2
  }
}

resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = "127.0.0.1"
  port             = PORT
}

resource "aws_lb_listener" "plain" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 8080
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "8443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "secure" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 8443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate.shop.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_lb_listener_certificate" "shop" {
  listener_arn    = aws_lb_listener.secure.arn
  certificate_arn = aws_acm_certificate.shop.arn
}

resource "aws_lb_listener_rule" "admin" {
  listener_arn = aws_lb_listener.secure.arn
  priority     = 10
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "keep out"
      status_code  = "403"
    }
  }
  condition {
    path_pattern {
      values = ["/admin/*"]
    }
  }
}
"""
)


class Application(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["X-Forwarded-Proto"].encode() if self.path != "/healthy" else b"")

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


@pytest.fixture
def server(make_server) -> Server:
    account = f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}"
    return make_server("--account", account, "--edge-host", "")


def answer(connection: http.client.HTTPConnection, path: str) -> tuple[int, str, str | None]:
    connection.request("GET", path, headers={"Host": "shop.example.com"})
    response = connection.getresponse()
    got = response.status, response.read().decode(), response.getheader("Location")
    connection.close()
    return got


def test_a_load_balancer_is_made_serves_and_is_destroyed(server: Server, tmp_path: Path, application: int):
    terraform = Terraform(tmp_path / "terraform", server)
    chain, key = self_signed(["shop.example.com"])
    leaf, mark, authority = chain.partition(b"-----END CERTIFICATE-----\n")
    for name, content in (("leaf.pem", leaf + mark), ("authority.pem", authority), ("key.pem", key)):
        (tmp_path / "terraform" / name).write_bytes(content)
    terraform.write(CONFIGURATION.replace("PORT", str(application)))
    terraform.init()
    assert "8 added, 0 changed, 0 destroyed" in terraform.apply()

    elbv2 = server.client("elbv2")
    host = address_of(elbv2.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"])
    group = elbv2.describe_target_groups(Names=["web"])["TargetGroups"][0]["TargetGroupArn"]
    end = time.monotonic() + SECONDS
    while (
        elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"][0]["TargetHealth"]["State"]
        != "healthy"
    ):
        assert time.monotonic() < end
        time.sleep(0.1)
    plain = http.client.HTTPConnection(host, 8080, timeout=SECONDS)
    assert answer(plain, "/a")[::2] == (301, "https://shop.example.com:8443/a")
    context = ssl.create_default_context(cadata=authority.decode())
    context.check_hostname = False
    secure = http.client.HTTPSConnection(host, 8443, timeout=SECONDS, context=context)
    assert answer(secure, "/a")[:2] == (200, "https")
    assert answer(secure, "/admin/users")[:2] == (403, "keep out")

    assert "8 destroyed" in terraform("destroy", "-auto-approve").stdout
    assert elbv2.describe_load_balancers()["LoadBalancers"] == []
    assert server.client("acm").list_certificates()["CertificateSummaryList"] == []
