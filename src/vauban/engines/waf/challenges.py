"""How a browser comes by a token: a page whose script does some work, and the proof of it.

The page carries a question: what it is for, for which domain, since when, signed. The answer is a number that makes the
SHA-256 of both begin with so many zero bits. A Challenge is answered by the script alone; a CAPTCHA asks for more work,
and for a person who begins it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable

import msgspec

CHALLENGE, CAPTCHA = "challenge", "captcha"
"""As the header ``x-amzn-waf-action`` has them."""
ANSWER_SECONDS = 300
"""How long a question may be answered."""
_BITS = {CHALLENGE: 13, CAPTCHA: 16}
_MOST_ANSWER = 1 << 40


class Question(msgspec.Struct, frozen=True):
    kind: str
    domain: str
    asked: int
    """Seconds since 1970."""
    nonce: str
    """What makes it another one each time."""


def asked(question: Question, key: bytes) -> str:
    """The question as a page carries it."""
    content = base64.urlsafe_b64encode(msgspec.json.encode(question)).decode()
    return f"{content}:{_signature(content, key)}"


def answered(text: str, answer: int, keys: Iterable[bytes], now: float) -> Question | None:
    """The question that ``asked`` made, where it was answered, and in time; None otherwise."""
    content, _, signature = text.rpartition(":")
    if not text.isascii() or not 0 <= answer < _MOST_ANSWER:
        return None
    if not any([hmac.compare_digest(_signature(content, key), signature) for key in keys]):  # noqa: C419 (each compared)
        return None
    try:
        question = msgspec.json.decode(base64.urlsafe_b64decode(content), type=Question)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None
    in_time = question.asked <= now <= question.asked + ANSWER_SECONDS
    return question if in_time and is_answer(text, answer, question.kind) else None


def is_answer(text: str, answer: int, kind: str) -> bool:
    """Whether the work was done."""
    digest = hashlib.sha256(f"{text}.{answer}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _BITS[kind]) == 0


def page(text: str, kind: str, path: str) -> bytes:
    """The page that asks; its script posts the answer to ``path`` and loads what was asked for again."""
    given = {"text": text, "bits": _BITS[kind], "path": path, "asks": kind == CAPTCHA}
    return _PAGE.replace("GIVEN", json.dumps(given).replace("<", "\\u003c")).encode()


def _signature(content: str, key: bytes) -> str:
    signed = hmac.digest(key, b"question " + content.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>One moment</title><meta name="robots" content="noindex">
<style>body{font:1rem/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;text-align:center}
button{font:inherit;padding:.6em 1.4em}</style></head>
<body><main><p id="said" role="status">Checking your browser…</p><button id="go" hidden>Continue</button>
<noscript><p>This page needs JavaScript.</p></noscript></main>
<script>
(() => {
  const given = GIVEN, said = document.getElementById("said"), go = document.getElementById("go");
  const encoder = new TextEncoder();
  const fits = (digest) => {
    const view = new DataView(digest);
    return given.bits <= 32 && view.getUint32(0) >>> (32 - given.bits) === 0;
  };
  const work = async () => {
    said.textContent = "Checking your browser…";
    for (let answer = 0; ; answer++) {
      if (fits(await crypto.subtle.digest("SHA-256", encoder.encode(given.text + "." + answer)))) return answer;
    }
  };
  const pass = async () => {
    try {
      const body = JSON.stringify({question: given.text, answer: await work()});
      const answer = await fetch(given.path, {method: "POST", body, headers: {"content-type": "application/json"}});
      if (answer.ok) return location.reload();
    } catch (error) {}
    said.textContent = "That did not work. Is this page loaded over HTTPS?";
  };
  if (!given.asks) return pass();
  said.textContent = "Please confirm that you are a person.";
  go.hidden = false;
  go.onclick = () => { go.hidden = true; pass(); };
})();
</script></body></html>
"""
