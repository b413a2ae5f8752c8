import json
import re
from typing import Any

import pytest

from vauban.edge.replies import LONGEST_LOCATION
from vauban.kernel.traffic import Rule

from .conftest import GROUP, PORT, Edge
from .test_heads import AMBIGUOUS, UNSERVED


def rule(priority: int, *actions: dict[str, Any], **conditions: Any) -> Rule:
    """A rule by its conditions' fields: ``path_pattern=["/a"]``."""
    kinds = {
        "path_pattern": ("path-pattern", "PathPatternConfig"),
        "host_header": ("host-header", "HostHeaderConfig"),
        "method": ("http-request-method", "HttpRequestMethodConfig"),
        "query": ("query-string", "QueryStringConfig"),
        "source": ("source-ip", "SourceIpConfig"),
    }
    made = tuple({"Field": kinds[name][0], kinds[name][1]: {"Values": values}} for name, values in conditions.items())
    return Rule(f"arn:rule/{priority}", priority, made, actions)


def says(text: str) -> dict[str, Any]:
    return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": text}}


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def test_a_request_reaches_its_target_with_what_is_known_of_the_client(edge: Edge):
    answer = edge.get("/a%20b?x=1&y", "X-Own: kept", "Connection: X-Hop", "X-Hop: 1", "X-Forwarded-For: 10.0.0.1")
    heard = edge.application.heard[0]
    assert status(answer) == 200
    assert heard.startswith(b"GET /a%20b?x=1&y HTTP/1.1\r\nHost: web.test:8080\r\n")
    assert b"X-Own: kept\r\n" in heard
    assert b"X-Forwarded-For: 10.0.0.1, 127.0.0.1\r\n" in heard
    assert b"X-Forwarded-Proto: http\r\nX-Forwarded-Port: 8080\r\n" in heard
    assert re.search(rb"X-Amzn-Trace-Id: Root=1-[0-9a-f]{8}-[0-9a-f]{24}\r\n", heard)
    assert b"X-Hop" not in heard
    assert b"Connection" not in heard
    assert body(answer) == heard


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_no_smuggled_request_reaches_a_target(edge: Edge, data: bytes):
    answer = edge.ask(data + b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close\r\n" in answer
    assert edge.application.heard == []


@pytest.mark.parametrize(("code", "data"), UNSERVED.values(), ids=UNSERVED)
def test_what_is_not_served_is_answered_so(edge: Edge, code: int, data: bytes):
    assert status(edge.ask(data)) == code
    assert edge.application.heard == []


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_methods_that_help_attackers_alone_are_not_served(edge: Edge, method: str):
    assert status(edge.get("/", method=method)) == 405
    assert edge.application.heard == []


def test_a_body_of_known_length_arrives_whole(edge: Edge):
    sent = b"x" * 300_000
    head = b"POST /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(sent)
    answer = edge.ask(head + sent)
    assert edge.application.heard[0].endswith(b"\r\n\r\n" + sent)
    assert body(answer) == edge.application.heard[0]


def test_a_chunked_body_arrives_chunked_without_its_extensions(edge: Edge):
    edge.ask(
        b"POST /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n"
        b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"
    )
    heard = edge.application.heard[0]
    assert heard.count(b"Transfer-Encoding: chunked\r\n") == 1
    assert re.fullmatch(rb"(?:[0-9a-f]+\r\n[a-e]+\r\n)+0\r\n\r\n", body(heard))
    assert b"X-Trailer" not in heard


def test_a_malformed_chunk_ends_the_exchange(edge: Edge):
    answer = edge.ask(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n")
    assert status(answer) == 400
    assert edge.application.heard == []


def test_requests_of_one_connection_are_answered_in_order(edge: Edge):
    one = b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
    two = b"POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
    three = b"GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = edge.ask(one + two + three)
    assert [each.split()[1] for each in edge.application.heard] == [b"/1", b"/2", b"/3"]
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert edge.application.connections == 1


def test_a_client_that_waits_for_it_is_asked_for_the_body(edge: Edge):
    with edge.connect() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(b"ab")
        assert client.until(b"ab").startswith(b"HTTP/1.1 200 OK")
    assert b"Expect" not in edge.application.heard[0]


def test_an_answer_to_head_has_no_body(edge: Edge):
    edge.application.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    answer = edge.get("/", method="HEAD")
    assert b"Content-Length: 5\r\n" in answer
    assert body(answer) == b""


def test_an_answer_that_ends_with_its_connection_is_chunked(edge: Edge):
    edge.application.answer, edge.application.closing = b"HTTP/1.1 200 OK\r\n\r\nabc", True
    assert edge.get().endswith(b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n")


def test_a_client_of_the_old_version_gets_an_answer_it_understands(edge: Edge):
    edge.application.answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    answer = edge.ask(b"GET / HTTP/1.0\r\nHost: a\r\n\r\n")
    assert body(answer) == b"abc"
    assert b"Transfer-Encoding" not in answer


BROKEN = {
    "no HTTP": b"hello\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length beside a coding": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a folded line": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_makes_no_sense_is_a_bad_gateway(edge: Edge, answer: bytes):
    edge.application.answer, edge.application.closing = answer, True
    assert status(edge.get()) == 502


def test_an_answer_that_breaks_off_is_not_taken_for_whole(edge: Edge):
    edge.application.answer, edge.application.closing = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", True
    with edge.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = client.rest()
    assert len(body(answer)) < 9


def test_a_target_that_cannot_be_reached_is_a_bad_gateway(edge: Edge):
    edge.run(_close(edge.application.server))
    assert status(edge.get()) == 502


async def _close(server: Any) -> None:
    server.close()


def test_a_group_without_targets_is_unavailable(edge: Edge):
    edge.apply(groups=(edge.group(edge.application),))
    edge.application.port, kept = 0, edge.application.port
    edge.apply(groups=(type(edge.group())(GROUP),))
    answer = edge.get()
    assert status(answer) == 503
    assert b"503 Service Temporarily Unavailable" in body(answer)
    assert kept


def test_a_kept_connection_that_the_target_has_closed_is_nobodys_fault(edge: Edge):
    edge.application.closing = True
    edge.application.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    assert [status(edge.get()) for _ in range(4)] == [200] * 4


def test_a_silent_target_is_given_up(edge: Edge):
    edge.application.answer = b""
    edge.apply(attributes={"idle_timeout.timeout_seconds": "60"})
    with edge.connect() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _wait_until(lambda: edge.application.heard)
        edge.pass_time(65)
        assert status(client.until(b"\r\n\r\n")) == 504


def _wait_until(true: Any) -> None:
    import time

    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def test_rules_are_tried_by_priority(edge: Edge):
    edge.apply(
        rule(20, says("later"), path_pattern=["/a*"]),
        rule(10, says("images"), path_pattern=["/a/*.png", "/b?"]),
        rule(30, says("host"), host_header=["*.shop.test"]),
        rule(40, says("method"), method=["PUT"]),
        rule(50, says("query"), query=[{"Key": "version", "Value": "v1*"}, {"Value": "debug"}]),
        rule(60, says("elsewhere"), source=["10.0.0.0/8"]),
        rule(70, says("here"), source=["127.0.0.0/8"], path_pattern=["/local"]),
    )
    assert body(edge.get("/a/x.png")) == b"images"
    assert body(edge.get("/b1")) == b"images"
    assert body(edge.get("/a/x.PNG")) == b"later"
    assert body(edge.get("/", host="www.SHOP.test:8080")) == b"host"
    assert body(edge.get("/", method="PUT")) == b"method"
    assert body(edge.get("/?x=1&Version=V12")) == b"query"
    assert body(edge.get("/?debug")) == b"query"
    assert body(edge.get("/local")) == b"here"
    assert edge.get("/nobodys").startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
    assert len(edge.application.heard) == 1


def test_a_header_condition_looks_at_every_line_of_it(edge: Edge):
    config = {"HttpHeaderName": "User-Agent", "Values": ["*Chrome*"]}
    made = Rule("arn:rule", 1, ({"Field": "http-header", "HttpHeaderConfig": config},), (says("chrome"),))
    edge.apply(made)
    assert body(edge.get("/", "User-Agent: a", "user-agent: some chrome 1")) == b"chrome"
    assert body(edge.get("/", "User-Agent: firefox")) != b"chrome"


def test_a_rule_that_cannot_be_understood_leaves_the_others_in_force(edge: Edge):
    broken = Rule("arn:broken", 1, ({"Field": "phase-of-the-moon"},), (says("moon"),))
    edge.apply(broken, rule(2, says("sun"), path_pattern=["/"]))
    assert body(edge.get("/")) == b"sun"


def redirecting(**config: str) -> dict[str, Any]:
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **config}}


@pytest.mark.parametrize(
    ("config", "location"),
    [
        ({"Protocol": "HTTPS", "Port": "443"}, "https://web.test:443/a/b?x=1"),
        ({"Host": "new.#{host}"}, f"http://new.web.test:{PORT}/a/b?x=1"),
        ({"Path": "/v2/#{path}", "Query": "#{query}&y=2"}, f"http://web.test:{PORT}/v2/a/b?x=1&y=2"),
        ({"Path": "/", "Query": ""}, f"http://web.test:{PORT}/"),
        ({"Path": "/#{port}/#{protocol}/#{unknown}"}, f"http://web.test:{PORT}/{PORT}/http/#{{unknown}}?x=1"),
    ],
)
def test_a_redirect_says_where(edge: Edge, config: dict[str, str], location: str):
    edge.apply(actions=(redirecting(**config),))
    answer = edge.get("/a/b?x=1")
    assert status(answer) == 301
    assert f"\r\nLocation: {location}\r\n".encode() in answer


def test_placeholders_in_a_request_are_only_text(edge: Edge):
    edge.apply(actions=(redirecting(Query="q=#{query}"),))
    assert b"?q=#{host}\r\n" not in edge.get("/?#{host}")
    assert b"/%23{host}?" in edge.get("/%23{host}?x")


def test_a_location_that_is_too_long_is_refused(edge: Edge):
    edge.apply(actions=(redirecting(),))
    assert status(edge.get("/" + "a" * LONGEST_LOCATION)) == 507


def test_a_fixed_response_is_as_configured(edge: Edge):
    config = {"StatusCode": "418", "ContentType": "application/json", "MessageBody": json.dumps({"tea": True})}
    edge.apply(actions=({"Type": "fixed-response", "FixedResponseConfig": config},))
    answer = edge.get()
    assert status(answer) == 418
    assert b"Server: awselb/2.0\r\n" in answer
    assert b"Content-Type: application/json\r\n" in answer
    assert json.loads(body(answer)) == {"tea": True}


def test_how_forwarded_addresses_are_told_is_an_attribute(edge: Edge):
    def heard(mode: str, **more: str) -> bytes:
        edge.apply(attributes={"routing.http.xff_header_processing.mode": mode, **more})
        edge.get("/", "X-Forwarded-For: 10.0.0.1")
        return edge.application.heard[-1]

    assert b"X-Forwarded-For: 10.0.0.1\r\n" in heard("preserve")
    assert b"X-Forwarded-For" not in heard("remove")
    port = heard("append", **{"routing.http.xff_client_port.enabled": "true"})
    assert re.search(rb"X-Forwarded-For: 10.0.0.1, 127.0.0.1:[0-9]+\r\n", port)


def test_more_forwarded_addresses_than_aws_takes_are_refused(edge: Edge):
    assert status(edge.get("/", "X-Forwarded-For: " + ", ".join(["10.0.0.1"] * 31))) == 463


def test_the_host_is_preserved_where_that_is_asked_for(edge: Edge):
    edge.apply(attributes={"routing.http.preserve_host_header.enabled": "true"})
    edge.get("/")
    assert b"Host: web.test\r\n" in edge.application.heard[0]


def test_headers_with_odd_names_are_dropped_where_that_is_asked_for(edge: Edge):
    edge.get("/", "X_Odd: 1")
    edge.apply(attributes={"routing.http.drop_invalid_header_fields.enabled": "true"})
    edge.get("/", "X_Odd: 1")
    assert [b"X_Odd" in each for each in edge.application.heard] == [True, False]


def test_nobody_says_of_himself_that_he_came_over_tls(edge: Edge):
    edge.get("/", "X-Forwarded-Proto: https", "X-Amzn-Tls-Version: TLSv1.3", "X-Forwarded-Port: 443")
    heard = edge.application.heard[0]
    assert b"https" not in heard
    assert b"TLSv1.3" not in heard


def test_a_trace_goes_on(edge: Edge):
    edge.get("/", "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678;CalledFrom=app")
    heard = edge.application.heard[0]
    assert re.search(rb"X-Amzn-Trace-Id: Self=1-[0-9a-f-]{33};Root=1-67891233-abcdef012345678912345678;Call", heard)


def test_a_listener_adds_headers_to_answers(edge: Edge):
    name = "routing.http.response.x_frame_options.header_value"
    edge.apply(listener={"attributes": {name: "DENY", "routing.http.response.server.enabled": "false"}})
    edge.application.answer = b"HTTP/1.1 200 OK\r\nServer: app/1\r\nX-Frame-Options: ALLOW\r\nContent-Length: 0\r\n\r\n"
    answer = edge.get()
    assert b"X-Frame-Options: DENY\r\n" in answer
    assert b"ALLOW" not in answer
    assert b"Server" not in answer


def test_a_rule_may_rewrite_what_it_forwards(edge: Edge):
    transforms = (
        {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/api/(.*)", "Replace": "/v2/$1"}]}},
        {
            "Type": "host-header-rewrite",
            "HostHeaderRewriteConfig": {"Rewrites": [{"Regex": "^(.*)\\.test", "Replace": "$1.internal"}]},
        },
    )
    condition = ({"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/api/"]}},)
    forward = {"Type": "forward", "TargetGroupArn": GROUP}
    edge.apply(Rule("arn:rule", 1, condition, (forward,), transforms))
    edge.get("/api/users?x=1")
    assert edge.application.heard[0].startswith(b"GET /v2/users?x=1 HTTP/1.1\r\nHost: web.internal:8080\r\n")


def test_a_websocket_passes_both_ways(edge: Edge):
    edge.application.answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n@@"
    with edge.connect() as client:
        client.send(b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert client.until(b"@@").startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
        client.send(b"frames\r\n\r\n")
        assert client.until(b"@@") == edge.application.answer
    assert edge.application.heard[1] == b"frames\r\n\r\n"
    assert b"Connection: upgrade\r\nUpgrade: websocket\r\n" in edge.application.heard[0]


def test_no_protocol_is_changed_unasked(edge: Edge):
    edge.application.answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"
    assert status(edge.get("/", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")) == 502
    assert b"h2c" not in edge.application.heard[0]


def test_an_action_that_is_not_known_lets_nothing_pass(edge: Edge):
    edge.apply(actions=({"Type": "authenticate-oidc", "Order": 1}, {"Type": "forward", "TargetGroupArn": GROUP}))
    assert status(edge.get()) == 500
    assert edge.application.heard == []


def test_a_listener_that_is_gone_answers_nobody_any_more(edge: Edge):
    with edge.connect() as client:
        edge.application.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        client.until(b"ok")
        edge.run(edge.plane.apply(type(edge.snapshot)()))
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.rest() == b""
    assert len(edge.application.heard) == 1


def test_a_listener_that_cannot_be_understood_is_a_fault_of_its_own(edge: Edge):
    edge.apply(listener={"attributes": {"routing.http.response.x_frame_options.header_value": "DENY\r\nX: y"}})
    assert "cannot be understood" in edge.plane.faults[edge.arn][0]
    edge.apply()
    assert status(edge.get()) == 200


def test_no_configuration_breaks_out_of_a_header(edge: Edge):
    edge.apply(actions=(redirecting(Path="/\r\nX: y"),))
    answer = edge.get()
    assert status(answer) == 400
    assert b"X: y" not in answer


def test_half_a_request_is_not_waited_for_from_who_has_stopped_sending(edge: Edge):
    edge.application.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    assert edge.ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT").endswith(b"\r\n\r\nok")
