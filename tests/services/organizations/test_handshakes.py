import pytest
from botocore.exceptions import ClientError

from .conftest import MANAGEMENT, OTHER, STRANGER, invited, new_account


def invite(client, id=OTHER, type="ACCOUNT", **more):
    return client.invite_account_to_organization(Target={"Type": type, "Id": id}, **more)["Handshake"]


@pytest.fixture
def theirs(house):
    return house.client("organizations", account=OTHER)


def reason(ask):
    with pytest.raises(ClientError) as refused:
        ask()
    return refused.value.response["Error"]["Code"], refused.value.response.get("Reason")


def test_an_account_is_invited_and_comes(house, client, theirs, organization, root):
    made = invite(client, Notes="Join us", Tags=[{"Key": "team", "Value": "a"}])
    path = f"{organization['Id']}/invite/{made['Id']}"
    assert made["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:handshake/{path}"
    assert made["State"] == "OPEN"
    assert made["Action"] == "INVITE"
    assert (made["ExpirationTimestamp"] - made["RequestedTimestamp"]).days == 15
    parties = [{"Id": organization["Id"], "Type": "ORGANIZATION"}, {"Id": OTHER, "Type": "ACCOUNT"}]
    assert made["Parties"] == parties
    whole, account, notes = made["Resources"]
    assert (whole["Type"], whole["Value"]) == ("ORGANIZATION", organization["Id"])
    assert {each["Type"]: each["Value"] for each in whole["Resources"]} == {
        "MASTER_EMAIL": organization["MasterAccountEmail"],
        "MASTER_NAME": MANAGEMENT,
        "ORGANIZATION_FEATURE_SET": "ALL",
    }
    assert account == {"Type": "ACCOUNT", "Value": OTHER}
    assert notes == {"Type": "NOTES", "Value": "Join us"}
    assert theirs.list_handshakes_for_account()["Handshakes"] == [made]
    assert theirs.describe_handshake(HandshakeId=made["Id"])["Handshake"] == made

    assert theirs.accept_handshake(HandshakeId=made["Id"])["Handshake"]["State"] == "ACCEPTED"
    joined = client.describe_account(AccountId=OTHER)["Account"]
    assert joined["JoinedMethod"] == "INVITED"
    assert client.list_parents(ChildId=OTHER)["Parents"][0]["Id"] == root
    assert client.list_tags_for_resource(ResourceId=OTHER)["Tags"] == [{"Key": "team", "Value": "a"}]
    (listed,) = client.list_handshakes_for_organization()["Handshakes"]
    assert listed["State"] == "ACCEPTED"
    assert house.client("organizations", account=OTHER).describe_organization()["Organization"] == organization


def test_an_account_is_invited_by_its_address(client, house, organization):
    address = f"root@{OTHER}.invalid"
    made = invite(client, address.upper(), "EMAIL")
    assert made["Parties"][1] == {"Id": address.upper(), "Type": "EMAIL"}
    theirs = house.client("organizations", account=OTHER)
    assert [each["Id"] for each in theirs.list_handshakes_for_account()["Handshakes"]] == [made["Id"]]
    theirs.accept_handshake(HandshakeId=made["Id"])
    assert len(client.list_accounts()["Accounts"]) == 2


def test_each_side_answers_as_it_may(house, client, theirs, organization):
    id = invite(client)["Id"]
    stranger = house.client("organizations", account=STRANGER)
    for ask in (
        lambda: client.accept_handshake(HandshakeId=id),
        lambda: client.decline_handshake(HandshakeId=id),
        lambda: theirs.cancel_handshake(HandshakeId=id),
        lambda: stranger.describe_handshake(HandshakeId=id),
        lambda: stranger.accept_handshake(HandshakeId=id),
    ):
        assert reason(ask)[0] == "AccessDeniedException"
    assert theirs.decline_handshake(HandshakeId=id)["Handshake"]["State"] == "DECLINED"
    assert reason(lambda: theirs.decline_handshake(HandshakeId=id))[0] == "HandshakeAlreadyInStateException"
    assert reason(lambda: theirs.accept_handshake(HandshakeId=id))[0] == "InvalidHandshakeTransitionException"
    assert reason(lambda: client.cancel_handshake(HandshakeId=id))[0] == "InvalidHandshakeTransitionException"
    again = invite(client)["Id"]
    assert client.cancel_handshake(HandshakeId=again)["Handshake"]["State"] == "CANCELED"
    assert reason(lambda: theirs.accept_handshake(HandshakeId="h-" + "0" * 32))[0] == "HandshakeNotFoundException"


def test_an_invitation_expires_after_fifteen_days_and_is_forgotten_a_month_later(house, client, theirs, organization):
    id = invite(client)["Id"]
    house.advance(days=14, hours=23)
    assert theirs.describe_handshake(HandshakeId=id)["Handshake"]["State"] == "OPEN"
    house.advance(hours=2)
    assert theirs.describe_handshake(HandshakeId=id)["Handshake"]["State"] == "EXPIRED"
    assert reason(lambda: theirs.accept_handshake(HandshakeId=id))[0] == "InvalidHandshakeTransitionException"
    house.advance(days=30)
    assert reason(lambda: theirs.describe_handshake(HandshakeId=id))[0] == "HandshakeNotFoundException"
    invite(client)


def test_invitations_that_make_no_sense_are_refused(house, client, organization):
    invite(client)
    assert reason(lambda: invite(client))[0] == "DuplicateHandshakeException"
    assert reason(lambda: invite(client, f"root@{OTHER}.invalid", "EMAIL"))[0] == "DuplicateHandshakeException"
    refused = "InvalidInputException"
    assert reason(lambda: invite(client, "o-1", "ORGANIZATION")) == (refused, "INVALID_PARTY_TYPE_TARGET")
    assert reason(lambda: invite(client, "nobody", "EMAIL")) == (refused, "INVALID_EMAIL_ADDRESS_TARGET")
    assert reason(lambda: invite(client, "12")) == (refused, "INVALID_PATTERN")
    invited(house, STRANGER)
    already = ("HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION")
    assert reason(lambda: invite(client, STRANGER)) == already


def test_an_account_goes_straight_from_one_organization_to_another(house, client, theirs, organization):
    stranger = house.client("organizations", account=STRANGER)
    stranger.create_organization()
    invited(house, OTHER)
    theirs.accept_handshake(HandshakeId=invite(stranger)["Id"])
    assert theirs.describe_organization()["Organization"]["MasterAccountId"] == STRANGER
    assert [each["Id"] for each in client.list_accounts()["Accounts"]] == [MANAGEMENT]
    id = invite(stranger, MANAGEMENT)["Id"]
    assert reason(lambda: client.accept_handshake(HandshakeId=id))[0] == "MasterCannotLeaveOrganizationException"


def test_handshakes_are_filtered_by_what_they_are_about(client, theirs, organization):
    invite(client)
    found = theirs.list_handshakes_for_account(Filter={"ActionType": "INVITE"})["Handshakes"]
    assert len(found) == 1
    assert client.list_handshakes_for_organization(Filter={"ActionType": "ENABLE_ALL_FEATURES"})["Handshakes"] == []
    both = {"ActionType": "INVITE", "ParentHandshakeId": "h-" + "0" * 32}
    ask = lambda: client.list_handshakes_for_organization(Filter=both)  # noqa: E731
    assert reason(ask) == ("InvalidInputException", "MAX_LIMIT_EXCEEDED_FILTER")


def test_all_features_come_when_every_invited_account_has_approved(house, client, theirs):
    client.create_organization(FeatureSet="CONSOLIDATED_BILLING")
    invited(house, OTHER)
    made = new_account(client, "made@example.com")
    final = client.enable_all_features()["Handshake"]
    assert (final["Action"], final["State"]) == ("ENABLE_ALL_FEATURES", "REQUESTED")
    pending = ("HandshakeConstraintViolationException", "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION")
    assert reason(client.enable_all_features) == pending
    during = ("HandshakeConstraintViolationException", "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES")
    assert reason(lambda: invite(client, STRANGER)) == during
    early = lambda: client.accept_handshake(HandshakeId=final["Id"])  # noqa: E731
    assert reason(early)[0] == "InvalidHandshakeTransitionException"
    children = client.list_handshakes_for_organization(Filter={"ParentHandshakeId": final["Id"]})["Handshakes"]
    assert [each["Parties"][1]["Id"] for each in children] == [OTHER]
    theirs.accept_handshake(HandshakeId=children[0]["Id"])
    assert client.accept_handshake(HandshakeId=final["Id"])["Handshake"]["State"] == "ACCEPTED"
    assert client.describe_organization()["Organization"]["FeatureSet"] == "ALL"
    for account in (OTHER, made, MANAGEMENT):
        (full,) = client.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")["Policies"]
        assert full["Id"] == "p-FullAWSAccess"
    has = ("HandshakeConstraintViolationException", "ORGANIZATION_ALREADY_HAS_ALL_FEATURES")
    assert reason(client.enable_all_features) == has
