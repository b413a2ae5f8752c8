"""Three accounts in process, the first of which manages an organization where a test asks for one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config

from vauban.testing import InProcess

MANAGEMENT, OTHER, STRANGER = "111122223333", "444455556666", "777788889999"


@pytest.fixture
def house() -> Iterator[InProcess]:
    running = InProcess(accounts=(MANAGEMENT, OTHER, STRANGER))
    yield running
    running.close()


@pytest.fixture
def client(house: InProcess) -> Any:
    """Of the management-account-to-be's root user."""
    return house.client("organizations")


@pytest.fixture
def unchecked(house: InProcess) -> Any:
    """The same, but sending also what boto3 knows to be wrong."""
    return house.client("organizations", config=Config(parameter_validation=False))


@pytest.fixture
def organization(client: Any) -> dict[str, Any]:
    return client.create_organization()["Organization"]


@pytest.fixture
def root(client: Any, organization: dict[str, Any]) -> str:
    return client.list_roots()["Roots"][0]["Id"]


@pytest.fixture
def unit(client: Any, root: str) -> str:
    return client.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]


@pytest.fixture
def member(client: Any, organization: dict[str, Any]) -> str:
    """A new account of the organization."""
    return new_account(client, "member@example.com")


@pytest.fixture
def make_policy(client: Any) -> Callable[..., str]:
    """A policy's id, of a document."""
    number = iter(range(1000))

    def make(content: str, type: str = "SERVICE_CONTROL_POLICY") -> str:
        given = client.create_policy(Content=content, Description="", Name=f"policy {next(number)}", Type=type)
        return given["Policy"]["PolicySummary"]["Id"]

    return make


def new_account(client: Any, email: str, **more: Any) -> str:
    return client.create_account(Email=email, AccountName="A new one", **more)["CreateAccountStatus"]["AccountId"]


def invited(house: InProcess, account: str) -> None:
    """Bring an account that is there already into the organization."""
    target = {"Type": "ACCOUNT", "Id": account}
    handshake = house.client("organizations").invite_account_to_organization(Target=target)["Handshake"]["Id"]
    house.client("organizations", account=account).accept_handshake(HandshakeId=handshake)
