"""May they: the IAM policy language, pure.

``Policy.parse`` reads and checks a document; ``plan`` prepares a decision and ``decide`` makes it; ``explain`` and
``denial_message`` say why.
"""

from vauban.policy.denials import denial_message
from vauban.policy.explain import explain
from vauban.policy.plans import Plan, Prospects, decide, plan
from vauban.policy.policies import Policies, Policy, full_access
from vauban.policy.principals import canonical_user_id
from vauban.policy.public_access import grants_public_access
from vauban.policy.refusals import MalformedPolicy, OversizedPolicy

__all__ = [
    "MalformedPolicy",
    "OversizedPolicy",
    "Plan",
    "Policies",
    "Policy",
    "Prospects",
    "canonical_user_id",
    "decide",
    "denial_message",
    "explain",
    "full_access",
    "grants_public_access",
    "plan",
]
