"""Secrets that another service keeps for its customer, as RDS keeps a database's password."""

import pytest

from vauban.identity.accounts import root_principal
from vauban.kernel.calls import ServiceCall

from .conftest import ACCOUNT

NAME = "rds!db-1"
TOKENS = ["1" * 32, "2" * 32]


@pytest.fixture
def as_rds(vauban):
    """Have RDS ask for something on the authority of the account's root."""

    def ask(action, **params):
        call = ServiceCall("rds", ACCOUNT, "us-east-1", vauban.vauban.clock.now())

        def act(call):
            call.on_behalf_of(root_principal(ACCOUNT)).ask(f"secretsmanager:{action}", **params)

        vauban._wait(vauban.vauban.gateway.carry_out(call, act))

    return ask


def test_a_managed_secret_is_its_service_s(vauban, secrets, as_rds):
    as_rds("CreateSecret", Name=NAME, SecretString="first", ClientRequestToken=TOKENS[0])
    told = secrets.describe_secret(SecretId=NAME)
    assert told["OwningService"] == "rds"
    assert told["Tags"] == [{"Key": "aws:secretsmanager:owningService", "Value": "rds"}]
    assert secrets.get_secret_value(SecretId=NAME)["SecretString"] == "first"
    filters = [{"Key": "owning-service", "Values": ["rds"]}]
    assert len(secrets.list_secrets(Filters=filters)["SecretList"]) == 1
    for ask in (
        lambda: secrets.put_secret_value(SecretId=NAME, SecretString="x"),
        lambda: secrets.update_secret(SecretId=NAME, Description="x"),
        lambda: secrets.update_secret_version_stage(SecretId=NAME, VersionStage="x", MoveToVersionId=TOKENS[0]),
        lambda: secrets.rotate_secret(SecretId=NAME),
        lambda: secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True),
    ):
        with pytest.raises(secrets.exceptions.InvalidRequestException, match="managed by another service, rds"):
            ask()
    secrets.tag_resource(SecretId=NAME, Tags=[{"Key": "a", "Value": "b"}])
    as_rds("PutSecretValue", SecretId=NAME, SecretString="second", ClientRequestToken=TOKENS[1])
    assert secrets.get_secret_value(SecretId=NAME)["SecretString"] == "second"
    as_rds("DeleteSecret", SecretId=NAME, ForceDeleteWithoutRecovery=True)
    assert secrets.list_secrets()["SecretList"] == []


def test_a_service_s_names_are_its_own(as_rds, secrets):
    with pytest.raises(Exception, match="reserved"):
        as_rds("CreateSecret", Name="redshift!x", SecretString="1", ClientRequestToken=TOKENS[0])
    as_rds("CreateSecret", Name="plain", SecretString="1", ClientRequestToken=TOKENS[0])
    assert "OwningService" not in secrets.describe_secret(SecretId="plain")
