"""AWS's truth tables: which policies allow whom, within an account and across."""

from dataclasses import replace

import pytest

from vauban.kernel.decisions import Decision, Effect, Layer
from vauban.kernel.principals import ANONYMOUS, Principal, service_principal
from vauban.kernel.resources import ANY, Resource
from vauban.policy import Policies, Policy, canonical_user_id, decide, denial_message, full_access, plan

ACCOUNT, OTHER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/worker"

ALICE = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE0000000", name="alice")
STRANGER = Principal("user", OTHER, f"arn:aws:iam::{OTHER}:user/mallory", "AIDAMALLORY00000", name="mallory")
ROOT = Principal("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
SESSION = Principal(
    "assumed-role",
    ACCOUNT,
    f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/job",
    "AROAWORKER000000:job",
    issuer_arn=ROLE,
)
FEDERATED = Principal(
    "federated-user",
    ACCOUNT,
    f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
    f"{ACCOUNT}:bob",
    issuer_arn=ALICE.arn,
)


def policy(kind="identity", name="P", **statement):
    filled = {"Effect": "Allow", "Action": "*", **statement}
    if not {"Resource", "NotResource"} & filled.keys():
        filled["Resource"] = "*"
    return Policy.parse({"Version": "2012-10-17", "Statement": filled}, name=name, kind=kind)


ALLOW = policy(name="Allow")
NOTHING = policy(name="Nothing", Action="s3:GetObject")
DENY = policy(name="Deny", Effect="Deny", Sid="DenyAll")


def named(principal, kind="resource", **statement):
    return policy(kind, name="own", Principal=principal, **statement)


CONTROL = named("*", "rcp", Effect="Deny", Action="secretsmanager:*")


def secret(own=None, account=ACCOUNT):
    return Resource(SECRET, type="secret", account=account, policy=own)


def key(own):
    return Resource(KEY, type="key", account=ACCOUNT, policy=own, policy_rules=True)


def ask(principal, resource, policies=None, action="secretsmanager:GetSecretValue", **context) -> Decision:
    return decide(principal, policies or Policies(), action, resource, context)


def effects(decision):
    return {check.layer: check.effect for check in decision.checks}


def test_nothing_is_allowed_without_a_policy():
    decision = ask(ALICE, secret())
    assert not decision.allowed
    assert decision.reason == "because no identity-based policy allows the secretsmanager:GetSecretValue action"


def test_an_identity_policy_suffices_within_the_account():
    assert ask(ALICE, secret(), Policies((ALLOW,))).allowed


def test_a_resource_policy_naming_the_user_suffices_within_the_account():
    assert ask(ALICE, secret(named({"AWS": ALICE.arn}))).allowed


def test_a_resource_policy_naming_the_account_only_delegates():
    own = named({"AWS": ACCOUNT})
    assert not ask(ALICE, secret(own)).allowed
    assert ask(ALICE, secret(own), Policies((ALLOW,))).allowed


def test_a_resource_policy_naming_everyone_is_a_direct_grant():
    for everyone in ("*", {"AWS": "*"}):
        assert ask(ALICE, secret(named(everyone)), Policies(boundary=NOTHING)).allowed
        assert ask(ANONYMOUS, secret(named(everyone))).allowed


# IAM User Guide, "Resource-based policies and implicit denies in other policy types (same account)".
@pytest.mark.parametrize("capping", [Policies(boundary=NOTHING), Policies(session=(NOTHING,)), Policies(session=())])
@pytest.mark.parametrize(
    ("principal", "named_as", "allowed"),
    [
        (ALICE, ALICE.arn, True),
        (SESSION, SESSION.arn, True),
        (SESSION, ROLE, False),
        (FEDERATED, FEDERATED.arn, True),
        (FEDERATED, ALICE.arn, False),
    ],
)
def test_boundary_and_session_cap_what_names_the_role_and_not_what_names_the_caller(
    principal, named_as, allowed, capping
):
    assert ask(principal, secret(named({"AWS": named_as})), capping).allowed is allowed


def test_a_resource_policy_naming_the_role_needs_no_identity_policy():
    decision = ask(SESSION, secret(named({"AWS": ROLE})), Policies(boundary=ALLOW, session=(ALLOW,)))
    assert decision.allowed
    assert effects(decision)[Layer.PRINCIPAL] is Effect.NO_IMPACT


def test_the_role_of_another_path_is_another_role():
    own = named({"AWS": f"arn:aws:iam::{ACCOUNT}:role/worker"})
    assert not ask(SESSION, secret(own)).allowed


def test_a_principal_may_be_named_by_its_unique_id():
    assert ask(ALICE, secret(named({"AWS": "AIDAALICE0000000"}))).allowed
    assert ask(SESSION, secret(named({"AWS": "AROAWORKER000000"}))).allowed


def test_a_boundary_caps_identity_policies():
    decision = ask(ALICE, secret(), Policies((ALLOW,), boundary=NOTHING))
    assert decision.reason == "because no permissions boundary allows the secretsmanager:GetSecretValue action"
    assert ask(ALICE, secret(), Policies((ALLOW,), boundary=ALLOW)).allowed


def test_a_boundary_grants_nothing():
    assert not ask(ALICE, secret(), Policies(boundary=ALLOW)).allowed


def test_session_policies_cap_identity_policies():
    decision = ask(SESSION, secret(), Policies((ALLOW,), session=(NOTHING,)))
    assert decision.reason == "because no session policy allows the secretsmanager:GetSecretValue action"
    assert ask(SESSION, secret(), Policies((ALLOW,), session=(NOTHING, ALLOW))).allowed


@pytest.mark.parametrize("own", [None, named({"AWS": STRANGER.arn}), named({"AWS": OTHER}), named("*")])
@pytest.mark.parametrize("identity", [(), (ALLOW,)])
def test_across_accounts_both_sides_must_allow(own, identity):
    decision = ask(STRANGER, secret(own), Policies(identity))
    assert decision.allowed is (own is not None and bool(identity))


def test_across_accounts_the_missing_side_is_the_reason():
    assert "no resource-based policy" in ask(STRANGER, secret(), Policies((ALLOW,))).reason
    assert "no identity-based policy" in ask(STRANGER, secret(named("*"))).reason


def test_across_accounts_boundary_and_session_cap_even_the_caller_itself():
    own = named({"AWS": STRANGER.arn})
    assert not ask(STRANGER, secret(own), Policies((ALLOW,), boundary=NOTHING)).allowed


def test_every_level_of_the_organization_must_allow():
    full = (full_access("scp"),)
    assert ask(ALICE, secret(), Policies((ALLOW,), service_control=(full, full))).allowed
    decision = ask(ALICE, secret(), Policies((ALLOW,), service_control=(full, ())))
    assert decision.reason == "because no service control policy allows the secretsmanager:GetSecretValue action"
    assert "level 2 of 2" in decision.remedy


def test_every_level_of_resource_control_must_allow_whoever_calls():
    full = (full_access("rcp"),)
    own = named("*")
    assert ask(STRANGER, secret(own), Policies((ALLOW,), resource_control=(full,))).allowed
    denied = ask(STRANGER, secret(own), Policies((ALLOW,), resource_control=((),)))
    assert denied.reason == "because no resource control policy allows the secretsmanager:GetSecretValue action"


def test_an_endpoint_policy_must_allow():
    decision = ask(ALICE, secret(), Policies((ALLOW,), endpoint=named({"AWS": OTHER}, "endpoint")))
    assert decision.reason == "because no VPC endpoint policy allows the secretsmanager:GetSecretValue action"
    assert ask(ALICE, secret(), Policies((ALLOW,), endpoint=named("*", "endpoint"))).allowed


@pytest.mark.parametrize(
    ("policies", "own", "kind"),
    [
        (Policies((ALLOW, DENY)), None, "an identity-based policy"),
        (Policies((ALLOW,), boundary=DENY), None, "a permissions boundary"),
        (Policies((ALLOW,), session=(ALLOW, DENY)), None, "a session policy"),
        (Policies((ALLOW,), service_control=((ALLOW, DENY),)), None, "a service control policy"),
        (Policies((ALLOW,), resource_control=((full_access("rcp"), CONTROL),)), None, "a resource control policy"),
        (Policies((ALLOW,), endpoint=named("*", "endpoint", Effect="Deny")), None, "a VPC endpoint policy"),
        (Policies((ALLOW,)), named({"AWS": ACCOUNT}, Effect="Deny"), "a resource-based policy"),
    ],
)
def test_a_deny_anywhere_wins(policies, own, kind):
    decision = ask(ALICE, secret(own), policies)
    assert not decision.allowed
    assert decision.reason == f"with an explicit deny in {kind}"


def test_root_may_do_everything_in_its_account():
    assert ask(ROOT, secret()).allowed
    assert ask(ROOT, secret(), Policies(boundary=NOTHING)).allowed


def test_root_is_bound_by_the_organization_and_by_denies():
    assert not ask(ROOT, secret(), Policies(service_control=((NOTHING,),))).allowed
    assert not ask(ROOT, secret(named("*", Effect="Deny"))).allowed


def test_root_needs_the_other_account_to_allow():
    stranger = replace(ROOT, account=OTHER, arn=f"arn:aws:iam::{OTHER}:root")
    assert not ask(stranger, secret()).allowed
    assert ask(stranger, secret(named({"AWS": OTHER}))).allowed


def test_a_key_is_closed_even_to_root_unless_its_policy_opens_it():
    assert not ask(ROOT, key(named({"AWS": ALICE.arn}, "key")), action="kms:Decrypt").allowed
    assert ask(ROOT, key(named({"AWS": ACCOUNT}, "key")), action="kms:Decrypt").allowed


def test_identity_policies_count_for_nothing_unless_the_key_policy_delegates():
    decision = ask(ALICE, key(named({"AWS": SESSION.arn}, "key")), Policies((ALLOW,)), "kms:Decrypt")
    assert decision.reason == "because no resource-based policy allows the kms:Decrypt action"
    assert decision.remedy.splitlines()[0] == (
        f"The key policy must name {ALICE.arn} or delegate to the account {ACCOUNT} "
        f"(arn:aws:iam::{ACCOUNT}:root) for kms:Decrypt."
    )
    delegating = key(named({"AWS": ACCOUNT}, "key"))
    assert ask(ALICE, delegating, Policies((ALLOW,)), "kms:Decrypt").allowed
    assert "no identity-based policy" in ask(ALICE, delegating, Policies(), "kms:Decrypt").reason


def test_a_key_policy_naming_the_caller_suffices():
    assert ask(ALICE, key(named({"AWS": ALICE.arn}, "key")), action="kms:Decrypt").allowed


def test_a_service_needs_to_be_named():
    events = service_principal("events")
    assert not ask(events, secret(named({"AWS": ACCOUNT}))).allowed
    assert not ask(events, secret(), Policies((ALLOW,))).allowed
    assert ask(events, secret(named({"Service": "events.amazonaws.com"}))).allowed


def test_service_control_policies_do_not_bind_services():
    own = named({"Service": "events.amazonaws.com"})
    assert ask(service_principal("events"), secret(own), Policies(service_control=((NOTHING,),))).allowed


def grants(allowed):
    return lambda principal, action, context: "grant/42" if action == allowed else None


def test_a_grant_allows_as_if_the_caller_was_named():
    closed = replace(key(named({"AWS": SESSION.arn}, "key")), grants=grants("kms:Decrypt"))
    decision = ask(ALICE, closed, action="kms:Decrypt")
    assert decision.allowed
    assert [check.statements for check in decision.checks if check.layer is Layer.RESOURCE] == [("grant/42",)]
    assert not ask(ALICE, closed, action="kms:Encrypt").allowed


def test_a_grant_never_overrides_a_deny():
    open_ = replace(key(named({"AWS": SESSION.arn}, "key")), grants=grants("kms:Decrypt"))
    assert not ask(ALICE, open_, Policies((DENY,)), "kms:Decrypt").allowed


def test_across_accounts_a_grant_still_needs_the_callers_account():
    granted = replace(key(named({"AWS": ACCOUNT}, "key")), grants=grants("kms:Decrypt"))
    assert not ask(STRANGER, granted, action="kms:Decrypt").allowed
    assert ask(STRANGER, granted, Policies((ALLOW,)), "kms:Decrypt").allowed


def test_a_plan_takes_the_grants_of_the_moment():
    prepared = plan(ALICE, Policies(), "kms:Decrypt", key(named({"AWS": SESSION.arn}, "key")))
    assert not prepared.decide({}).allowed
    assert prepared.decide({}, grants("kms:Decrypt")).allowed
    assert not prepared.decide({}).allowed


def test_a_plan_without_conditions_is_constant():
    prepared = plan(ALICE, Policies((ALLOW,)), "kms:ListKeys", ANY)
    assert prepared.constant
    assert prepared.decide({}) is prepared.decide({})


def test_a_plan_keeps_only_conditions_that_matter():
    conditional = policy(Condition={"Bool": {"aws:SecureTransport": "true"}})
    assert plan(ALICE, Policies((ALLOW, conditional)), "kms:ListKeys", ANY).constant
    assert plan(ALICE, Policies((DENY, conditional)), "kms:ListKeys", ANY).constant
    assert not plan(ALICE, Policies((conditional,)), "kms:ListKeys", ANY).constant


def test_many_outcomes_are_decided_alike_remembered_or_not():
    statements = tuple(policy(Condition={"StringEquals": {f"aws:k{i}": "x"}}) for i in range(10))
    prepared = plan(ALICE, Policies(statements), "kms:ListKeys", ANY)
    for outcome in range(1, 1024, 7):
        context = {f"aws:k{i}": "x" for i in range(10) if outcome >> i & 1}
        assert prepared.decide(context).allowed
    assert not prepared.decide({}).allowed


def test_a_role_is_assumed_only_by_whom_it_trusts():
    trust = policy_of_role({"AWS": ACCOUNT})
    assert not ask(ALICE, trust, action="sts:AssumeRole").allowed
    assert ask(ALICE, trust, Policies((ALLOW,)), "sts:AssumeRole").allowed
    assert ask(ALICE, policy_of_role({"AWS": ALICE.arn}), action="sts:AssumeRole").allowed
    denied = ask(ALICE, policy_of_role({"Service": "lambda.amazonaws.com"}), Policies((ALLOW,)), "sts:AssumeRole")
    assert denied.reason == "because no role trust policy allows the sts:AssumeRole action"
    assert denied.remedy.startswith("The trust policy must name ")


def test_a_web_identity_needs_only_the_roles_trust():
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"
    token = Principal("federated-user", "", "token.example.com:job-7", "job-7", issuer_arn=provider)
    audience = {"StringEquals": {"token.example.com:aud": "vauban"}}
    trust = policy_of_role({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", Condition=audience)
    context = {"token.example.com:aud": "vauban"}
    assert decide(token, Policies(), "sts:AssumeRoleWithWebIdentity", trust, context).allowed
    assert not decide(token, Policies(), "sts:AssumeRoleWithWebIdentity", trust, {}).allowed


def policy_of_role(principal, action="sts:AssumeRole", **elements):
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **elements}
    trust = Policy.parse({"Version": "2012-10-17", "Statement": statement}, name="trust", kind="trust")
    return Resource(ROLE, type="role", account=ACCOUNT, policy=trust, policy_rules=True)


def test_a_resource_may_have_several_policies():
    shared = (named({"AWS": ROLE}, "key"), named({"AWS": ALICE.arn}, "key"))
    assert ask(ALICE, key(shared), action="kms:Decrypt").allowed
    assert not ask(ALICE, key((*shared, named("*", "key", Effect="Deny"))), action="kms:Decrypt").allowed


def test_a_canonical_user_stands_for_its_account():
    own = named({"CanonicalUser": canonical_user_id(OTHER)})
    assert ask(STRANGER, secret(own), Policies((ALLOW,))).allowed
    assert not ask(STRANGER, secret(own)).allowed


def test_the_message_is_in_awss_words():
    decision = ask(ALICE, key(named({"AWS": ACCOUNT}, "key")), action="kms:Decrypt")
    assert denial_message(ALICE, decision) == (
        f"User: {ALICE.arn} is not authorized to perform: kms:Decrypt on resource: {KEY} "
        "because no identity-based policy allows the kms:Decrypt action"
    )


def test_would_the_new_key_policy_lock_its_caller_out():
    current = key(named({"AWS": ACCOUNT}, "key"))
    proposed = replace(current, policy=named({"AWS": ROLE}, "key"))
    policies = Policies((ALLOW,))
    assert decide(ALICE, policies, "kms:PutKeyPolicy", current, {}).allowed
    assert not decide(ALICE, policies, "kms:PutKeyPolicy", proposed, {}).allowed


def test_prospects_are_what_may_come_of_a_plan_whatever_the_context():
    sure = plan(ALICE, Policies(identity=(ALLOW,)), "kms:Decrypt", ANY).prospects()
    assert (sure.plain.allowed, sure.only_if, sure.unless) == (True, (), ())
    never = plan(ALICE, Policies(identity=(ALLOW, DENY)), "kms:Decrypt", ANY).prospects()
    assert not never.best.allowed
    perhaps = policy(name="Perhaps", Condition={"Bool": {"aws:SecureTransport": "true"}})
    never_there = policy(name="Never", Effect="Deny", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    found = plan(ALICE, Policies(identity=(perhaps, never_there)), "kms:Decrypt", ANY).prospects()
    assert (found.plain.allowed, found.best.allowed) == (False, True)
    assert "aws:SecureTransport" in found.only_if[0]
    assert "aws:SourceIp" in found.unless[0]
    assert found.best.checks[-1].statements == ("Perhaps/#0",)
