"""Denials in AWS's words, and remedies in plain ones."""

import json

from vauban.kernel.principals import ANONYMOUS, Principal, service_principal
from vauban.kernel.resources import ANY, Resource
from vauban.policy import Policies, Policy, decide, denial_message, full_access

ACCOUNT, OTHER = "111122223333", "444455556666"
ALICE = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE", name="alice")
ROLE = f"arn:aws:iam::{OTHER}:role/worker"
SESSION = Principal(
    "assumed-role", OTHER, f"arn:aws:sts::{OTHER}:assumed-role/worker/job", "AROAWORKER:job", issuer_arn=ROLE
)
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db"
ACTION = "secretsmanager:GetSecretValue"


def policy(kind="identity", name="P", **statement):
    filled = {"Effect": "Allow", "Action": "*", "Resource": "*", **statement}
    return Policy.parse({"Version": "2012-10-17", "Statement": filled}, name=name, kind=kind)


def ask(principal, policies, own=None, **context):
    return decide(principal, policies, ACTION, Resource(SECRET, "secret", ACCOUNT, policy=own), context)


def words(decision):
    """The remedy without the statements that would do it."""
    return [line for line in decision.remedy.splitlines() if not line.startswith("{")]


def statements(decision):
    return [json.loads(line) for line in decision.remedy.splitlines() if line.startswith("{")]


def test_an_operation_on_no_resource_is_denied_on_any():
    decision = decide(ALICE, Policies(), "kms:CreateKey", ANY, {})
    assert denial_message(ALICE, decision) == (
        f"User: {ALICE.arn} is not authorized to perform: kms:CreateKey on resource: * "
        "because no identity-based policy allows the kms:CreateKey action"
    )


def test_the_anonymous_are_called_so():
    decision = ask(ANONYMOUS, Policies())
    assert denial_message(ANONYMOUS, decision).startswith("User: anonymous is not authorized to perform: ")
    assert words(decision) == [f"The resource's policy must allow {ACTION} to everyone."]
    assert statements(decision)[0]["Principal"] == "*"


def test_a_missing_allow_is_remedied_by_attaching_one():
    decision = ask(ALICE, Policies())
    assert words(decision) == [f"Attach an identity-based policy to {ALICE.arn} that allows {ACTION} on {SECRET}."]
    assert statements(decision) == [{"Effect": "Allow", "Action": ACTION, "Resource": SECRET}]


def test_the_statements_of_a_remedy_do_allow():
    nothing = policy(Action="s3:*")
    levels = ((nothing,),)
    before = ask(SESSION, Policies(boundary=nothing, session=(), service_control=levels))
    control, own, identity, boundary, session = statements(before)
    policies = Policies(
        identity=(policy(**identity),),
        boundary=policy(**boundary),
        session=(policy(**session),),
        service_control=((policy(**control),),),
    )
    assert ask(SESSION, policies, policy("resource", **own)).allowed


def test_a_deny_that_excepts_the_caller_denies_it_no_more():
    deny = {"name": "Guard", "Effect": "Deny"}
    (except_alice,) = statements(ask(ALICE, Policies((policy(), policy(**deny)))))
    narrowed = Policies((policy(), policy(**deny, **except_alice)))
    assert ask(ALICE, narrowed, **{"aws:principalarn": ALICE.arn}).allowed
    assert not ask(ALICE, narrowed, **{"aws:principalarn": f"{ALICE.arn}2"}).allowed


def test_everything_that_lacks_is_named():
    decision = ask(SESSION, Policies(session=(), boundary=policy(Action="s3:*")))
    assert words(decision) == [
        f"The resource's policy must name {ROLE} or delegate to the account {OTHER} "
        f"(arn:aws:iam::{OTHER}:root) for {ACTION}.",
        f"Attach an identity-based policy to {ROLE} that allows {ACTION} on {SECRET}.",
        f"Let the permissions boundary of {ROLE} allow {ACTION} on {SECRET}.",
        f"Start the session with session policies that allow {ACTION} on {SECRET}, or with none.",
    ]


def test_a_condition_that_was_not_met_is_named():
    nearly = policy(name="Nearly", Sid="Home", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    decision = ask(ALICE, Policies((nearly,)), **{"aws:sourceip": "198.51.100.1"})
    assert words(decision)[1] == (
        "Or meet the condition of statement Nearly/Home: IpAddress aws:SourceIp 203.0.113.0/24."
    )


def test_a_deny_is_remedied_by_its_statement():
    deny = policy(name="Guard", Sid="DenyAll", Effect="Deny")
    decision = ask(ALICE, Policies((policy(), deny)))
    assert words(decision) == [
        "Remove or narrow statement Guard/DenyAll (identity-based policy): it denies this.",
        "Or except the caller from Guard/DenyAll by a further condition.",
    ]


def test_a_managed_policy_that_denies_is_named_within_the_account():
    arn = f"arn:aws:iam::{ACCOUNT}:policy/Guard"
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    guard = Policy.parse({"Statement": statement}, name="Guard", kind="identity", arn=arn)
    assert ask(ALICE, Policies((policy(), guard))).reason == f"with an explicit deny in an identity-based policy: {arn}"
    assert ask(SESSION, Policies((policy(), guard))).reason == "with an explicit deny in an identity-based policy"


def test_a_conditional_deny_may_also_be_avoided():
    deny = policy(name="Guard", Sid="TLS", Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    decision = ask(ALICE, Policies((policy(), deny)), **{"aws:securetransport": False})
    assert words(decision) == [
        "Remove or narrow statement Guard/TLS (identity-based policy): it denies this.",
        "Or do not meet its condition: Bool aws:SecureTransport false.",
        "Or except the caller from Guard/TLS by a further condition.",
    ]


def test_an_explicit_deny_is_the_reason_before_any_missing_allow():
    own = policy("resource", "own", Effect="Deny", Principal="*")
    levels = ((full_access("scp"),), ())
    decision = ask(ALICE, Policies(service_control=levels), own)
    assert decision.reason == "with an explicit deny in a resource-based policy"
    assert len(words(decision)) == 4


def test_a_service_has_to_be_named():
    decision = ask(service_principal("events"), Policies())
    assert words(decision) == [f"The resource's policy must allow {ACTION} to the service events.amazonaws.com."]
    assert statements(decision)[0]["Principal"] == {"Service": "events.amazonaws.com"}


def test_an_allowed_call_has_no_reason():
    decision = ask(ALICE, Policies((policy(),)))
    assert (decision.reason, decision.remedy) == ("", "")


def test_a_deny_elsewhere_does_not_hide_a_conditional_allow():
    home = policy(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    own = policy("resource", Sid="Never", Effect="Deny", Principal="*")
    decision = ask(ALICE, Policies((home,)), own, **{"aws:sourceip": "203.0.113.9"})
    assert [check.effect.name for check in decision.checks] == ["EXPLICIT_DENY", "ALLOW"]
    assert words(decision)[0] == "Remove or narrow statement P/Never (resource-based policy): it denies this."
