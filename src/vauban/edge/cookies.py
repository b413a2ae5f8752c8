"""Cookies that keep a client with its target (``AWSALB``) and its target group (``AWSALBTG``)."""

import hashlib
import hmac
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from vauban.edge.heads import Headers, RequestHead, ResponseHead

if TYPE_CHECKING:
    from vauban.edge.pools import Member, Pool

_TARGET, _GROUP, _APPLICATION = b"AWSALB", b"AWSALBTG", b"AWSALBAPP-0"


class Stickiness:
    """One request's, by what a forward action and its target groups ask for."""

    def __init__(self, head: RequestHead, action: dict[str, Any], key: bytes):
        config = action.get("ForwardConfig") or {}
        self._groups = config.get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
        sticky = config.get("TargetGroupStickinessConfig") or {}
        self._seconds = int(sticky.get("DurationSeconds") or 0) if sticky.get("Enabled") else 0
        self._head = head
        self._key = key
        self._chosen = ""

    def choose_group(self, chance: float) -> str:
        """The ARN of the group that the cookie names, or one by weight; ``chance`` is from 0 to 1."""
        self._chosen = (self._seconds and self._group_of_cookie()) or self._weighed(chance)
        return self._chosen

    def choose_member(self, pool: "Pool") -> "Member | None":
        name = _APPLICATION if pool.sticky_type == "app_cookie" else _TARGET
        token = cookie(self._head, name) or cookie(self._head, name + b"CORS") if pool.sticky else None
        return pool.choose(token)

    def set_cookies(self, pool: "Pool", member: "Member", answer: ResponseHead, secure: bool) -> Headers:
        """The Set-Cookie headers to go with the target's answer."""
        headers: Headers = []
        if self._seconds:
            headers += _pair(_GROUP, self._group_token(self._chosen), self._seconds, secure)
        if pool.sticky and pool.sticky_type == "lb_cookie":
            headers += _pair(_TARGET, pool.token(member), pool.sticky_seconds, secure)
        elif pool.sticky and _sets(answer, pool.app_cookie):
            headers += [(b"Set-Cookie", _cookie(_APPLICATION, pool.token(member), pool.sticky_seconds))]
        return headers

    def _group_of_cookie(self) -> str:
        token = cookie(self._head, _GROUP) or cookie(self._head, _GROUP + b"CORS")
        if token is None:
            return ""
        arns = [each["TargetGroupArn"] for each in self._groups]
        return next((arn for arn in arns if hmac.compare_digest(self._group_token(arn), token)), "")

    def _group_token(self, arn: str) -> bytes:
        return hmac.new(self._key, arn.encode(), hashlib.sha256).hexdigest().encode()

    def _weighed(self, chance: float) -> str:
        if len(self._groups) == 1:
            return self._groups[0]["TargetGroupArn"]
        weights = [int(each.get("Weight", 1)) for each in self._groups]
        left = chance * sum(weights)
        for each, weight in zip(self._groups, weights, strict=True):
            left -= weight
            if left < 0:
                return each["TargetGroupArn"]
        return self._groups[-1]["TargetGroupArn"] if any(weights) else ""


def cookie(head: RequestHead, wanted: bytes) -> bytes | None:
    """The value of a cookie that came with a request."""
    for name, value in head.headers:
        if name.lower() == b"cookie" and wanted in value:
            for each in value.split(b";"):
                key, _, its = each.strip().partition(b"=")
                if key == wanted:
                    return its
    return None


def _pair(name: bytes, token: bytes, seconds: int, secure: bool) -> Headers:
    """The cookie, and its like for requests from other sites."""
    plain = _cookie(name, token, seconds)
    foreign = _cookie(name + b"CORS", token, seconds) + b"; SameSite=None" + (b"; Secure" if secure else b"")
    return [(b"Set-Cookie", plain), (b"Set-Cookie", foreign)]


def _cookie(name: bytes, token: bytes, seconds: int) -> bytes:
    expires = formatdate(time.time() + seconds, usegmt=True).encode()
    return b"%b=%b; Expires=%b; Path=/" % (name, token, expires)


def _sets(answer: ResponseHead, name: bytes) -> bool:
    return any(
        key.lower() == b"set-cookie" and value.partition(b"=")[0].strip() == name for key, value in answer.headers
    )
