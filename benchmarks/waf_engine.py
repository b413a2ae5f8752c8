"""What a verdict costs with 104 rules (regular expressions, strings, SQL injection, XSS), on requests of four shapes;
and how much more on the worst requests of the same size that we know to make.

    python -m benchmarks.waf_engine

Of short values it is remembered what was found in them, as it is of the headers that browsers send again and again.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

from vauban.engines import waf

WORDS = [
    "admin",
    "shell",
    "passwd",
    "environ",
    "exec",
    "system",
    "wget",
    "curl",
    "bash",
    "python",
    "perl",
    "nmap",
    "nessus",
    "sqlmap",
    "nikto",
    "acunetix",
    "burp",
]
HEADERS = {"Headers": {"MatchPattern": {"All": {}}, "MatchScope": "VALUE", "OversizeHandling": "CONTINUE"}}
COOKIES = {"Cookies": {"MatchPattern": {"All": {}}, "MatchScope": "VALUE", "OversizeHandling": "CONTINUE"}}
JSON = {"JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL"}}
AGENT = {"SingleHeader": {"Name": "user-agent"}}
FIELDS: list[dict[str, Any]] = [
    {"UriPath": {}}, {"AllQueryArguments": {}}, {"QueryString": {}}, {"Body": {}}, JSON, HEADERS, COOKIES, AGENT
]  # fmt: skip
CHAINS = (("URL_DECODE",), ("LOWERCASE",), ("URL_DECODE", "HTML_ENTITY_DECODE"))
BROWSER = (
    (b"Host", b"shop.example.com"),
    (
        b"User-Agent",
        b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
    ),
    (b"Accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"Accept-Language", b"en-GB,en;q=0.5"),
    (b"Accept-Encoding", b"gzip, deflate, br"),
    (b"Referer", b"https://shop.example.com/catalogue"),
    (b"Cookie", b"session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes"),
)
SECONDS = 1.0


def rules() -> Iterator[dict[str, Any]]:
    for number in range(80):
        field, chain = FIELDS[number % len(FIELDS)], CHAINS[number // len(FIELDS) % len(CHAINS)]
        word = WORDS[number % len(WORDS)]
        if number % 3:
            pattern = rf"(?i)\b{word}{number}[\s/]+\w{{1,20}}\.(?:php|jsp|aspx?)\b"
            yield rule("RegexMatchStatement", field, chain, RegexString=pattern)
        else:
            text = f"{word}-{number}"
            yield rule("ByteMatchStatement", field, chain, SearchString=text, PositionalConstraint="CONTAINS")
    for field in FIELDS:
        yield rule("SqliMatchStatement", field, CHAINS[0])
        yield rule("SqliMatchStatement", field, CHAINS[2], SensitivityLevel="HIGH")
        yield rule("XssMatchStatement", field, CHAINS[2])


def rule(kind: str, field: dict[str, Any], chain: tuple[str, ...], **more: Any) -> dict[str, Any]:
    steps = [{"Priority": number, "Type": name} for number, name in enumerate(chain)]
    statement = {kind: {"FieldToMatch": field, "TextTransformations": steps, **more}}
    return {"Statement": statement, "Action": {"Count": {}}, "VisibilityConfig": {}}


def web_acl() -> dict[str, Any]:
    """Whose rules count, so that all of them are evaluated whatever matches."""
    numbered = [{**each, "Name": f"r{number}", "Priority": number} for number, each in enumerate(rules())]
    return {"Name": "bench", "DefaultAction": {"Allow": {}}, "VisibilityConfig": {}, "Rules": numbered}


def document(size: int) -> bytes:
    items: list[dict[str, Any]] = []
    while len(json.dumps(items)) < size:
        number = len(items)
        items.append({"id": number, "name": f"product {number}", "tags": ["new", "sale"], "price": 9.5, "stock": True})
    return json.dumps(items).encode()[:size]


def posted(body: bytes, kind: bytes) -> waf.Request:
    return waf.Request(b"POST", b"/api/orders", b"", None, (*BROWSER, (b"Content-Type", kind)), body)


def form(size: int) -> bytes:
    return b"&".join(b"field%d=some+ordinary+text+%d+with+words" % (each, each) for each in range(99))[:size]


ORDINARY = {
    "GET": waf.Request(path=b"/catalogue/items", query=b"page=2&sort=price&q=blue+shoes&size=42", headers=BROWSER),
    "form, 1 KB": posted(form(1024), b"application/x-www-form-urlencoded"),
    "JSON, 1 KB": posted(document(1024), b"application/json"),
    "JSON, 8 KB": posted(document(8192), b"application/json"),
}
HOSTILE = {
    "8 KB of quotes": b"'" * 8192,
    "8 KB of words of SQL": b"select union and or in ' " * 327,
    "8 KB of comments": b"/*" * 4096,
    "8 KB of tags": b"<a " * 2730,
    "8 KB of handlers": b"<a on" * 1638,
    "8 KB of brackets": b"[" * 8192,
    "8 KB of empty strings": b'["",' + b'"",' * 2700,
    "8 KB of escapes": b'"' + b"\\u0027" * 1364 + b'"',
    "8 KB of percent signs": b"%25" * 2730,
    "8 KB of entities": b"&#39;" * 1638,
    "8 KB of noise": bytes(range(256)) * 32,
}


def microseconds(acl: waf.WebAcl, request: waf.Request) -> float:
    """Of CPU, the least of many rounds."""
    best, until = float("inf"), time.monotonic() + SECONDS
    while time.monotonic() < until:
        began = time.process_time()
        for _ in range(5):
            acl.evaluate(request)
        best = min(best, (time.process_time() - began) / 5)
    return best * 1e6


def main() -> None:
    spec, cache = web_acl(), {}
    began = time.process_time()
    acl = waf.compile(spec, cache=cache)
    compiled = time.process_time()
    waf.compile(spec, cache=cache)
    print(f"{len(spec['Rules'])} rules, {waf.capacity(spec['Rules'])} WCU, {sum(map(len, cache.values())) >> 10} KB")
    print(f"compiled in {compiled - began:.2f} s, from the cache in {time.process_time() - compiled:.3f} s\n")
    costs = {name: microseconds(acl, request) for name, request in ORDINARY.items()}
    for name, cost in costs.items():
        print(f"{name:<28} {cost:8.0f} µs")
    print()
    for name, body in HOSTILE.items():
        cost = microseconds(acl, posted(body, b"application/json"))
        print(f"{name:<28} {cost:8.0f} µs   {cost / costs['JSON, 8 KB']:5.1f} × JSON of its size")


if __name__ == "__main__":
    main()
