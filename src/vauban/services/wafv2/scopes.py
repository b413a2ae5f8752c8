"""Scopes: what is regional is anywhere, what is CloudFront's is in us-east-1 alone; and both in ARNs.

Source: https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
"""

import re
from typing import NamedTuple

from vauban.kernel.calls import Call
from vauban.services.wafv2.errors import BAD_ARN, BAD_SCOPE, invalid
from vauban.services.wafv2.resources import CLOUDFRONT, REGIONAL

GLOBAL_REGION = "us-east-1"
_ARN = re.compile(
    r"arn:aws[a-z-]*:wafv2:([a-z0-9-]+):(\d{12}):(global|regional)/([a-z]+)/([\w-]{1,128})/([0-9a-f-]{36})\Z", re.ASCII
)


class Named(NamedTuple):
    """What an ARN says."""

    region: str
    account: str
    scope: str
    noun: str
    name: str
    entity_id: str


def require_scope(call: Call, scope: str) -> str:
    """The scope, where it may be asked for here. Raises WAFInvalidParameterException."""
    if scope == CLOUDFRONT and call.region != GLOBAL_REGION:
        raise invalid("SCOPE_VALUE", scope, BAD_SCOPE)
    return scope


def read(text: str) -> Named | None:
    """What an ARN says; None for what is none of WAF's."""
    matched = _ARN.match(text)
    if matched is None or (matched[3] == "global" and matched[1] != GLOBAL_REGION):
        return None
    region, account, where, *rest = matched.groups()
    return Named(region, account, CLOUDFRONT if where == "global" else REGIONAL, *rest)


def parse(call: Call, text: str, *nouns: str) -> Named:
    """What the ARN of an entity of this Region says. Raises WAFInvalidParameterException for any other."""
    named = read(text)
    if named is None or named.region != call.region or named.noun not in nouns:
        raise invalid("RESOURCE_ARN", text, BAD_ARN)
    return named
