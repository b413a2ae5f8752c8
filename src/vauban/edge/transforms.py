"""What a rule changes of a request before it is forwarded: ``RuleTransform`` of elbv2."""

import re
from collections.abc import Iterable
from typing import Any

from vauban.edge.heads import RequestHead
from vauban.http.refusals import Refusal
from vauban.patterns.expressions import expression

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9._~-]+(?::[0-9]{1,5})?")
_GROUP = re.compile(r"\$([0-9])")
Rewrite = tuple[Any, str]
"""What is looked for, and what is put in its place."""


class Transform:
    """The rewrites of a rule: of the host, of the URL."""

    def __init__(self, host: Rewrite | None, url: Rewrite | None):
        self._host = host
        self._url = url

    def apply(self, head: RequestHead) -> None:
        """Rewrite the request. Raises Refusal where what comes of it is no request any more."""
        if self._host is not None:
            host = _rewritten(self._host, head.host.decode("latin-1"))
            head.host = _required(_HOST, host)
        if self._url is not None:
            url = _required(_VISIBLE, _rewritten(self._url, head.origin_form.decode("latin-1")))
            head.path, _, head.query = url.partition(b"?")
            head.origin_form = url if url[:1] == b"/" else b"/" + url


def transform_of(transforms: Iterable[dict[str, Any]]) -> Transform:
    """Raises KeyError or ValueError for what is not understood."""
    found: dict[str, Rewrite] = {}
    for each in transforms:
        kind = each["Type"]
        rewrite = each["HostHeaderRewriteConfig" if kind == "host-header-rewrite" else "UrlRewriteConfig"]["Rewrites"][
            0
        ]
        found[kind] = expression(rewrite["Regex"]), _GROUP.sub(r"\\g<\1>", rewrite["Replace"].replace("\\", r"\\"))
    return Transform(found.get("host-header-rewrite"), found.get("url-rewrite"))


def _rewritten(rewrite: Rewrite, text: str) -> str:
    wanted, replacement = rewrite
    return wanted.sub(replacement, text, count=1)


def _required(expression: re.Pattern[str], text: str) -> bytes:
    if not expression.fullmatch(text):
        raise Refusal(500, "The rewritten request is malformed.")
    return text.encode("ascii")
