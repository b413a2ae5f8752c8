from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.policy import MalformedPolicy, grants_public_access
from vauban.policy.public_access import _merged, _without


def statement(principal="*", effect="Allow", action="secretsmanager:*", **condition):
    made = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return {**made, "Condition": condition} if condition else made


def is_public(*statements):
    return grants_public_access({"Version": "2012-10-17", "Statement": list(statements)}, "secret")


@pytest.mark.parametrize(
    "principal",
    [
        "111122223333",
        {"AWS": "arn:aws:iam::111122223333:root"},
        {"AWS": ["111122223333", "arn:aws:iam::444455556666:role/a"]},
        {"Service": "lambda.amazonaws.com"},
    ],
)
def test_who_is_named_is_no_stranger(principal):
    named = {"AWS": principal} if isinstance(principal, str) else principal
    assert not is_public(statement(named))


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["111122223333", "*"]}])
def test_everyone_is(principal):
    assert is_public(statement(principal))
    assert is_public(statement({"AWS": "111122223333"}), statement(principal))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"StringEquals": {"AWS:principalorgid": ["o-abcdefghij", "o-klmnopqrst"]}},
        {"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
        {"StringEqualsIfExists": {"aws:PrincipalAccount": "111122223333"}},
        {"StringEquals": {"aws:SourceAccount": "111122223333"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"StringLike": {"aws:userid": "AROAEXAMPLEID:*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:111122223333:function:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}},
        {"Bool": {"aws:PrincipalIsAWSService": "true"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16", "2001:db8::/48"]}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}, "IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
    ],
)
def test_conditions_that_no_stranger_meets_keep_strangers_out(condition):
    assert not is_public(statement(**condition))


@pytest.mark.parametrize(
    "condition",
    [
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "::/0"]}},
        {"IpAddress": {"aws:SourceIp": [f"{first}.0.0.0/9" for first in range(20, 60)]}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"StringEquals": {"aws:UserAgent": "mine"}},
        {"StringEquals": {"aws:PrincipalTag/team": "a"}},
        {"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"StringEquals": {"aws:PrincipalArn": "${aws:PrincipalArn}"}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"StringLike": {"aws:userid": "*:session"}},
        {"StringEquals": {"aws:PrincipalAccount": ["111122223333", "${aws:PrincipalAccount}"]}},
    ],
)
def test_conditions_that_a_stranger_can_meet_do_not(condition):
    assert is_public(statement(**condition))


def test_a_deny_that_every_stranger_meets_keeps_them_out():
    others = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    assert not is_public(statement(), statement(effect="Deny", **others))
    assert not is_public(statement(), statement(effect="Deny", action="*", **others))
    assert not is_public(statement(), statement(effect="Deny", NotIpAddress={"aws:SourceIp": "203.0.113.0/24"}))
    assert is_public(statement(), statement(effect="Deny", action="secretsmanager:PutSecretValue", **others))
    assert is_public(statement(), statement(effect="Deny", NotIpAddress={"aws:SourceIp": "0.0.0.0/0"}))
    assert is_public(statement(), statement(effect="Deny", Bool={"aws:SecureTransport": "false"}))
    assert is_public(statement(), statement({"AWS": "111122223333"}, "Deny"))
    not_ours = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "111122223333"},
        "Action": "secretsmanager:*",
        "Resource": "*",
    }
    assert not is_public(statement(), not_ours)


def test_what_is_no_policy_is_refused():
    with pytest.raises(MalformedPolicy):
        grants_public_access("{}", "secret")


INTERVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10)).map(lambda each: (each[0], sum(each))))


def numbers(intervals):
    return {number for first, last in intervals for number in range(first, last + 1)}


@given(INTERVALS, INTERVALS)
def test_intervals_are_sets_of_numbers(some, holes):
    merged = _merged(some)
    assert numbers(merged) == numbers(some)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(merged))
    assert numbers(_without(merged, _merged(holes))) == numbers(some) - numbers(holes)
