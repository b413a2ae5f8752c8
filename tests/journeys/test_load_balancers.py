"""A load balancer with a web ACL before an application in Python and one for Node.js, as processes that may die."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vauban.kernel.traffic import address_of

from ..debian import install
from .running import Server, eventually, free_ports

PYTHON = """
import http.server, sys
class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        said = f"python {self.path} for {self.headers['X-Forwarded-For']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shop).serve_forever()
"""
NODE = """
require("http").createServer((request, response) => {
  let body = "";
  request.on("data", (piece) => { body += piece; });
  request.on("end", () => response.end(`node ${request.url} ${body}`));
}).listen(Number(process.argv[2]), "127.0.0.1");
"""


@pytest.fixture
def applications(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of both."""
    if shutil.which("node") is None:
        install("nodejs")
    ports = free_ports(2)
    scripts = tmp_path / "shop.py", tmp_path / "api.js"
    for script, text in zip(scripts, (PYTHON, NODE), strict=True):
        script.write_text(text)
    commands = ([sys.executable, scripts[0], ports[0]], ["node", scripts[1], ports[1]])
    running = [subprocess.Popen([str(word) for word in command]) for command in commands]
    yield tuple(ports)
    for each in running:
        each.terminate()
        each.wait(timeout=10)


def balance(server: Server, ports: tuple[int, int], port: int) -> str:
    """Make a load balancer before both; its ARN."""
    elbv2 = server.client("elbv2")
    made = elbv2.create_load_balancer(Name="shop", Subnets=["subnet-0a", "subnet-0b"])["LoadBalancers"][0]
    groups = []
    for name, target in zip(("python", "node"), ports, strict=True):
        group = elbv2.create_target_group(Name=name, Protocol="HTTP", Port=target, VpcId="vpc-1", TargetType="ip")[
            "TargetGroups"
        ][0]["TargetGroupArn"]
        elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1", "Port": target}])
        groups.append(group)
    arn = made["LoadBalancerArn"]
    listener = elbv2.create_listener(
        LoadBalancerArn=arn,
        Protocol="HTTP",
        Port=port,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": groups[0]}],
    )["Listeners"][0]["ListenerArn"]
    elbv2.create_rule(
        ListenerArn=listener,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": groups[1]}],
    )
    for group in groups:
        elbv2.get_waiter("target_in_service").wait(TargetGroupArn=group, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    return arn


def ask(arn: str, port: int, target: str, method: str = "GET", body: bytes = b"") -> tuple[int, str]:
    connection = http.client.HTTPConnection(address_of(arn), port, timeout=10)
    connection.request(method, target, body)
    answer = connection.getresponse()
    said = answer.status, answer.read().decode()
    connection.close()
    return said


def test_the_edge_serves_whatever_becomes_of_the_others(make_server: Any, applications: tuple[int, int]):
    (port,) = free_ports(1)
    server = make_server("--workers", "1", "--edge-workers", "2")
    arn = balance(server, applications, port)
    assert ask(arn, port, "/cart?x=1") == (200, "python /cart?x=1 for 127.0.0.1")
    assert ask(arn, port, "/api/order", "POST", b"tea") == (200, "node /api/order tea")

    edges = server.edges()
    assert len(edges) == 2
    for pid in server.processes():
        os.kill(pid, signal.SIGSTOP)
    assert {ask(arn, port, "/")[0] for _ in range(20)} == {200}
    for pid in server.processes():
        os.kill(pid, signal.SIGKILL)
    assert {ask(arn, port, "/")[0] for _ in range(20)} == {200}
    assert server.edges() == edges

    os.kill(edges[0], signal.SIGKILL)
    eventually(lambda: len(set(server.edges()) - set(edges)) == 1)
    time.sleep(0.5)
    assert {ask(arn, port, "/")[0] for _ in range(20)} == {200}

    server.restart()
    eventually(lambda: ask(arn, port, "/")[0] == 200)
    server.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    eventually(lambda: _refuses(arn, port))
    assert server.stop() == 0
    assert "Traceback" not in server.output()


def _refuses(arn: str, port: int) -> bool:
    try:
        ask(arn, port, "/")
    except OSError:
        return True
    return False
