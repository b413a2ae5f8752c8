import http.client
import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from vauban.kernel.traffic import address_of
from vauban.outside import edge
from vauban.testing import InProcess

from .conftest import ACCOUNT
from .test_associations import balance
from .test_web_acls import blocking, containing, make


class Application(BaseHTTPRequestHandler):
    """Says hello to everybody."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


def a_free_port(address="127.0.0.1"):
    with socket.socket() as free:
        free.bind((address, 0))
        return free.getsockname()[1]


@pytest.fixture
def application():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture
def guarded(vauban, waf, application):
    """How requests get to the application: by a load balancer that a web ACL protects."""
    vauban.open_edge()
    arn = balance(vauban)
    elb = vauban.client("elbv2")
    group = elb.create_target_group(Name="shop", Protocol="HTTP", Port=application, VpcId="vpc-1", TargetType="ip")
    group_arn = group["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group_arn, Targets=[{"Id": "127.0.0.1", "Port": application}])
    port = a_free_port(address_of(arn))
    forward = [{"Type": "forward", "TargetGroupArn": group_arn}]
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=port, DefaultActions=forward)
    acl = make(waf, Rules=[blocking("no-evil", containing(b"evil", "QueryString"))])["ARN"]
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=arn)

    def get(path):
        connection = http.client.HTTPConnection(address_of(arn), port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    return acl, get


def log(waf, acl, destination):
    waf.put_logging_configuration(LoggingConfiguration={"ResourceArn": acl, "LogDestinationConfigs": [destination]})


def test_lines_get_to_a_log_group(vauban, waf, guarded):
    acl, get = guarded
    logs = vauban.client("logs")
    logs.create_log_group(logGroupName="aws-waf-logs-shop")
    log(waf, acl, f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-shop")
    assert get("/?q=evil")[0] == 403
    assert get("/?q=good") == (200, b"hello")
    vauban.advance(seconds=5)
    events = logs.filter_log_events(logGroupName="aws-waf-logs-shop")["events"]
    assert {each["logStreamName"] for each in events} == {"us-east-1_acl_0"}
    lines = [json.loads(each["message"]) for each in events]
    assert [(each["action"], each["terminatingRuleId"]) for each in lines] == [
        ("BLOCK", "no-evil"),
        ("ALLOW", "Default_Action"),
    ]
    assert get("/?q=evil")[0] == 403
    vauban.advance(seconds=5)
    assert len(logs.filter_log_events(logGroupName="aws-waf-logs-shop")["events"]) == 3


def test_what_a_stream_would_deliver_is_delivered_to_files(tmp_path, monkeypatch):
    monkeypatch.setattr(edge, "log_lines", lambda outside, acl: ['{"timestamp":1}', '{"timestamp":2}'])
    running = InProcess(trail_sink=str(tmp_path))
    try:
        waf = running.client("wafv2")
        log(waf, make(waf)["ARN"], f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/aws-waf-logs-shop")
        running.advance(seconds=5)
    finally:
        running.close()
    (file,) = (each for each in (tmp_path / "aws-waf-logs-shop").rglob("*") if each.is_file())
    assert file.name.startswith("aws-waf-logs-shop-1-")
    assert file.read_bytes() == b'{"timestamp":1}\n{"timestamp":2}\n'


def test_where_logging_has_ended_nothing_is_fetched(vauban, waf, monkeypatch):
    asked = []
    monkeypatch.setattr(edge, "log_lines", lambda outside, acl: asked.append(acl) or [])
    vauban.client("logs").create_log_group(logGroupName="aws-waf-logs-shop")
    acl = make(waf)["ARN"]
    log(waf, acl, f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws-waf-logs-shop")
    vauban.advance(seconds=5)
    waf.delete_logging_configuration(ResourceArn=acl)
    vauban.advance(seconds=5)
    assert asked == [acl]
