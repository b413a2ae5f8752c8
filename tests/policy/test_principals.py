import pytest

from vauban.kernel.principals import ANONYMOUS, Principal, service_principal
from vauban.policy.principals import FORMS, Reach, canonical_user_id, parse_principals

ACCOUNT, OTHER = "111122223333", "444455556666"
ALICE = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE0000000", name="alice")
ROOT = Principal("root", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/worker"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/job"
SESSION = Principal("assumed-role", ACCOUNT, SESSION_ARN, "AROAWORKER000000:job", issuer_arn=ROLE)
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"
WEB = Principal("federated-user", "", "token.example.com:sub", "sub", issuer_arn=PROVIDER)


def reach(principal, *, negated=False, bounded=False, **values):
    named = {kind: [value] if isinstance(value, str) else value for kind, value in values.items()}
    return parse_principals(named, negated=negated).reach(principal, bounded=bounded)


@pytest.mark.parametrize(
    ("principal", "named", "expected"),
    [
        (ALICE, "*", Reach.DIRECT),
        (ALICE, ALICE.arn, Reach.DIRECT),
        (ALICE, "AIDAALICE0000000", Reach.DIRECT),
        (ALICE, ACCOUNT, Reach.ACCOUNT),
        (ALICE, f"arn:aws:iam::{ACCOUNT}:root", Reach.ACCOUNT),
        (ALICE, OTHER, None),
        (ALICE, f"arn:aws:iam::{ACCOUNT}:user/ALICE", None),
        (ROOT, f"arn:aws:iam::{ACCOUNT}:root", Reach.ACCOUNT),
        (SESSION, SESSION_ARN, Reach.DIRECT),
        (SESSION, ROLE, Reach.ROLE),
        (SESSION, "AROAWORKER000000", Reach.ROLE),
        (SESSION, f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/other", None),
        (SESSION, ACCOUNT, Reach.ACCOUNT),
        (ANONYMOUS, "*", Reach.DIRECT),
        (ANONYMOUS, ACCOUNT, None),
        (service_principal("sns"), "*", Reach.DIRECT),
    ],
)
def test_a_principal_is_reached_as_directly_as_it_is_named(principal, named, expected):
    assert reach(principal, AWS=named) is expected


def test_the_most_direct_name_counts():
    assert reach(SESSION, AWS=[ACCOUNT, ROLE]) is Reach.ROLE
    assert reach(SESSION, AWS=[ROLE, SESSION_ARN, ACCOUNT]) is Reach.DIRECT


def test_services_are_named_as_services():
    assert reach(service_principal("sns"), Service="sns.amazonaws.com") is Reach.DIRECT
    assert reach(service_principal("sqs"), Service="sns.amazonaws.com") is None


def test_an_identity_provider_is_behind_its_sessions():
    assert reach(WEB, Federated=PROVIDER) is Reach.ROLE
    assert reach(ALICE, Federated=PROVIDER) is None


def test_a_canonical_user_is_an_account():
    assert reach(ALICE, CanonicalUser=canonical_user_id(ACCOUNT)) is Reach.ACCOUNT
    assert reach(ALICE, CanonicalUser=canonical_user_id(OTHER)) is None
    assert FORMS["CanonicalUser"].fullmatch(canonical_user_id(ACCOUNT))


def test_not_principal_excepts_only_whom_it_names_whole():
    assert reach(ALICE, AWS=[ALICE.arn, ACCOUNT], negated=True) is None
    assert reach(ALICE, AWS=ALICE.arn, negated=True) is Reach.DIRECT
    assert reach(SESSION, AWS=[SESSION_ARN, ROLE, ACCOUNT], negated=True) is None
    assert reach(SESSION, AWS=[ROLE, ACCOUNT], negated=True) is Reach.DIRECT
    assert reach(ROOT, AWS=ACCOUNT, negated=True) is None
    assert reach(ANONYMOUS, AWS=[ACCOUNT], negated=True) is Reach.DIRECT
    assert reach(service_principal("sns"), Service="sns.amazonaws.com", negated=True) is None


def test_not_principal_excepts_nobody_with_a_permissions_boundary():
    assert reach(ALICE, AWS=[ALICE.arn, ACCOUNT], negated=True, bounded=True) is Reach.DIRECT


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS", ACCOUNT),
        ("AWS", f"arn:aws-cn:iam::{ACCOUNT}:root"),
        ("AWS", f"arn:aws:iam::{ACCOUNT}:user/path/alice+x@example.com"),
        ("AWS", SESSION_ARN),
        ("AWS", f"arn:aws:sts::{ACCOUNT}:federated-user/bob"),
        ("AWS", "AROACKCEVSQ6C2EXAMPLE"),
        ("Service", "events.amazonaws.com"),
        ("Service", "logs.eu-west-1.amazonaws.com"),
        ("Federated", "accounts.google.com"),
        ("Federated", PROVIDER),
    ],
)
def test_the_forms_of_a_principal(kind, value):
    assert FORMS[kind].fullmatch(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS", ""),
        ("AWS", "11112222333"),
        ("AWS", "alice"),
        ("AWS", f"arn:aws:iam::{ACCOUNT}:user/*"),
        ("AWS", f"arn:aws:iam::{ACCOUNT}:group/admins"),
        ("AWS", "arn:aws:iam::*:root"),
        ("AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/worker"),
        ("AWS", f"{ACCOUNT}\n"),
        ("Service", "*"),
        ("Service", "events"),
        ("CanonicalUser", "abc"),
    ],
)
def test_what_is_no_principal(kind, value):
    assert not FORMS[kind].fullmatch(value)
