import gzip
import json
import time
from typing import Any

import pytest

from vauban.kernel.traffic import Inspection

from .conftest import Edge, options
from .test_exchanges import body, status

ARN = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/shield/a1b2"
SETS = "arn:aws:wafv2:us-east-1:111122223333:regional/ipset/here/c3d4"


def shown(metric: str) -> dict[str, Any]:
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": False, "MetricName": metric}


def contains(text: str, field: dict[str, Any], *transformations: str) -> dict[str, Any]:
    return {
        "ByteMatchStatement": {
            "SearchString": text.encode(),
            "FieldToMatch": field,
            "TextTransformations": [
                {"Priority": number, "Type": each} for number, each in enumerate(transformations or ("NONE",))
            ],
            "PositionalConstraint": "CONTAINS",
        }
    }


BODY = {"Body": {"OversizeHandling": "CONTINUE"}}


def ruled(name: str, statement: dict[str, Any], action: dict[str, Any] | None = None, priority: int = 0) -> dict:
    return {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": action or {"Block": {}},
        "VisibilityConfig": shown(name),
    }


def acl(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "Name": "shield",
        "Id": "a1b2",
        "ARN": ARN,
        "DefaultAction": {"Allow": {}},
        "Rules": list(rules),
        "VisibilityConfig": shown("shield"),
        **more,
    }


def guard(edge: Edge, *rules: dict[str, Any], attributes: dict[str, str] | None = None, **more: Any) -> None:
    inspection = {name: more.pop(name) for name in ("references", "logging", "token_keys") if name in more}
    edge.apply(
        attributes=attributes,
        inspections=(Inspection(ARN, (edge.arn,), acl(*rules, **more), **inspection),),
    )


def samples(edge: Edge, metric: str) -> list[dict[str, Any]]:
    now = time.time()
    return edge.plane.guards.samples(ARN, metric, now - 60, now + 60, 100)["samples"]


def test_a_request_that_a_rule_blocks_reaches_no_target(edge: Edge):
    guard(edge, ruled("no-evil", contains("evil", {"UriPath": {}}, "URL_DECODE")))
    answer = edge.get("/%65vil")
    assert status(answer) == 403
    assert b"403 Forbidden" in body(answer)
    assert edge.application.heard == []
    assert status(edge.get("/good")) == 200
    (blocked,) = samples(edge, "no-evil")
    assert blocked["Action"] == "BLOCK"
    assert blocked["Request"]["URI"] == "/%65vil"
    assert blocked["Request"]["ClientIP"] == "127.0.0.1"
    assert {"Name": "Host", "Value": "web.test"} in blocked["Request"]["Headers"]
    assert [each["Action"] for each in samples(edge, "shield")] == ["ALLOW"]
    assert edge.plane.guards.counts(ARN) == {"no-evil": {"BLOCK": 1}, "Default_Action": {"ALLOW": 1}}


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_inspected_before_any_of_it_is_forwarded(edge: Edge, chunked: bool):
    guard(edge, ruled("no-evil", contains("evil", BODY)))
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"Content-Length: 8\r\n\r\n"
    with edge.connect() as client:
        client.send(head)
        for piece in (b"an ", b"evil", b"!"):
            client.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        client.send(b"0\r\n\r\n" if chunked else b"")
        assert status(client.rest()) == 403
    assert edge.application.heard == []


