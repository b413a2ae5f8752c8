"""``decide`` gives the answers of a reference written apart from it; and a deny always wins."""

import importlib.util
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy import Policies, Policy, decide

_spec = importlib.util.spec_from_file_location("policy_reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

ACCOUNT, OTHER = "111122223333", "444455556666"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/job"
CALLERS = [
    ({"account": ACCOUNT, "arn": ALICE}, Principal("user", ACCOUNT, ALICE, "AIDAALICE", name="alice")),
    (
        {"account": ACCOUNT, "arn": SESSION, "role": ROLE},
        Principal("assumed-role", ACCOUNT, SESSION, "AROAWORKER:job", issuer_arn=ROLE),
    ),
]
ACTIONS = ["kms:Decrypt", "kms:Encrypt", "s3:GetObject"]
RESOURCES = [f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1", "arn:aws:s3:::b/alice/x:y", "*"]


def some(*values):
    return st.one_of(st.sampled_from(values), st.lists(st.sampled_from(values), min_size=1, max_size=3))


action = some("*", "kms:*", "KMS:Decrypt", "kms:?ncrypt", "s3:GetObject", "kms:D*t", "iam:*")
resource = some(
    "*",
    *RESOURCES[:2],
    "arn:aws:kms:*:*:key/*",
    "arn:aws:kms:*:key/1",
    "arn:aws:kms",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:nosuch, 'alice'}/*",
    "arn:aws:s3:::*/${*}",
)
QUANTIFIERS = ["", "ForAllValues:", "ForAnyValue:"]
conditions = st.one_of(
    st.tuples(
        st.sampled_from([f"{q}{o}{e}" for q in QUANTIFIERS for e in ("", "IfExists")
                         for o in ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")]),
        st.sampled_from(["aws:username", "aws:TagKeys", "s3:prefix"]),
        some("alice", "a*", "${aws:username}", "${aws:nosuch}", "${*}", "?", "b"),
    ),
    st.tuples(
        st.sampled_from(["NumericEquals", "NumericNotEquals", "ForAllValues:NumericEquals", "NumericEqualsIfExists"]),
        st.just("s3:max-keys"),
        some("10", 20, "10.0"),
    ),
    st.tuples(
        st.sampled_from(["IpAddress", "NotIpAddress", "NotIpAddressIfExists"]),
        st.just("aws:SourceIp"),
        some("203.0.113.0/24", "2001:db8::/32", "198.51.100.1"),
    ),
    st.tuples(
        st.sampled_from(["ArnLike", "ArnNotLike", "ForAnyValue:ArnLike"]),
        st.just("aws:SourceArn"),
        some("arn:aws:sns:*:*:app", "arn:aws:sns:*:app", f"arn:aws:sns:eu-west-1:{ACCOUNT}:${{aws:username}}", "*"),
    ),
    st.tuples(st.just("Null"), st.sampled_from(["aws:username", "aws:TagKeys"]), some("true", "false")),
)  # fmt: skip


def statement(*principals):
    """Statements; those of a resource's policy name principals."""
    one_of = (
        {"Principal": st.one_of(st.just("*"), st.fixed_dictionaries({"AWS": some(*principals)}))} if principals else {}
    )
    return st.builds(
        lambda fixed, action, resource, condition: {
            **fixed,
            **action,
            **resource,
            **({"Condition": {condition[0]: {condition[1]: condition[2]}}} if condition else {}),
        },
        st.fixed_dictionaries({"Effect": st.sampled_from(["Allow", "Allow", "Allow", "Deny"]), **one_of}),
        st.one_of(st.fixed_dictionaries({"Action": action}), st.fixed_dictionaries({"NotAction": action})),
        st.one_of(st.fixed_dictionaries({"Resource": resource}), st.fixed_dictionaries({"NotResource": resource})),
        st.one_of(st.none(), conditions),
    )


def document(*principals):
    return st.fixed_dictionaries(
        {"Version": st.just("2012-10-17"), "Statement": st.lists(statement(*principals), min_size=1, max_size=3)}
    )


documents = st.lists(document(), max_size=2)
own = st.one_of(st.none(), document(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", OTHER, ALICE, ROLE, SESSION))
request_contexts = st.fixed_dictionaries(
    {},
    optional={
        "aws:username": st.sampled_from(["alice", "a", "b*"]),
        "aws:tagkeys": st.lists(st.sampled_from(["alice", "a", "b"]), min_size=1, max_size=3),
        "s3:prefix": st.sampled_from(["alice", "*", "b"]),
        "s3:max-keys": st.sampled_from([10, "20", 30]),
        "aws:sourceip": st.sampled_from(["203.0.113.9", "2001:db8::1", "198.51.100.1"]),
        "aws:sourcearn": st.sampled_from(
            [f"arn:aws:sns:eu-west-1:{ACCOUNT}:app", f"arn:aws:sns:eu-west-1:{ACCOUNT}:alice"]
        ),
    },
)


def parsed(source, kind):
    return None if source is None else Policy.parse(source, name=kind, kind=kind)


def all_parsed(sources, kind):
    return None if sources is None else tuple(parsed(each, kind) for each in sources)


@settings(max_examples=300, deadline=None)
@given(
    caller=st.sampled_from(CALLERS),
    action=st.sampled_from(ACTIONS),
    arn=st.sampled_from(RESOURCES),
    owner=st.sampled_from([ACCOUNT, ACCOUNT, OTHER]),
    context=request_contexts,
    identity=documents,
    own=own,
    boundary=st.one_of(st.none(), st.none(), document()),
    session=st.one_of(st.none(), st.none(), documents),
    scps=st.lists(documents, max_size=2),
    rules_alone=st.booleans(),
)
def test_the_answer_is_the_references(
    caller, action, arn, owner, context, identity, own, boundary, session, scps, rules_alone
):
    names, principal = caller
    expected = reference.allowed(
        names, action, arn, context, owner=owner, identity=identity, own=own, boundary=boundary, session=session,
        scps=scps, rules_alone=rules_alone,
    )  # fmt: skip
    policies = Policies(
        identity=all_parsed(identity, "identity"),
        boundary=parsed(boundary, "boundary"),
        session=all_parsed(session, "session"),
        service_control=tuple(all_parsed(each, "scp") for each in scps),
    )
    resource = Resource(arn, account=owner, policy=parsed(own, "resource"), policy_rules=rules_alone)
    decision = decide(principal, policies, action, resource, context)
    assert decision.allowed is expected
    assert bool(decision.reason) is bool(decision.remedy) is not expected


@settings(deadline=None)
@given(
    statement=statement(),
    action=st.sampled_from(ACTIONS),
    arn=st.sampled_from(RESOURCES),
    context=request_contexts,
    layer=st.sampled_from(["identity", "boundary", "session", "service_control"]),
)
def test_a_deny_that_applies_always_wins(statement, action, arn, context, layer):
    _, principal = CALLERS[0]
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    deny = {**statement, "Effect": "Deny"}
    full, placed = (parsed({"Version": "2012-10-17", "Statement": each}, "identity") for each in (everything, deny))
    own = parsed({"Statement": {**everything, "Principal": "*"}}, "resource")
    layers = {"boundary": placed, "service_control": ((full, placed),)}
    policies = Policies(**{"identity": (full,), layer: layers.get(layer, (full, placed))})
    decision = decide(principal, policies, action, Resource(arn, account=ACCOUNT, policy=own), context)
    assert decision.allowed is not reference.statement_applies(deny, action, arn, context)
