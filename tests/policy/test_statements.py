import pytest

from vauban.kernel.principals import Principal
from vauban.policy import Policy
from vauban.policy.matching import segments
from vauban.policy.principals import Reach

BUCKET = segments("arn:aws:s3:::b/alice/x")


def statement(**elements):
    filled = {"Effect": "Allow", **elements}
    for name in ("Action", "Resource"):
        if f"Not{name}" not in filled:
            filled.setdefault(name, "*")
    return Policy.parse({"Version": "2012-10-17", "Statement": filled}, name="P", kind="identity").statements[0]


def fits(made, context, arn=BUCKET):
    residue = made.residue(arn)
    return residue is not False and (residue is None or residue(context))


def test_not_action_is_everything_else():
    made = statement(NotAction=["iam:*", "s3:GetObject"])
    assert made.matches_action("s3:putobject")
    assert not made.matches_action("s3:getobject")
    assert made.services is None


def test_a_statement_knows_the_services_it_speaks_of():
    assert statement(Action=["KMS:*", "s3:Get*"]).services == {"kms", "s3"}
    assert statement(Action=["kms:*", "*"]).services is None
    assert statement(Action="*:*").services is None


def test_what_cannot_match_leaves_no_residue():
    assert statement(Resource="arn:aws:s3:::b/*").residue(BUCKET) is None
    assert statement(Resource="arn:aws:s3:::c/*").residue(BUCKET) is False
    assert statement(NotResource="arn:aws:s3:::b/*").residue(BUCKET) is False
    assert statement(NotResource="arn:aws:s3:::c/*").residue(BUCKET) is None
    assert statement(Resource="arn:aws:sqs:::${aws:username}").residue(BUCKET) is False


@pytest.mark.parametrize(("user", "expected"), [("alice", True), ("bob", False), (None, False)])
def test_a_variable_in_a_resource_waits_for_the_request(user, expected):
    made = statement(Resource=["arn:aws:s3:::c/*", "arn:aws:s3:::b/${aws:username}/*"])
    assert fits(made, {"aws:username": user}) is expected


@pytest.mark.parametrize(
    ("effect", "user", "expected"),
    [
        ("Allow", "alice", False),
        ("Allow", "bob", True),
        ("Allow", None, False),
        ("Deny", "alice", False),
        ("Deny", None, True),
    ],
)
def test_a_variable_in_not_resource_neither_widens_an_allow_nor_narrows_a_deny(effect, user, expected):
    made = statement(Effect=effect, NotResource="arn:aws:s3:::b/${aws:username}/*")
    assert fits(made, {"aws:username": user}) is expected


def test_resource_and_condition_must_both_hold():
    made = statement(Resource="arn:aws:s3:::b/${aws:username}/*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    assert fits(made, {"aws:username": "alice", "aws:securetransport": True})
    assert not fits(made, {"aws:username": "alice", "aws:securetransport": False})
    assert not fits(made, {"aws:username": "bob", "aws:securetransport": True})


def test_every_operator_and_every_key_must_hold():
    condition = {"StringEquals": {"aws:a": "1", "aws:b": "2"}, "Bool": {"aws:c": "true"}}
    made = statement(Condition=condition)
    holds = {"aws:a": "1", "aws:b": "2", "aws:c": True}
    assert fits(made, holds)
    for key in holds:
        assert not fits(made, {**holds, key: "other"})


def test_a_statement_without_principals_is_about_whom_it_is_attached_to():
    assert statement().reach(Principal("user", "1", "arn:x", "AIDA")) is Reach.DIRECT


def test_conditions_are_said_in_words():
    made = statement(Condition={"StringLike": {"s3:prefix": ["home/*", "x"]}, "Null": {"aws:x": "true"}})
    assert made.clauses == ("StringLike s3:prefix home/* or x", "Null aws:x true")