def test_what_is_beyond_the_limit_is_forwarded_uninspected(edge: Edge):
    guard(edge, ruled("no-evil", contains("evil", BODY)))
    sent = b"x" * 8192 + b"evil"
    answer = edge.ask(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 8196\r\n\r\n" + sent)
    assert status(answer) == 200
    assert edge.application.heard[0].endswith(sent)
    oversize = {"Body": {"OversizeHandling": "MATCH"}}
    guard(edge, ruled("no-evil", contains("evil", oversize)))
    assert status(edge.ask(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8196\r\n\r\n" + sent)) == 403


def test_a_web_acl_adds_headers_and_labels(edge: Edge):
    count = {"Count": {"CustomRequestHandling": {"InsertHeaders": [{"Name": "seen", "Value": "yes"}]}}}
    rule = ruled("counted", contains("/", {"UriPath": {}}), count) | {"RuleLabels": [{"Name": "app:counted"}]}
    guard(edge, rule)
    edge.get("/", "X-Amzn-Waf-Seen: forged")
    assert edge.application.heard[0].lower().count(b"x-amzn-waf-seen:") == 1
    assert b"x-amzn-waf-seen: yes\r\n" in edge.application.heard[0]
    (sample,) = samples(edge, "counted")
    assert sample["Action"] == "COUNT"
    assert sample["Labels"] == [{"Name": "awswaf:111122223333:webacl:shield:app:counted"}]


def test_a_blocked_request_may_be_answered_otherwise(edge: Edge):
    block = {
        "Block": {
            "CustomResponse": {
                "ResponseCode": 429,
                "CustomResponseBodyKey": "slow",
                "ResponseHeaders": [{"Name": "Retry-After", "Value": "60"}],
            }
        }
    }
    bodies = {"slow": {"ContentType": "APPLICATION_JSON", "Content": '{"slow": "down"}'}}
    guard(edge, ruled("busy", contains("/busy", {"UriPath": {}}), block), CustomResponseBodies=bodies)
    answer = edge.get("/busy")
    assert status(answer) == 429
    assert b"Retry-After: 60\r\n" in answer
    assert b"Content-Type: application/json\r\n" in answer
    assert json.loads(body(answer)) == {"slow": "down"}


def test_addresses_are_those_of_who_connected(edge: Edge):
    addresses = {"Name": "here", "ARN": SETS, "IPAddressVersion": "IPV4", "Addresses": ["127.0.0.0/8"]}
    statement = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": SETS}}}}
    guard(edge, ruled("strangers", statement), references={SETS: addresses})
    assert status(edge.get("/", "X-Forwarded-For: 10.0.0.1")) == 200


def test_a_web_acl_that_cannot_be_compiled_lets_nothing_pass_unless_that_was_asked_for(edge: Edge):
    broken = ruled("broken", {"IPSetReferenceStatement": {"ARN": SETS}})
    guard(edge, broken)
    assert status(edge.get()) == 500
    guard(edge, broken, attributes={"waf.fail_open.enabled": "true"})
    assert status(edge.get()) == 200


def test_a_web_acl_that_is_gone_blocks_no_more(edge: Edge):
    guard(edge, ruled("all", contains("/", {"UriPath": {}})))
    assert status(edge.get()) == 403
    edge.apply()
    assert status(edge.get()) == 200


def test_a_rate_based_rule_limits_and_tells_whom(edge: Edge, monkeypatch: pytest.MonkeyPatch):
    rate = {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}
    guard(edge, ruled("often", rate))
    start = time.time()
    assert [status(edge.get()) for _ in range(12)] == [200] * 12
    monkeypatch.setattr("time.time", lambda: start + 20)
    assert status(edge.get()) == 403
    assert edge.plane.guards.limited_keys(ARN, "often", "") == ["127.0.0.1"]
    monkeypatch.setattr("time.time", lambda: start + 200)
    assert status(edge.get()) == 200
    assert edge.plane.guards.limited_keys(ARN, "often", "") == []


class Bucket:
    """Keeps what is put."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, bucket: str, key: str, body: bytes, metadata: dict[str, str]) -> None:
        self.objects[f"{bucket}/{key}"] = body


def delivered(bucket: Bucket, part: str) -> list[str]:
    found = [gzip.decompress(body).decode() for key, body in sorted(bucket.objects.items()) if part in key]
    return "".join(found).splitlines()


SQLI = {
    "SqliMatchStatement": {
        "FieldToMatch": {"AllQueryArguments": {}},
        "TextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}],
        "SensitivityLevel": "LOW",
    }
}


def test_requests_are_logged_as_aws_does():
    bucket = Bucket()
    edge = Edge(options(), bucket)
    attributes = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "logs", "access_logs.s3.prefix": "lb"}
    logging = {
        "LogDestinationConfigs": [
            "arn:aws:s3:::aws-waf-logs-web",
            "arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-x",
        ],
        "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}],
    }
    guard(edge, ruled("injection", SQLI), attributes=attributes, logging=logging)
    edge.get("/search?q=1%27%20or%20%271%27=%271", "Authorization: secret", 'User-Agent: cur"l')
    edge.get("/fine")
    lines = edge.plane.guards.log_lines(ARN)
    assert edge.plane.guards.log_lines(ARN) == []
    edge.close()

    blocked, allowed = map(json.loads, delivered(bucket, "WAFLogs"))
    assert [json.loads(each) for each in lines] == [blocked, allowed]
    assert (blocked["action"], blocked["terminatingRuleId"], blocked["terminatingRuleType"]) == (
        "BLOCK",
        "injection",
        "REGULAR",
    )
    (detail,) = blocked["terminatingRuleMatchDetails"]
    assert detail["conditionType"] == "SQL_INJECTION"
    assert detail["matchedData"]
    assert blocked["webaclId"] == ARN
    assert blocked["httpSourceName"] == "ALB"
    assert blocked["httpSourceId"] == edge.arn.partition("loadbalancer/")[2]
    asked = blocked["httpRequest"]
    assert (asked["uri"], asked["args"], asked["httpMethod"]) == ("/search", "q=1%27%20or%20%271%27=%271", "GET")
    assert {"name": "Authorization", "value": "REDACTED"} in asked["headers"]
    assert (allowed["action"], allowed["terminatingRuleId"]) == ("ALLOW", "Default_Action")

    key = next(each for each in bucket.objects if each.startswith("logs/"))
    assert key.startswith("logs/lb/AWSLogs/111122223333/elasticloadbalancing/us-east-1/20")
    refused, carried = delivered(bucket, "elasticloadbalancing")
    assert refused.startswith("http 20")
    assert " 403 - " in refused
    assert '"waf" "-" "WAFRejected"' in refused
    assert '"cur\\x22l"' in refused
    assert f" 127.0.0.1:{edge.application.port} " in carried
    assert " 200 200 " in carried
    assert '"GET http://web.test:8080/fine HTTP/1.1"' in carried
    assert '"waf,forward"' in carried


def test_a_filter_says_what_is_logged(edge: Edge):
    keep = {"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}]}
    logging = {
        "LogDestinationConfigs": ["arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-x"],
        "LoggingFilter": {"DefaultBehavior": "DROP", "Filters": [keep]},
    }
    guard(edge, ruled("no-evil", contains("evil", {"UriPath": {}})), logging=logging)
    edge.get("/evil")
    edge.get("/good")
    assert [json.loads(each)["action"] for each in edge.plane.guards.log_lines(ARN)] == ["BLOCK"]


def test_what_is_protected_is_in_no_sample(edge: Edge):
    protection = {"Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": ["authorization"]}, "Action": "SUBSTITUTION"}
    rule = ruled("signed-in", contains("hush", {"SingleHeader": {"Name": "authorization"}}), {"Count": {}})
    guard(edge, rule, DataProtectionConfig={"DataProtections": [protection]})
    assert status(edge.get("/", "Authorization: hush")) == 200
    assert b"Authorization: hush" in edge.application.heard[0]
    (sample,) = samples(edge, "signed-in")
    assert {"Name": "Authorization", "Value": "REDACTED"} in sample["Request"]["Headers"]
