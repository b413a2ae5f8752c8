from vauban.kernel.decisions import Decision
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy import Policies, Policy, decide, explain

ACCOUNT = "111122223333"
ALICE = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE", name="alice")
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
OWN = Policy.parse(
    {"Statement": {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"}},
    name="default",
    kind="key",
)
RESOURCE = Resource(KEY, "key", ACCOUNT, policy=OWN, policy_rules=True)


def test_a_denial_is_told_layer_by_layer():
    assert explain(decide(ALICE, Policies(), "kms:Decrypt", RESOURCE, {})) == (
        f"Denied: kms:Decrypt on {KEY}\n"
        "  because no identity-based policy allows the kms:Decrypt action\n"
        "\n"
        "  resource-based policy    allows  (default/#0)\n"
        "  identity-based policies  does not allow\n"
        "\n"
        "To allow it:\n"
        f"  - Attach an identity-based policy to {ALICE.arn} that allows kms:Decrypt on {KEY}.\n"
        f'      {{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{KEY}"}}'
    )


def test_what_is_allowed_is_told_without_a_remedy():
    allow = Policy.parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, name="A", kind="identity")
    told = explain(decide(ALICE, Policies((allow,)), "kms:Decrypt", RESOURCE, {}))
    assert told.startswith("Allowed: kms:Decrypt")
    assert "To allow it" not in told


def test_a_decision_from_the_trail_is_told_alike():
    decision = decide(ALICE, Policies(), "kms:Decrypt", RESOURCE, {})
    assert explain(Decision.read(decision.explain())) == explain(decision)
