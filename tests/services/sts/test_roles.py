import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, OTHER_ACCOUNT, allow, trust

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"


def refused(code, operation, **params):
    with pytest.raises(ClientError) as caught:
        operation(**params)
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == code
    return error["Error"]["Message"]


DENIED = ("AccessDenied", 403)
INVALID = ("ValidationError", 400)
FULL = {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}
EVERYTHING = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


@pytest.fixture
def reader(house, alice):
    """A role that alice may assume in every way, and which may list keys."""
    return house.role("reader", trust(ALICE, *EVERYTHING), allow("kms:ListKeys", "sts:*"))


def assume(client, role, name="job", **params):
    return client.assume_role(RoleArn=role, RoleSessionName=name, **params)


def test_a_session_is_of_the_role(house, alice, reader):
    issued = assume(alice, reader)
    user = issued["AssumedRoleUser"]
    assert user["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/job"
    assert user["AssumedRoleId"].startswith("AROA")
    assert user["AssumedRoleId"].endswith(":job")
    assert "PackedPolicySize" not in issued
    assert 3590 < (issued["Credentials"]["Expiration"] - datetime.now(UTC)).total_seconds() <= 3600
    told = house.sts(credentials=issued["Credentials"]).get_caller_identity()
    assert (told["Arn"], told["UserId"], told["Account"]) == (user["Arn"], user["AssumedRoleId"], ACCOUNT)
    kms = house.vauban.client("kms", credentials=issued["Credentials"])
    kms.list_keys()
    message = refused(("AccessDeniedException", 400), kms.list_aliases)
    assert message.startswith(f"User: {user['Arn']} is not authorized to perform: kms:ListAliases on resource: *")


def test_the_path_of_a_role_is_not_in_its_sessions_arn(house, alice):
    role = house.role("deep", trust(ALICE), path="/a/b/")
    assert assume(alice, role)["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deep/job"
    refused(DENIED, alice.assume_role, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/deep", RoleSessionName="job")


def test_what_changes_in_a_role_counts_at_once(house, alice, reader):
    kms = house.vauban.client("kms", credentials=assume(alice, reader)["Credentials"])
    kms.list_keys()
    house.role("reader", trust(ALICE), allow("kms:ListAliases"))
    refused(("AccessDeniedException", 400), kms.list_keys)
    kms.list_aliases()
    house.forget_role("reader")
    refused(("UnrecognizedClientException", 400), kms.list_aliases)


def test_a_role_that_distrusts_is_not_assumed(house, alice):
    role = house.role("closed", trust({"Service": "lambda.amazonaws.com"}))
    message = refused(DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job")
    assert message.startswith(
        f"User: {ALICE} is not authorized to perform: sts:AssumeRole on resource: {role} "
        "because no role trust policy allows the sts:AssumeRole action"
    )


def test_whether_a_role_is_there_only_its_friends_learn(house, alice):
    role = f"arn:aws:iam::{ACCOUNT}:role/ghost"
    message = refused(DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job")
    assert "because no role trust policy allows" in message


def test_within_an_account_naming_the_user_suffices_and_naming_the_account_does_not(house, alice):
    house.vauban.user("poor")
    named = house.role("named", trust(f"arn:aws:iam::{ACCOUNT}:user/poor"))
    delegated = house.role("delegated", trust(ACCOUNT))
    poor = house.sts("poor")
    assume(poor, named)
    message = refused(DENIED, poor.assume_role, RoleArn=delegated, RoleSessionName="job")
    assert "because no identity-based policy allows the sts:AssumeRole action" in message
    assume(alice, delegated)


def test_across_accounts_both_sides_must_allow(house, alice):
    open_ = house.role("open", trust(ACCOUNT), allow("kms:ListKeys"), account=OTHER_ACCOUNT)
    closed = house.role("closed", trust(OTHER_ACCOUNT), account=OTHER_ACCOUNT)
    house.vauban.user("poor")
    refused(DENIED, house.sts("poor").assume_role, RoleArn=open_, RoleSessionName="job")
    refused(DENIED, alice.assume_role, RoleArn=closed, RoleSessionName="job")
    credentials = assume(alice, open_)["Credentials"]
    told = house.sts(credentials=credentials).get_caller_identity()
    assert told["Account"] == OTHER_ACCOUNT
    theirs = house.vauban.client("kms", account=OTHER_ACCOUNT).create_key()["KeyMetadata"]["KeyId"]
    listed = house.vauban.client("kms", credentials=credentials).list_keys()["Keys"]
    assert [each["KeyId"] for each in listed] == [theirs]


def test_a_call_across_accounts_is_on_both_trails_with_one_shared_id(house, alice):
    role = house.role("open", trust(ACCOUNT), account=OTHER_ACCOUNT)
    assume(alice, role)
    mine, theirs = sorted(house.events("AssumeRole"), key=lambda event: event["recipientAccountId"])
    assert (mine["recipientAccountId"], theirs["recipientAccountId"]) == (ACCOUNT, OTHER_ACCOUNT)
    assert mine["sharedEventID"] == theirs["sharedEventID"]
    assert set(mine["responseElements"]["credentials"]) == {"accessKeyId", "expiration"}
    assert mine["resources"] == [{"accountId": OTHER_ACCOUNT, "type": "AWS::IAM::Role", "ARN": role}]


def test_the_trail_tells_whose_session_it_was(house, alice, reader):
    credentials = assume(alice, reader, SourceIdentity="alice@example.com")["Credentials"]
    house.vauban.client("kms", credentials=credentials).list_keys()
    (event,) = house.events("ListKeys")
    identity = event["userIdentity"]
    context = identity.pop("sessionContext")
    issuer = context["sessionIssuer"]
    assert identity == {
        "type": "AssumedRole",
        "principalId": f"{issuer['principalId']}:job",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/job",
        "accountId": ACCOUNT,
        "accessKeyId": credentials["AccessKeyId"],
    }
    assert issuer == {
        "type": "Role",
        "principalId": issuer["principalId"],
        "arn": reader,
        "accountId": ACCOUNT,
        "userName": "reader",
    }
    assert context["sourceIdentity"] == "alice@example.com"
    assert context["attributes"]["mfaAuthenticated"] == "false"


def test_root_assumes_a_role_that_trusts_the_account_and_no_other(house, reader):
    open_to_all = house.role("open", trust(FULL), allow("kms:ListKeys"))
    session = assume(house.sts(), open_to_all)["AssumedRoleUser"]
    assert session["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/open/job"
    refused(DENIED, house.sts().assume_role, RoleArn=reader, RoleSessionName="job")


def test_a_role_is_named_by_its_arn(house, alice):
    for wrong in (f"arn:aws:iam::{ACCOUNT}:user/alice", "arn:aws:iam::1:role/reader", "role/reader-reader-reader"):
        assert refused(INVALID, alice.assume_role, RoleArn=wrong, RoleSessionName="job") == f"{wrong} is invalid"


def test_a_session_lasts_as_long_as_the_role_allows(house, alice, reader):
    assume(alice, reader, DurationSeconds=900)
    message = refused(INVALID, alice.assume_role, RoleArn=reader, RoleSessionName="job", DurationSeconds=3601)
    assert message == "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    house.role("reader", trust(ALICE), max_session_duration=43_200)
    assume(alice, reader, DurationSeconds=43_200)


def test_a_chained_session_lasts_an_hour(house, alice, reader):
    second = house.role("second", trust(reader), max_session_duration=43_200)
    first = house.sts(credentials=assume(alice, reader)["Credentials"])
    message = refused(INVALID, first.assume_role, RoleArn=second, RoleSessionName="job", DurationSeconds=3601)
    assert message.startswith("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed")
    assume(first, second, DurationSeconds=3600)


def test_an_external_id_is_what_the_trust_policy_asks_for(house, alice):
    role = house.role("vendor", trust(ALICE, Condition={"StringEquals": {"sts:ExternalId": "12345"}}))
    refused(DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job")
    refused(DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job", ExternalId="54321")
    assume(alice, role, ExternalId="12345")


def test_the_session_name_may_be_asked_for(house, alice):
    role = house.role("own", trust(ALICE, Condition={"StringLike": {"sts:RoleSessionName": "${aws:username}"}}))
    refused(DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job")
    assume(alice, role, "alice")


def test_session_policies_narrow(house, alice, reader):
    nothing = assume(alice, reader, Policy=json.dumps(allow("kms:ListAliases")))
    assert 0 < nothing["PackedPolicySize"] <= 100
    kms = house.vauban.client("kms", credentials=nothing["Credentials"])
    message = refused(("AccessDeniedException", 400), kms.list_keys)
    assert "because no session policy allows the kms:ListKeys action" in message
    refused(("AccessDeniedException", 400), kms.list_aliases)


def test_managed_session_policies_count_as_they_are(house, alice, reader):
    policy = house.managed_policy("narrow", allow("kms:ListAliases"))
    credentials = assume(alice, reader, PolicyArns=[{"arn": policy}])["Credentials"]
    kms = house.vauban.client("kms", credentials=credentials)
    refused(("AccessDeniedException", 400), kms.list_keys)
    house.managed_policy("narrow", allow("kms:ListKeys"))
    kms.list_keys()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": json.dumps({**allow("kms:*"), "Statement": []})}, "MalformedPolicyDocument"),
        ({"Policy": json.dumps(trust(ALICE))}, "MalformedPolicyDocument"),
        ({"Policy": json.dumps(allow(*(f"kms:Action{number:04}" for number in range(200))))}, "PackedPolicyTooLarge"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/ghost"}]}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/ghost"}] * 11}, "ValidationError"),
    ],
)
def test_what_is_no_session_policy_is_refused(house, alice, reader, given, code):
    refused((code, 400), alice.assume_role, RoleArn=reader, RoleSessionName="job", **given)


def test_session_tags_are_the_principals_over_the_roles(house, alice):
    role = house.role(
        "tagged",
        trust(ALICE, *EVERYTHING),
        allow("kms:ListKeys", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue", "aws:PrincipalTag/a": "1"}}),
        tags={"Team": "red", "a": "1"},
    )
    plain = house.vauban.client("kms", credentials=assume(alice, role)["Credentials"])
    refused(("AccessDeniedException", 400), plain.list_keys)
    tagged = assume(alice, role, Tags=[{"Key": "team", "Value": "blue"}])
    assert tagged["PackedPolicySize"] > 0
    house.vauban.client("kms", credentials=tagged["Credentials"]).list_keys()


def test_tags_and_source_identity_need_permissions_of_their_own(house, alice):
    role = house.role("plain", trust(ALICE))
    message = refused(
        DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job", Tags=[{"Key": "team", "Value": "blue"}]
    )
    assert f"is not authorized to perform: sts:TagSession on resource: {role}" in message
    message = refused(DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job", SourceIdentity="alice")
    assert f"is not authorized to perform: sts:SetSourceIdentity on resource: {role}" in message


def test_tags_may_be_asked_for_by_condition(house, alice):
    condition = {"StringEquals": {"aws:RequestTag/team": "blue"}, "ForAllValues:StringEquals": {"aws:TagKeys": "team"}}
    role = house.role("choosy", trust(ALICE, *EVERYTHING, Condition=condition))
    refused(DENIED, alice.assume_role, RoleArn=role, RoleSessionName="job", Tags=[{"Key": "team", "Value": "red"}])
    assume(alice, role, Tags=[{"Key": "team", "Value": "blue"}])


def test_transitive_tags_and_the_source_identity_go_on_down_the_chain(house, alice, reader):
    condition = {"StringEquals": {"aws:PrincipalTag/team": "blue", "aws:SourceIdentity": "alice"}}
    second = house.role("second", trust(reader, *EVERYTHING), allow("sts:*", "kms:ListKeys", Condition=condition))
    tags = [{"Key": "team", "Value": "blue"}, {"Key": "mood", "Value": "good"}]
    first = assume(alice, reader, Tags=tags, TransitiveTagKeys=["team"], SourceIdentity="alice")
    assert first["SourceIdentity"] == "alice"
    session = house.sts(credentials=first["Credentials"])
    chained = assume(session, second)
    assert chained["SourceIdentity"] == "alice"
    house.vauban.client("kms", credentials=chained["Credentials"]).list_keys()
    wanted = {"RoleArn": second, "RoleSessionName": "job"}
    message = refused(
        ("InvalidParameterValue", 400), session.assume_role, **wanted, Tags=[{"Key": "TEAM", "Value": "red"}]
    )
    assert message.startswith("One of the specified transitive tag keys can't be set because it conflicts")
    refused(INVALID, session.assume_role, **wanted, SourceIdentity="bob")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]}, "InvalidParameterValue"),
        ({"Tags": [{"Key": "a", "Value": "1"}], "TransitiveTagKeys": ["b"]}, "InvalidParameterValue"),
        ({"Tags": [{"Key": "aws:a", "Value": "1"}]}, "ValidationError"),
        ({"SourceIdentity": "aws:alice"}, "ValidationError"),
    ],
)
def test_tags_that_contradict_each_other_are_refused(house, alice, reader, given, code):
    refused((code, 400), alice.assume_role, RoleArn=reader, RoleSessionName="job", **given)


def test_sessions_issued_before_a_moment_can_be_revoked(house, alice, reader):
    credentials = assume(alice, reader)["Credentials"]
    kms = house.vauban.client("kms", credentials=credentials)
    kms.list_keys()
    house.vauban.advance(seconds=2)
    moment = datetime.fromtimestamp(house.vauban.vauban.clock.now(), UTC).isoformat()
    condition = {"DateLessThan": {"aws:TokenIssueTime": moment}}
    revoke = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition},
    }
    house.role("reader", trust(ALICE), allow("kms:ListKeys"), revoke)
    assert "explicit deny" in refused(("AccessDeniedException", 400), kms.list_keys)
    house.vauban.advance(seconds=2)
    house.vauban.client("kms", credentials=assume(alice, reader)["Credentials"]).list_keys()


def test_a_resource_may_name_the_role_or_the_session(house, alice, reader):
    kms = house.vauban.client("kms")
    account = {"Effect": "Allow", "Principal": FULL, "Action": "kms:*", "Resource": "*"}

    def key(principal):
        named = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:DescribeKey", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [account, named]})
        return kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]

    by_role, by_session = key(reader), key(f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/job")
    narrow = json.dumps(allow("kms:ListKeys"))
    whole = house.vauban.client("kms", credentials=assume(alice, reader)["Credentials"])
    narrowed = house.vauban.client("kms", credentials=assume(alice, reader, Policy=narrow)["Credentials"])
    whole.describe_key(KeyId=by_role)
    refused(("AccessDeniedException", 400), narrowed.describe_key, KeyId=by_role)
    narrowed.describe_key(KeyId=by_session)
