"""Rules judged by the engine that will carry them out: whether they can be, and what capacity they need."""

import msgspec

from vauban.engines import waf
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.services.wafv2.errors import (
    BAD_REFERENCE,
    WAFLimitsExceededException,
    WAFNonexistentItemException,
    invalid,
)
from vauban.services.wafv2.references import Proposal, all_named
from vauban.services.wafv2.statements import statements_of

MOST_CAPACITY = 5_000
"""Of a web ACL, and of a rule group."""
_NOT_IN_GROUPS = ("RuleGroupReferenceStatement", "ManagedRuleGroupStatement")
_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.decode


def checked(call: Call, proposal: Proposal) -> int:
    """The capacity that rules need. Raises what WAF has against those that cannot be carried out."""
    references = {arn: entity.shape for arn, entity in all_named(call.world, proposal.rules).items()}
    return call.slowly(_judged, _encode(proposal.settings), _encode(references))


def checked_of_group(call: Call, proposal: Proposal) -> int:
    """The same of rules for a rule group, in which no other can be."""
    if any(kind in _NOT_IN_GROUPS for kind, _ in statements_of(proposal.rules)):
        raise invalid("RULE", "Statement", BAD_REFERENCE)
    return checked(call, proposal)


def require_patterns(call: Call, patterns: tuple[str, ...]) -> None:
    """Raises WAFInvalidParameterException for what is no regular expression of WAF's."""
    call.slowly(_compiled, patterns)


def _judged(settings: bytes, references: bytes) -> int:
    web_acl, named = {"DefaultAction": {"Allow": {}}, **_decode(settings)}, _decode(references)
    try:
        waf.compile(web_acl, named)
        return waf.capacity(web_acl["Rules"], named)
    except waf.Refusal as refusal:
        raise _as_aws_has_it(refusal) from None


def _compiled(patterns: tuple[str, ...]) -> None:
    try:
        waf.require_patterns(patterns)
    except waf.Refusal as refusal:
        raise _as_aws_has_it(refusal) from None


def _as_aws_has_it(refusal: waf.Refusal) -> AwsError:
    if isinstance(refusal, waf.InvalidParameter):
        return invalid(refusal.field, refusal.parameter, refusal.reason)
    return WAFNonexistentItemException() if isinstance(refusal, waf.Nonexistent) else WAFLimitsExceededException()
