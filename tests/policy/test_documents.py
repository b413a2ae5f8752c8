"""What is refused, and in which words; what is accepted."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy import MalformedPolicy, OversizedPolicy, Policies, Policy, decide, full_access
from vauban.policy.kinds import RULES

ACCOUNT = "111122223333"
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
SYNTAX = "Syntax errors in policy."


def parse(document, kind="identity"):
    return Policy.parse(document, name="P", kind=kind)


def document(*statements, **elements):
    return {"Version": "2012-10-17", "Statement": list(statements), **elements}


def reason(source, kind="identity"):
    with pytest.raises(MalformedPolicy) as refused:
        parse(source, kind)
    return refused.value.reason


def refused(kind="identity", /, **statement):
    return reason(document({**ALLOW, **statement}), kind)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"Statement": []}',
        '{"Statement": "x"}',
        '{"Statement": [[]]}',
        '{"Statement": [], "Statement": []}',
        '{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": 5, "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": ["*", 5], "Resource": "*"}}',
        '{"Statement": {"Effect": 1, "Action": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Resources": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "s3:Get Object", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": "x"}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": {}}}}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": 1}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}, "Owner": "x"}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}, "Id": 1}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": NaN}}}}',
        "[" * 100_000,
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:${a:b}"}}',
    ],
    ids=lambda source: source[:60],
)
def test_syntax_errors(source):
    assert reason(source, "session" if len(source) < 2048 else "resource") == SYNTAX


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Principal": "*"}, "Policy document should not specify a principal."),
        ({"NotPrincipal": {"AWS": ACCOUNT}}, "Policy document should not specify a principal."),
        ({"Effect": "allow"}, "Invalid effect: allow"),
        ({"Action": []}, "Policy statement must contain actions."),
        ({"Resource": []}, "Policy statement must contain resources."),
        ({"Action": "GetObject"}, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        ({"Action": ["s3:*", "s3!:x"]}, "Vendor s3! is not valid"),
        ({"Resource": "bucket"}, 'Resource bucket must be in ARN format or "*".'),
        ({"Resource": "arn"}, 'Resource arn must be in ARN format or "*".'),
        ({"Resource": "arn:azure:s3:::x"}, 'Partition "azure" is not valid for resource "arn:azure:s3:::x".'),
        ({"Resource": "arn:aws:*:::x"}, "Resource vendor must be fully qualified and cannot contain regexes."),
        ({"Action": "s3:Get:Object"}, "Actions/Condition can contain only one colon."),
        (
            {"Resource": "arn:aws:s3:us-east-1::bucket"},
            "Resource arn:aws:s3:us-east-1::bucket can not contain region information.",
        ),
        (
            {"Resource": "arn:aws:iam:us-east-1::user/alice"},
            "IAM resource arn:aws:iam:us-east-1::user/alice cannot contain region information.",
        ),
        (
            {"Resource": "arn:aws:iam::111122223333:usr/alice"},
            'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, '
            "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, "
            "access-report/.",
        ),
        ({"Condition": {"StringEqual": {"aws:x": "1"}}}, "Invalid Condition type : StringEqual"),
        (
            {"Condition": {"StringEquals": {"username": "1"}}},
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        ({"Condition": {"NumericEquals": {"aws:x": "ten"}}}, "Invalid value ten for NumericEquals aws:x"),
        ({"Condition": {"DateEquals": {"aws:x": "soon"}}}, "Invalid value soon for DateEquals aws:x"),
        ({"Condition": {"IpAddress": {"aws:x": "10.0.0.0/33"}}}, "Invalid value 10.0.0.0/33 for IpAddress aws:x"),
        ({"Condition": {"Null": {"aws:x": "maybe"}}}, "Invalid value maybe for Null aws:x"),
        (
            {"Sid": "with space"},
            "Statement IDs (SID) must be alpha-numeric. "
            "Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ),
    ],
)
def test_identity_policies_are_refused_in_iams_words(statement, expected):
    assert refused(**statement) == expected


def test_missing_elements_of_an_identity_policy():
    assert reason(document({"Effect": "Allow", "Resource": "*"})) == "Policy statement must contain actions."
    assert reason(document({"Effect": "Allow", "Action": "*"})) == "Policy statement must contain resources."
    assert reason(document({"Action": "*", "Resource": "*"})) == "Missing required field Effect"


def test_sids_of_an_identity_policy_are_unique():
    named = {**ALLOW, "Sid": "A"}
    assert reason(document(named, named)) == "Statement IDs (SID) in a single policy must be unique."
    parse(document({**ALLOW, "Sid": ""}, {**ALLOW, "Sid": ""}, ALLOW))


def test_there_are_two_versions():
    for version in ("2008-10-17", "2012-10-17"):
        assert parse({"Version": version, "Statement": ALLOW}).version == version
    assert parse({"Statement": ALLOW}).version == "2008-10-17"
    for version in ("2012-10-18", 2012, ["2012-10-17"]):
        assert reason({"Version": version, "Statement": ALLOW}) == "The policy must contain a valid version string"


def test_a_managed_policy_is_of_the_current_version():
    words = "Policy document must be version 2012-10-17 or greater."
    assert reason({"Statement": ALLOW}, "managed") == words
    assert reason({"Version": "2008-10-17", "Statement": ALLOW}, "managed") == words


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"AWS": "alice"}, 'Invalid principal in policy: "AWS":"alice"'),
        ({"AWS": [ACCOUNT, "arn:aws:iam::1:root"]}, 'Invalid principal in policy: "AWS":"arn:aws:iam::1:root"'),
        ({"Service": "events"}, 'Invalid principal in policy: "SERVICE":"events"'),
        ({"Google": "x"}, SYNTAX),
        ({}, SYNTAX),
        ("everyone", SYNTAX),
        ({"AWS": {}}, SYNTAX),
    ],
)
def test_invalid_principals(principal, expected):
    assert refused("resource", Principal=principal) == expected


def test_a_resource_policy_names_its_principals():
    assert refused("resource") == "Missing required field Principal"
    without = {"Effect": "Allow", "Principal": "*"}
    assert reason(document({**without, "Action": "*"}), "resource") == "Missing required field Resource"
    assert reason(document({**without, "Resource": "*"}), "resource") == "Missing required field Action"


def test_everyone_but_someone_cannot_be_allowed():
    words = "Allow with NotPrincipal is not allowed."
    assert refused("resource", NotPrincipal={"AWS": ACCOUNT}) == words
    parse(document({**ALLOW, "Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}}), "resource")


def test_a_key_policy_says_less_about_invalid_principals():
    words = "Policy contains a statement with one or more invalid principals."
    assert refused("key", Principal={"AWS": "alice"}) == words


def test_a_trust_policy_is_about_assuming_the_role():
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole*"}
    parse(document(trust), "trust")
    assert reason(document({**trust, "Resource": "*"}), "trust") == "Has prohibited field Resource"
    assert reason(document({**trust, "NotPrincipal": "*"}), "trust") == "Has prohibited field NotPrincipal"
    words = "AssumeRole policy may only specify STS AssumeRole actions."
    assert reason(document({**trust, "Action": "s3:GetObject"}), "trust") == words


def test_a_resource_control_policy_denies_everyone():
    deny = {**ALLOW, "Effect": "Deny", "Principal": "*"}
    parse(document(deny), "rcp")
    assert refused("rcp", Principal="*") == "Effect Allow is not supported in this kind of policy."
    assert "Invalid principal" in reason(document({**deny, "Principal": {"AWS": ACCOUNT}}), "rcp")
    for element in ("NotAction", "NotPrincipal"):
        assert reason(document({**deny, element: "*"}), "rcp") == f"Has prohibited field {element}"


def test_the_policies_that_awss_organizations_start_with_parse():
    assert full_access("scp").kind == "scp"
    assert full_access("rcp").statements[0].allow


@pytest.mark.parametrize(("kind", "limit"), [(kind, rules.size) for kind, rules in RULES.items() if rules.size])
def test_a_document_has_a_size(kind, limit):
    with pytest.raises(OversizedPolicy) as refused:
        parse('"' + "x" * limit, kind)
    assert refused.value.limit == limit


def test_white_space_does_not_count_where_iam_does_not_count_it():
    parse(json.dumps(document(ALLOW), indent=4000), "managed")
    with pytest.raises(OversizedPolicy):
        parse(json.dumps(document(ALLOW), indent=4000), "session")


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": ["s3:*", "S3:GetObject", "s3:Get?bject", "*", "*:*"]},
        {"Resource": ["arn:aws:s3:::b/*", "arn:aws:s3", "arn:*:s3:::b", "**", "arn:aws-us-gov:s3:::b"]},
        {"Resource": "arn:aws:s3:::b/${aws:username}/*"},
        {"Condition": {}},
        {"Condition": {"StringEquals": {}}},
        {"Condition": {"StringEquals": {"aws:x": []}}},
        {"Condition": {"stringequals": {"aws:PrincipalTag/a key": ["x", 1, True, 1.5]}}},
        {"Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub": "x"}}},
        {"Condition": {"ForAnyValue:StringLikeIfExists": {"aws:x": "*"}, "Bool": {"aws:y": "${aws:z}"}}},
        {"Condition": {"DateGreaterThan": {"aws:CurrentTime": ["2026-01-01T00:00:00Z", 1767225600]}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.5/24", "2001:DB8:1234:5678::/64"]}}},
        {"Condition": {"BinaryEquals": {"a:b": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}},
        {"Sid": ""},
    ],
)
def test_what_aws_accepts_is_accepted(statement):
    parse(document({**ALLOW, **statement}))
    parse(json.dumps({"Version": "2012-10-17", "Id": "x", "Statement": {**ALLOW, **statement}}))


def test_a_key_statement_without_action_or_resource_means_nothing():
    alice = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE")
    inert = document({"Effect": "Allow", "Principal": "*", "Action": "kms:*"},
                     {"Effect": "Deny", "Principal": "*", "Resource": "*"})  # fmt: skip
    own = parse(inert, "key")
    key = Resource(f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1", account=ACCOUNT, policy=own, policy_rules=True)
    decision = decide(alice, Policies(), "kms:Decrypt", key, {})
    assert decision.reason == "because no resource-based policy allows the kms:Decrypt action"


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
WORD = st.one_of(
    st.sampled_from(
        ["*", "", "s3:*", "s3:GetObject", "arn:aws:s3:::b/${aws:username}", "arn:", ACCOUNT, "Allow", "${", "?"]
    ),
    st.text(max_size=10),
)
LOOSE = st.one_of(WORD, st.lists(WORD, max_size=3), JSON)
STATEMENT = st.fixed_dictionaries(
    {},
    optional={
        "Sid": LOOSE,
        "Effect": st.one_of(st.sampled_from(["Allow", "Deny"]), LOOSE),
        "Principal": st.one_of(st.just("*"), st.dictionaries(st.sampled_from(["AWS", "Service"]), LOOSE), LOOSE),
        "NotPrincipal": LOOSE,
        "Action": LOOSE,
        "NotAction": LOOSE,
        "Resource": LOOSE,
        "NotResource": LOOSE,
        "Condition": st.one_of(
            st.dictionaries(
                st.sampled_from(["StringLike", "Bool", "ForAllValues:ArnLike", "Null", "IpAddressIfExists"]),
                st.dictionaries(st.sampled_from(["aws:username", "s3:prefix"]), LOOSE, max_size=2),
                max_size=2,
            ),
            LOOSE,
        ),
    },
)  # fmt: skip
VALUE = st.one_of(JSON, st.binary(), st.datetimes(), st.lists(st.text(max_size=4)))


@settings(deadline=None)
@given(
    st.one_of(JSON, st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": st.lists(STATEMENT)})),
    st.sampled_from(sorted(RULES)),
    st.dictionaries(st.sampled_from(["aws:username", "s3:prefix"]), VALUE),
)
def test_whatever_is_not_refused_can_be_decided_by(source, kind, context):
    text = json.dumps(source)
    try:
        policy = parse(text, kind)
    except MalformedPolicy:
        return
    alice = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE")
    policies = Policies((policy,), policy, (policy,), ((policy,),), ((policy,),), policy)
    decide(alice, policies, "s3:GetObject", Resource("arn:aws:s3:::b/k", account=ACCOUNT, policy=policy), context)


@settings(deadline=None)
@given(st.text())
def test_no_text_is_too_strange_to_refuse(text):
    with pytest.raises(MalformedPolicy):
        parse(text, "resource")
