"""Tokens given out: to browsers that a CAPTCHA or Challenge rule has stopped, and that have done what was asked."""

import secrets
import time
from typing import TYPE_CHECKING

import msgspec

from vauban.edge.cookies import cookie
from vauban.edge.replies import Reply, plain
from vauban.engines.waf import Verdict
from vauban.engines.waf.challenges import CAPTCHA, Question, answered, asked, page
from vauban.engines.waf.tokens import COOKIE, Token, read, signed

if TYPE_CHECKING:
    from vauban.edge.exchanges import Exchange

PATH = b"/.well-known/aws-waf/token"
"""Of every protected domain: where answers are posted to."""
_MOST_BYTES = 4096
_LONGEST_SECONDS = 259_200
"""The longest immunity that there is."""


class _Answer(msgspec.Struct):
    question: str
    answer: int


_decode = msgspec.json.Decoder(_Answer).decode


def interstitial(verdict: Verdict, exchange: "Exchange", domain: str, key: bytes) -> Reply:
    """What a client without a good token is answered: browsers a page, others only what they would have to do."""
    kind = verdict.action.lower()
    response = verdict.response
    headers = [(name.encode(), value.encode()) for name, value in response.headers]
    headers += [(b"Cache-Control", b"no-store")]
    if b"text/html" not in (exchange.head.value(b"accept") or b""):
        return Reply(response.status, headers, b"", "WAFRejected")
    question = asked(Question(kind, domain, int(time.time()), secrets.token_hex(16)), key)
    typed = (b"Content-Type", b"text/html; charset=utf-8")
    return Reply(response.status, [typed, *headers], page(question, kind, PATH.decode()), "WAFRejected")


async def issue(exchange: "Exchange", domain: str, keys: tuple[bytes, ...]) -> Reply:
    """The answer to a posted answer: the token as a cookie, or a refusal."""
    if exchange.head.method != b"POST":
        return plain(405)
    exchange.stream.invite()
    await exchange.incoming.fill(_MOST_BYTES)
    try:
        given = _decode(bytes(exchange.incoming.buffered))
    except (msgspec.MsgspecError, ValueError):
        return plain(400)
    question = answered(given.question, given.answer, keys, time.time())
    if question is None or question.domain != domain:
        return plain(403)
    token = signed(_renewed(exchange, question, keys), keys[0]).encode()
    attributes = b"; Max-Age=%d; Path=/; SameSite=Lax" % _LONGEST_SECONDS
    secure = b"; Secure" if exchange.client.tls_version else b""
    return Reply(200, [(b"Set-Cookie", COOKIE + b"=" + token + attributes + secure)], b"")


def _renewed(exchange: "Exchange", question: Question, keys: tuple[bytes, ...]) -> Token:
    """The client's token with what it has done now; it stays the same client's."""
    had = read((cookie(exchange.head, COOKIE) or b"").decode("latin-1"), keys)
    known = had if had is not None and had.domain == question.domain else Token(secrets.token_hex(16), question.domain)
    now = int(time.time())
    if question.kind == CAPTCHA:
        return msgspec.structs.replace(known, challenged=now, solved=now)
    return msgspec.structs.replace(known, challenged=now)
