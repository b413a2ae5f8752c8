import json
import re
from itertools import count
from typing import Any

import pytest

from vauban.edge.tokens import PATH
from vauban.engines.waf.challenges import is_answer

from .conftest import Edge
from .test_exchanges import body, status
from .test_inspections import contains, guard, ruled

SHOP = contains("/shop", {"UriPath": {}})


def challenged(edge: Edge, action: str) -> None:
    guard(edge, ruled("humans", SHOP, {action: {}}), token_keys=(b"k" * 32,))


def question(answer: bytes) -> dict[str, Any]:
    return json.loads(re.search(rb"given = (\{.*?\}), said", body(answer))[1])


def post(edge: Edge, asked: dict[str, Any], answer: int, *headers: str, host: str = "web.test") -> bytes:
    content = json.dumps({"question": asked["text"], "answer": answer})
    lines = "".join(f"{each}\r\n" for each in headers)
    head = f"POST {PATH.decode()} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {len(content)}\r\n"
    return edge.ask(f"{head}{lines}\r\n{content}".encode())


def solved(asked: dict[str, Any], kind: str) -> int:
    return next(number for number in count() if is_answer(asked["text"], number, kind))


@pytest.mark.parametrize(("action", "code"), [("Challenge", 202), ("Captcha", 405)])
def test_a_browser_that_does_what_is_asked_comes_through(edge: Edge, action: str, code: int):
    challenged(edge, action)
    stopped = edge.get("/shop", "Accept: text/html,*/*")
    assert status(stopped) == code
    assert f"x-amzn-waf-action: {action.lower()}\r\n".encode() in stopped
    assert edge.application.heard == []
    asked = question(stopped)
    passed = post(edge, asked, solved(asked, action.lower()))
    assert status(passed) == 200
    token = re.search(rb"Set-Cookie: (aws-waf-token=[^;]+); Max-Age=259200; Path=/; SameSite=Lax\r\n", passed)[1]
    assert status(edge.get("/shop", f"Cookie: {token.decode()}")) == 200
    assert status(edge.get("/shop", f"Cookie: {token.decode()[:-3]}abc")) == code
    assert status(edge.get("/shop", f"Cookie: {token.decode()}", host="other.test")) == code


def test_who_is_no_browser_is_told_by_a_header(edge: Edge):
    challenged(edge, "Challenge")
    stopped = edge.get("/shop", "Accept: application/json")
    assert status(stopped) == 202
    assert body(stopped) == b""
    assert b"x-amzn-waf-action: challenge\r\n" in stopped


def test_nothing_else_gets_a_token(edge: Edge, monkeypatch: pytest.MonkeyPatch):
    challenged(edge, "Challenge")
    asked = question(edge.get("/shop", "Accept: text/html"))
    answer = solved(asked, "challenge")
    wrong = next(number for number in count(answer + 1) if not is_answer(asked["text"], number, "challenge"))
    assert status(post(edge, asked, wrong)) == 403
    assert status(post(edge, asked, -1)) == 403
    assert status(post(edge, {"text": asked["text"][:-2] + "zz"}, answer)) == 403
    assert status(post(edge, {"text": "ü"}, 0)) == 403
    assert status(post(edge, asked, answer, host="other.test")) == 403
    assert status(edge.get(PATH.decode())) == 405
    assert status(edge.ask(b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n{" % PATH)) == 400
    import time

    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 301)
    assert status(post(edge, asked, answer)) == 403


def test_a_challenge_is_not_a_captcha(edge: Edge):
    challenged(edge, "Challenge")
    asked = question(edge.get("/shop", "Accept: text/html"))
    passed = post(edge, asked, solved(asked, "challenge"))
    token = re.search(rb"Set-Cookie: (aws-waf-token=[^;]+)", passed)[1].decode()
    challenged(edge, "Captcha")
    assert status(edge.get("/shop", f"Cookie: {token}")) == 405
