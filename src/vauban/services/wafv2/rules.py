"""Rules judged by the engine that will carry them out: whether they can be, and what capacity they need."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from vauban.engines import waf
from vauban.kernel.calls import Call
from vauban.services.wafv2.errors import WAFLimitsExceededException, WAFNonexistentItemException, invalid
from vauban.services.wafv2.references import Proposal, all_named

T = TypeVar("T")

_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.decode


def capacity_of_rules(call: Call, proposal: Proposal) -> int:
    """The capacity that rules need. Raises what WAF has against those that cannot be carried out."""
    return _judged(call, waf.check, {"DefaultAction": {"Allow": {}}, **proposal.settings}, proposal)


def capacity_of_web_acl(call: Call, proposal: Proposal) -> int:
    return _judged(call, waf.check, proposal.settings, proposal)


def capacity_of_group(call: Call, capacity: int, proposal: Proposal) -> int:
    """Raises WAFInvalidParameterException where the rules need more than the group's capacity."""
    return _judged(call, waf.check_group, {**proposal.settings, "Capacity": capacity}, proposal)


def require_patterns(call: Call, patterns: tuple[str, ...]) -> None:
    """Raises WAFInvalidParameterException for what is no regular expression of WAF's."""
    call.slowly(_told, waf.require_patterns, patterns)


def _judged(call: Call, check: Callable[..., int], settings: dict[str, Any], proposal: Proposal) -> int:
    references = {arn: entity.shape for arn, entity in all_named(call.world, proposal.rules).items()}
    return call.slowly(_read, check, _encode(settings), _encode(references))


def _read(check: Callable[..., int], settings: bytes, references: bytes) -> int:
    return _told(check, _decode(settings), _decode(references))


def _told(judge: Callable[..., T], *arguments: Any) -> T:
    """What the engine says, its refusals as errors of WAF's."""
    try:
        return judge(*arguments)
    except waf.InvalidParameter as refusal:
        raise invalid(refusal.field, refusal.parameter, refusal.reason) from None
    except waf.Nonexistent:
        raise WAFNonexistentItemException from None
    except waf.LimitExceeded:
        raise WAFLimitsExceededException from None
