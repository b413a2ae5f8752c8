import json

import pytest

from .conftest import ACCOUNT

CODECOMMIT, LOGS = "codecommit.amazonaws.com", "logs.amazonaws.com"


@pytest.fixture
def credential(iam, alice):
    return iam.create_service_specific_credential(UserName=alice, ServiceName=CODECOMMIT)["ServiceSpecificCredential"]


def test_a_user_has_two_for_a_service_and_their_passwords_are_told_once(iam, alice, credential, refused):
    assert credential["ServiceUserName"] == f"alice-at-{ACCOUNT}"
    assert credential["ServicePassword"]
    second = iam.create_service_specific_credential(UserName=alice, ServiceName=CODECOMMIT)
    assert second["ServiceSpecificCredential"]["ServiceUserName"] == f"alice+1-at-{ACCOUNT}"
    with refused("LimitExceeded"):
        iam.create_service_specific_credential(UserName=alice, ServiceName=CODECOMMIT)
    listed = iam.list_service_specific_credentials(UserName=alice)["ServiceSpecificCredentials"]
    assert len(listed) == 2
    assert not any("ServicePassword" in each for each in listed)
    assert iam.list_service_specific_credentials(UserName=alice, ServiceName=LOGS)["ServiceSpecificCredentials"] == []
    assert len(iam.list_service_specific_credentials(UserName=alice, AllUsers=True)["ServiceSpecificCredentials"]) == 2


def test_it_is_reset_made_inactive_and_deleted(iam, alice, credential, refused):
    named = {"UserName": alice, "ServiceSpecificCredentialId": credential["ServiceSpecificCredentialId"]}
    reset = iam.reset_service_specific_credential(**named)["ServiceSpecificCredential"]
    assert reset["ServicePassword"] != credential["ServicePassword"]
    iam.update_service_specific_credential(**named, Status="Inactive")
    (listed,) = iam.list_service_specific_credentials(UserName=alice)["ServiceSpecificCredentials"]
    assert listed["Status"] == "Inactive"
    with refused("DeleteConflict"):
        iam.delete_user(UserName=alice)
    iam.delete_service_specific_credential(**named)
    with refused("NoSuchEntity"):
        iam.delete_service_specific_credential(**named)


def test_api_keys_expire(vauban, iam, alice, refused):
    made = iam.create_service_specific_credential(UserName=alice, ServiceName=LOGS, CredentialAgeDays=1)
    assert made["ServiceSpecificCredential"]["ServiceCredentialSecret"]
    vauban.advance(days=1)
    (listed,) = iam.list_service_specific_credentials(UserName=alice)["ServiceSpecificCredentials"]
    assert listed["Status"] == "Expired"
    with refused("InvalidInput"):
        iam.create_service_specific_credential(UserName=alice, ServiceName=CODECOMMIT, CredentialAgeDays=1)


def test_only_some_services_have_them(iam, alice, refused):
    with refused("NotSupportedService"):
        iam.create_service_specific_credential(UserName=alice, ServiceName="s3.amazonaws.com")


def test_no_password_is_on_the_trail(vauban, credential):
    assert credential["ServicePassword"] not in json.dumps(vauban.trail(), default=str)
