"""The edge with a web ACL of a hundred rules, beside nginx with ModSecurity and the Core Rule Set.

    python -m benchmarks.edge

Both inspect and carry the same requests, in one process each, and let them pass. The peer is Debian's: nginx,
libnginx-mod-http-modsecurity and modsecurity-crs at paranoia level 1. What counts is the ratio of CPU per request.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.figures import FULL, Figure, Measured, Scale, show
from benchmarks.load import Load, Serving, free_port, interleave, press, serving

from vauban.kernel.requests import Request
from vauban.kernel.traffic import HealthCheck, Inspection, Listener, LoadBalancer, Snapshot, Target, TargetGroup

_RULES = Path("/usr/share/modsecurity-crs/rules")
_BALANCER = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/0123456789abcdef"
_GROUP = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/shop/0123456789abcdef"
_ACL = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/shop/a1b2"
_SET = "arn:aws:wafv2:us-east-1:111122223333:regional/ipset/known/c3d4"
_CONNECTIONS = 4
_LEAST_SECONDS = 4
"""The peer takes a tenth of a second and more for 8 KB of JSON."""

_APPLICATION = """
worker_processes 1; error_log /dev/null; pid {directory}/app.pid; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {directory}/app; proxy_temp_path {directory}/app;
  fastcgi_temp_path {directory}/app; uwsgi_temp_path {directory}/app; scgi_temp_path {directory}/app;
  server {{ listen 127.0.0.1:{port} reuseport; keepalive_requests 1000000; location / {{ return 200 "ok"; }} }}
}}
"""
_PEER = """
load_module modules/ngx_http_modsecurity_module.so;
worker_processes 1; error_log /dev/null; pid {directory}/peer.pid; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {directory}/peer; proxy_temp_path {directory}/peer;
  fastcgi_temp_path {directory}/peer; uwsgi_temp_path {directory}/peer; scgi_temp_path {directory}/peer;
  modsecurity on; modsecurity_rules_file {directory}/rules.conf;
  upstream app {{ server 127.0.0.1:{application}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port}; keepalive_requests 1000000; client_body_buffer_size 64k;
    location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""
_MODSECURITY = """
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 1310720
SecAuditEngine Off
SecRule REQUEST_HEADERS:Content-Type "^application/json" \\
  "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
Include /etc/modsecurity/crs/crs-setup.conf
Include /usr/share/modsecurity-crs/rules/*.conf
"""
_PATTERNS = (
    r"(?i)\b(?:cat|ls|id|uname|wget|curl)\b\s*[;&|]",
    r"(?i)<\?(?:php|=)",
    r"(?i)\bunion\b.{1,100}\bselect\b",
    r"(?i)\.\./(?:\.\./)+",
    r"(?i)/etc/(?:passwd|shadow|hosts)",
    r"(?i)\$\{(?:jndi|env|sys):",
    r"(?i)\b(?:eval|system|exec|passthru)\s*\(",
    r"(?i)(?:file|gopher|dict|php|data)://",
    r"(?i)\bon(?:error|load|click|mouseover)\s*=",
    r"(?i)javascript\s*:",
    r"(?i)\bsleep\s*\(\s*[0-9]+\s*\)",
    r"(?i)\{\{.{1,60}\}\}",
    r"(?i)%0[ad](?:set-cookie|location)",
    r"(?i)\b(?:xp_cmdshell|sp_executesql)\b",
    r"(?i)java\.lang\.(?:runtime|processbuilder)",
)
_WORDS = ("wp-admin", "phpmyadmin", ".git/", ".env", "cgi-bin", "web-inf", "169.254.169.254", "actuator/env")
_URI, _ARGUMENTS, _QUERY = {"UriPath": {}}, {"AllQueryArguments": {}}, {"QueryString": {}}
_BODY = {"Body": {"OversizeHandling": "CONTINUE"}}
_JSON = {
    "JsonBody": {"MatchPattern": {"All": {}}, "MatchScope": "ALL", "InvalidFallbackBehavior": "EVALUATE_AS_STRING"}
}
_COOKIES = {"Cookies": {"MatchPattern": {"All": {}}, "MatchScope": "VALUE", "OversizeHandling": "CONTINUE"}}


def rules() -> list[dict[str, Any]]:
    """A hundred of them: 60 of regular expressions, 24 of words, 8 of SQL injection, 7 of scripts, one of addresses."""
    fields = (_URI, _ARGUMENTS, _BODY, _COOKIES)
    made: list[dict[str, Any]] = [
        {"RegexMatchStatement": {"RegexString": pattern, **_on(field, "URL_DECODE")}}
        for field in fields
        for pattern in _PATTERNS
    ]
    made += [
        {
            "ByteMatchStatement": {
                "SearchString": word.encode(),
                "PositionalConstraint": "CONTAINS",
                **_on(field, "LOWERCASE"),
            }
        }
        for field in (_URI, _QUERY, _JSON)
        for word in _WORDS
    ]
    made += [
        {"SqliMatchStatement": {"SensitivityLevel": level, **_on(field, "URL_DECODE")}}
        for field in fields
        for level in ("LOW", "HIGH")
    ]
    made += [{"XssMatchStatement": _on(field, "URL_DECODE")} for field in fields]
    made += [{"XssMatchStatement": _on(field, "HTML_ENTITY_DECODE")} for field in fields[:3]]
    made.append({"IPSetReferenceStatement": {"ARN": _SET}})
    return [
        {
            "Name": f"rule-{number}",
            "Priority": number,
            "Statement": statement,
            "Action": {"Block": {}},
            "VisibilityConfig": _shown(f"rule-{number}"),
        }
        for number, statement in enumerate(made)
    ]


def _on(field: dict[str, Any], transformation: str) -> dict[str, Any]:
    return {"FieldToMatch": field, "TextTransformations": [{"Priority": 0, "Type": transformation}]}


def _shown(metric: str) -> dict[str, Any]:
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": metric}


def snapshot(port: int, application: int) -> Snapshot:
    """A load balancer on ``port`` before the application, behind the web ACL."""
    addresses = [f"10.{number >> 8}.{number & 255}.0/24" for number in range(10_000)]
    known = {"Name": "known", "ARN": _SET, "IPAddressVersion": "IPV4", "Addresses": addresses}
    acl = {
        "Name": "shop",
        "Id": "a1b2",
        "ARN": _ACL,
        "DefaultAction": {"Allow": {}},
        "Rules": rules(),
        "VisibilityConfig": _shown("shop"),
    }
    forward = {"Type": "forward", "TargetGroupArn": _GROUP}
    listener = Listener("arn:listener", "HTTP", port, (forward,))
    group = TargetGroup(_GROUP, targets=(Target("127.0.0.1", application),), health_check=HealthCheck(enabled=False))
    balancer = LoadBalancer(_BALANCER, "shop", "shop.elb.localhost", (listener,))
    return Snapshot((balancer,), (group,), (), (Inspection(_ACL, (_BALANCER,), acl, {_SET: known}),))


async def serve(port: int, application: int) -> None:
    """Be the edge, in one process."""
    from vauban.edge.options import Options
    from vauban.edge.planes import Plane
    from vauban.http.loops import collect_seldom

    await Plane(os.urandom(32), Options(server=f"bench-{port}")).apply(snapshot(port, application))
    collect_seldom()
    await asyncio.Event().wait()


_HEADERS = {
    "host": "shop.example.com",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "en-US,en;q=0.5",
    "cookie": "session=7f1c9a52d0b84c0c9b3f; theme=dark; consent=all; _ga=GA1.2.1234567890.1700000000",
}


def shapes() -> dict[str, Request]:
    """The requests that both are asked: what ordinary applications get, and nothing that either objects to."""
    form = "&".join(f"field{number}=plain+value+of+the+field+{number}" for number in range(26))
    return {
        "GET": Request("GET", "/products/garden/chairs", "page=2&sort=price&color=green&max=120", _HEADERS),
        "form of 1 KB": _posted("application/x-www-form-urlencoded", form),
        "JSON of 1 KB": _posted("application/json", _order(11)),
        "JSON of 8 KB": _posted("application/json", _order(91)),
    }


def _order(lines: int) -> str:
    made = [{"article": f"chair-{each}", "count": each, "note": "green, for the garden"} for each in range(lines)]
    return json.dumps({"customer": {"name": "Ada Green", "city": "Graz"}, "lines": made})


def _posted(kind: str, body: str) -> Request:
    return Request("POST", "/orders", "", {**_HEADERS, "content-type": kind}, body.encode())


@contextmanager
def _nginx(directory: Path, name: str, configuration: str, port: int, **more: Any) -> Iterator[Serving]:
    file = directory / f"{name}.conf"
    (directory / name).mkdir(mode=0o777)
    file.write_text(configuration.format(directory=directory, port=port, **more))
    with serving(["/usr/sbin/nginx", "-p", "/usr/share/nginx", "-c", str(file)], port, quiet=True) as started:
        yield started


def measure(scale: Scale) -> Measured:
    if not _RULES.is_dir() or not Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so").exists():
        raise RuntimeError("apt-get install nginx libnginx-mod-http-modsecurity modsecurity-crs")
    with ExitStack() as running:
        directory = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="vauban-bench-")))
        directory.chmod(0o755)
        (directory / "rules.conf").write_text(_MODSECURITY)
        behind, before, own = free_port(), free_port(), free_port()
        running.enter_context(_nginx(directory, "app", _APPLICATION, behind))
        peer = running.enter_context(_nginx(directory, "peer", _PEER, before, application=behind))
        command = [sys.executable, "-m", "benchmarks.edge", "--serve", str(own), str(behind)]
        edge = running.enter_context(serving(command, own))
        runs: dict[str, Callable[[], Load]] = {}
        for name, request in shapes().items():
            for server, who in ((edge, "edge"), (peer, "ModSecurity")):
                seconds = max(scale.seconds, _LEAST_SECONDS)
                runs[f"{name}, {who}"] = partial(press, server, [request], connections=_CONNECTIONS, seconds=seconds)
        loads = interleave(runs, scale.rounds)
    if any(load.errors for load in loads.values()):
        raise RuntimeError(f"an ordinary request was not let through: {loads}")
    figures = tuple(
        Figure(
            f"{name}: CPU a request",
            loads[f"{name}, edge"].cpu_us / loads[f"{name}, ModSecurity"].cpu_us,
            "× ModSecurity",
            0.1,
            0.05,
        )
        for name in shapes()
    )
    return Measured(f"Inspected and carried, c{_CONNECTIONS}", figures, loads)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        import uvloop

        uvloop.run(serve(int(sys.argv[2]), int(sys.argv[3])))
    else:
        show(measure(FULL))
