"""AWS WAF as a library: what web ACLs say of requests.

    from vauban.engines import waf

    acl = waf.compile(web_acl, references)     # both in the shapes of AWS WAF's API; raises waf.Refusal
    verdict = acl.evaluate(waf.Request(...))   # -> waf.Verdict

Pure: no clock, no disk, no network. What changes from request to request (the counts of rate-based rules) is handed in.
"""

from vauban.engines.waf.acls import MOST_CAPACITY, WebAcl, capacity, check, check_group, compile
from vauban.engines.waf.patterns import require_patterns
from vauban.engines.waf.rates import Rates
from vauban.engines.waf.refusals import InvalidParameter, LimitExceeded, Nonexistent, Refusal
from vauban.engines.waf.requests import Locate, Place, Request
from vauban.engines.waf.verdicts import Detail, GroupMatch, Match, RateMatch, Response, TokenCheck, Verdict

__all__ = [
    "MOST_CAPACITY",
    "Detail",
    "GroupMatch",
    "InvalidParameter",
    "LimitExceeded",
    "Locate",
    "Match",
    "Nonexistent",
    "Place",
    "RateMatch",
    "Rates",
    "Refusal",
    "Request",
    "Response",
    "TokenCheck",
    "Verdict",
    "WebAcl",
    "capacity",
    "check",
    "check_group",
    "compile",
    "require_patterns",
]
