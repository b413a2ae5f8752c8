import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from vauban.identity.mfa_devices import MfaDevice, code_at

from .conftest import ACCOUNT, LONG_AGO, allow

SEED = b"0123456789" * 4
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/alice"


@pytest.fixture
def code(house):
    """A code of alice's device, and of a time step of choice from now."""
    house.put(MfaDevice(ACCOUNT, SERIAL, "alice", LONG_AGO, seed=SEED, user_name="alice", enabled=LONG_AGO))
    return lambda step=0: code_at(SEED, int(time.time() // 30) + step)


def refused(code, operation, **params):
    with pytest.raises(ClientError) as caught:
        operation(**params)
    error = caught.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == code
    return error["Error"]["Message"]


def test_a_users_session_is_the_user(house, alice):
    issued = alice.get_session_token(DurationSeconds=900)
    assert issued["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert issued["SessionTokenSize"] == len(issued["Credentials"]["SessionToken"])
    session = house.sts(credentials=issued["Credentials"])
    assert session.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert house.vauban.client("kms", credentials=issued["Credentials"]).list_keys()["Keys"] == []


def test_a_session_ends_by_vaubans_clock(house, alice):
    credentials = alice.get_session_token(DurationSeconds=900)["Credentials"]
    house.vauban.advance(minutes=14)
    house.sts(credentials=credentials).get_caller_identity()
    house.vauban.advance(minutes=1)
    message = refused(("ExpiredToken", 403), house.sts(credentials=credentials).get_caller_identity)
    assert message == "The security token included in the request is expired"
    kms = house.vauban.client("kms", credentials=credentials)
    refused(("ExpiredTokenException", 400), kms.list_keys)


def test_a_session_is_only_as_good_as_the_user_is_now(house, alice):
    credentials = alice.get_session_token()["Credentials"]
    kms = house.vauban.client("kms", credentials=credentials)
    kms.list_keys()
    house.vauban.user("alice", allow("sts:*"))
    assert "no identity-based policy allows" in refused(("AccessDeniedException", 400), kms.list_keys)
    house.forget_user("alice")
    refused(("UnrecognizedClientException", 400), kms.list_keys)
    refused(("InvalidClientTokenId", 403), house.sts(credentials=credentials).get_caller_identity)


def test_whoever_takes_the_users_name_does_not_get_its_sessions(house, alice):
    credentials = alice.get_session_token()["Credentials"]
    house.forget_user("alice")
    house.vauban.user("alice", allow("sts:*", "kms:*"))
    refused(("InvalidClientTokenId", 403), house.sts(credentials=credentials).get_caller_identity)


def test_a_token_of_another_house_is_refused(house, alice):
    credentials = alice.get_session_token()["Credentials"]
    credentials["SessionToken"] = "x" + credentials["SessionToken"][1:]
    refused(("InvalidClientTokenId", 403), house.sts(credentials=credentials).get_caller_identity)


def test_a_session_asks_for_no_other(house, alice):
    session = house.sts(credentials=alice.get_session_token()["Credentials"])
    for operation, params in (("get_session_token", {}), ("get_federation_token", {"Name": "bob"})):
        message = refused(("AccessDenied", 403), getattr(session, operation), **params)
        name = "".join(each.capitalize() for each in operation.split("_"))
        assert message == f"Cannot call {name} with session credentials"
    refused(("AccessDenied", 403), session.get_access_key_info, AccessKeyId="ASIARTX3GSDS6UMZYYCV")


def test_a_roots_session_ends_after_an_hour(house):
    issued = house.sts().get_session_token(DurationSeconds=129_600)["Credentials"]
    root = house.sts(credentials=issued)
    assert root.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    house.vauban.client("kms", credentials=issued).list_keys()
    house.vauban.advance(hours=1)
    refused(("ExpiredToken", 403), root.get_caller_identity)


def test_no_policy_is_needed_and_none_denies(house):
    house.vauban.user("denied", {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    denied = house.sts("denied")
    denied.get_session_token()
    assert denied.get_caller_identity()["Account"] == ACCOUNT


def test_a_session_with_a_second_factor_meets_conditions_that_ask_for_it(house, alice, code):
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}
    house.vauban.user("alice", allow("kms:ListKeys", Condition=condition))
    without = alice.get_session_token()["Credentials"]
    refused(("AccessDeniedException", 400), house.vauban.client("kms", user="alice").list_keys)
    refused(("AccessDeniedException", 400), house.vauban.client("kms", credentials=without).list_keys)
    issued = alice.get_session_token(SerialNumber=SERIAL, TokenCode=code())["Credentials"]
    kms = house.vauban.client("kms", credentials=issued)
    kms.list_keys()
    house.vauban.advance(minutes=2)
    refused(("AccessDeniedException", 400), kms.list_keys)
    attributes = house.events("ListKeys")[-1]["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "true"


def test_a_code_is_good_once(house, alice, code):
    shown = code()
    alice.get_session_token(SerialNumber=SERIAL, TokenCode=shown)
    message = refused(("AccessDenied", 403), alice.get_session_token, SerialNumber=SERIAL, TokenCode=shown)
    assert message == "MultiFactorAuthentication failed with invalid MFA one time pass code. "


def test_a_second_factor_is_the_callers_own_and_whole(house, alice, code):
    house.vauban.user("bob", allow("sts:*"))
    wrong = refused(("AccessDenied", 403), house.sts("bob").get_session_token, SerialNumber=SERIAL, TokenCode=code())
    assert wrong.startswith("MultiFactorAuthentication failed, unable to validate MFA code.")
    half = refused(("AccessDenied", 403), alice.get_session_token, SerialNumber=SERIAL)
    assert half == "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
    half = refused(("AccessDenied", 403), alice.get_session_token, TokenCode=code())
    assert half == "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."


def test_codes_cannot_be_tried_through(house, alice):
    serial = f"{SERIAL}-tried"
    house.put(MfaDevice(ACCOUNT, serial, "tried", LONG_AGO, seed=SEED, user_name="alice", enabled=LONG_AGO))
    for number in range(12):
        refused(("AccessDenied", 403), alice.get_session_token, SerialNumber=serial, TokenCode=f"{number:06}")
    right = code_at(SEED, int(time.time() // 30) + 1)
    refused(("AccessDenied", 403), alice.get_session_token, SerialNumber=serial, TokenCode=right)


def test_what_is_issued_is_on_the_trail_without_what_makes_it_usable(house, alice, code):
    issued = alice.get_session_token(SerialNumber=SERIAL, TokenCode=code())["Credentials"]
    (event,) = house.events("GetSessionToken")
    assert set(event["responseElements"]["credentials"]) == {"accessKeyId", "expiration"}
    assert event["requestParameters"] == {"serialNumber": SERIAL}
    for secret in ("SecretAccessKey", "SessionToken"):
        assert issued[secret] not in str(house.vauban.trail())


@pytest.mark.parametrize("seconds", [899, 129_601])
def test_a_session_lasts_from_a_quarter_of_an_hour_to_a_day_and_a_half(house, alice, seconds):
    unchecked = house.sts("alice", config=Config(parameter_validation=False))
    refused(("ValidationError", 400), unchecked.get_session_token, DurationSeconds=seconds)


def test_a_token_may_be_made_longer(alice):
    issued = alice.get_session_token(MinimumSessionTokenSize=2000)
    assert issued["SessionTokenSize"] == 2000 == len(issued["Credentials"]["SessionToken"])
    assert issued["SessionTokenUtilization"] == 49


def test_iam_knows_a_users_session_only_with_a_second_factor(house, alice, code):
    house.vauban.user("alice", allow("sts:*", "iam:ListUsers"))
    without = alice.get_session_token()["Credentials"]
    refused(("InvalidClientTokenId", 403), house.vauban.client("iam", credentials=without).list_users)
    shown = alice.get_session_token(SerialNumber=SERIAL, TokenCode=code())["Credentials"]
    house.vauban.client("iam", credentials=shown).list_users()
