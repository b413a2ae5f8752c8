"""An application behind a load balancer with a web ACL, set up by the AWS CLI: who comes through, and who does not."""

import http.client
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import quote

import pytest

from vauban.kernel.traffic import address_of

from .running import Server, environment, eventually, free_ports

INJECTION = "' OR 1=1 UNION SELECT password FROM users --"
VISIBILITY = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
RULES = [
    {
        "Name": "no-injections",
        "Priority": 1,
        "Statement": {
            "SqliMatchStatement": {
                "FieldToMatch": {"AllQueryArguments": {}},
                "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}],
            }
        },
        "Action": {"Block": {}},
        "RuleLabels": [{"Name": "sql:injection"}],
        "VisibilityConfig": {**VISIBILITY, "MetricName": "injections"},
    }
]
LOG_GROUP = "aws-waf-logs-shop"


class Shop(BaseHTTPRequestHandler):
    """Tells what it was asked for."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[int]:
    """The port that it listens on."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture
def aws(server: Server) -> Any:
    variables = environment(**server.credentials())

    def aws(*words: str, query: str = "") -> str:
        more = ("--query", query, "--output", "text") if query else ()
        done = subprocess.run(["aws", *words, *more], env=variables, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    return aws


def balanced(aws: Any, target: int, port: int) -> str:
    """The ARN of a load balancer that leads to the application."""
    group = aws(
        *("elbv2", "create-target-group", "--name", "shop", "--protocol", "HTTP", "--port", str(target)),
        *("--vpc-id", "vpc-1", "--target-type", "ip"),
        query="TargetGroups[0].TargetGroupArn",
    )
    aws("elbv2", "register-targets", "--target-group-arn", group, "--targets", f"Id=127.0.0.1,Port={target}")
    created = ("elbv2", "create-load-balancer", "--name", "shop", "--subnets", "subnet-1", "subnet-2")
    arn = aws(*created, query="LoadBalancers[0].LoadBalancerArn")
    aws(
        *("elbv2", "create-listener", "--load-balancer-arn", arn, "--protocol", "HTTP", "--port", str(port)),
        *("--default-actions", f"Type=forward,TargetGroupArn={group}"),
    )
    return arn


def test_an_injection_is_blocked_told_and_logged_and_an_ordinary_user_comes_through(aws, server, shop):
    (port,) = free_ports(1)
    arn = balanced(aws, shop, port)
    visibility = "SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=shop"
    acl = aws(
        *("wafv2", "create-web-acl", "--name", "shop", "--scope", "REGIONAL", "--default-action", "Allow={}"),
        *("--rules", json.dumps(RULES), "--visibility-config", visibility),
        query="Summary.ARN",
    )
    aws("wafv2", "associate-web-acl", "--web-acl-arn", acl, "--resource-arn", arn)
    aws("logs", "create-log-group", "--log-group-name", LOG_GROUP)
    account = acl.split(":")[4]
    group = f"arn:aws:logs:us-east-1:{account}:log-group:{LOG_GROUP}"
    configuration = {"ResourceArn": acl, "LogDestinationConfigs": [group]}
    aws("wafv2", "put-logging-configuration", "--logging-configuration", json.dumps(configuration))

    def get(path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(address_of(arn), port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    assert eventually(lambda: get(f"/?q={quote(INJECTION)}")[0] == 403)
    assert get("/?q=red+shoes") == (200, "/?q=red+shoes")
    assert not any("UNION" in path for path in Shop.asked)

    now = datetime.now(UTC)
    start, end = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (-1, 1))
    sampled = ("wafv2", "get-sampled-requests", "--web-acl-arn", acl, "--rule-metric-name", "injections")
    told = json.loads(
        aws(*sampled, "--scope", "REGIONAL", "--time-window", f"StartTime={start},EndTime={end}", "--max-items", "100")
    )
    sample = told["SampledRequests"][0]
    assert sample["Action"] == "BLOCK"
    assert sample["Request"]["URI"] == f"/?q={quote(INJECTION)}"
    assert sample["Labels"] == [{"Name": f"awswaf:{account}:webacl:shop:sql:injection"}]

    logs = server.client("logs")

    def logged() -> dict[str, Any]:
        events = logs.filter_log_events(logGroupName=LOG_GROUP)["events"]
        lines = {line["action"]: line for line in (json.loads(each["message"]) for each in events)}
        return lines if len(lines) == 2 else {}

    lines = eventually(logged)
    assert lines["BLOCK"]["terminatingRuleId"] == "no-injections"
    assert lines["BLOCK"]["terminatingRuleMatchDetails"][0]["conditionType"] == "SQL_INJECTION"
    assert lines["ALLOW"]["terminatingRuleId"] == "Default_Action"
    assert lines["ALLOW"]["httpRequest"]["args"] == "q=red+shoes"
