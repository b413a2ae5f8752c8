"""Two workers, one truth: whatever was acknowledged to anyone is seen by everyone, on every connection."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from .running import client

CONNECTIONS = 50


@pytest.fixture
def clients(server):
    """Many clients, each with a connection of its own, spread over both workers by the kernel."""
    exported = server.credentials()
    first = client(server.url, "kms", exported)
    return [first, *(client(server.url, "kms", exported) for _ in range(CONNECTIONS - 1))]


@pytest.fixture
def everywhere(clients):
    """Make the same call on all connections at once; each answer, or the code of its error."""

    def one(kms, operation: str, params: dict):
        try:
            return getattr(kms, operation)(**params)
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(16) as threads:
        yield lambda operation, **params: list(threads.map(lambda kms: one(kms, operation, params), clients))


def test_an_alias_is_used_on_every_connection_as_soon_as_it_is_made(clients, everywhere):
    everywhere("list_keys")
    for number in range(5):
        arn = clients[number].create_key()["KeyMetadata"]["Arn"]
        clients[number].create_alias(AliasName=f"alias/n{number}", TargetKeyId=arn)
        answers = everywhere("encrypt", KeyId=f"alias/n{number}", Plaintext=b"x")
        assert {answer["KeyId"] for answer in answers} == {arn}


def test_an_alias_that_was_moved_is_moved_for_everyone(clients, everywhere):
    one, two = (clients[0].create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    clients[0].create_alias(AliasName="alias/moving", TargetKeyId=one)
    for number, target in enumerate([two, one, two]):
        clients[number].update_alias(AliasName="alias/moving", TargetKeyId=target)
        assert {answer["KeyId"] for answer in everywhere("encrypt", KeyId="alias/moving", Plaintext=b"x")} == {target}
    clients[1].delete_alias(AliasName="alias/moving")
    assert set(everywhere("describe_key", KeyId="alias/moving")) == {"NotFoundException"}


def test_a_disabled_key_is_disabled_everywhere_at_once(clients, everywhere):
    key = clients[0].create_key()["KeyMetadata"]["KeyId"]
    everywhere("encrypt", KeyId=key, Plaintext=b"x")
    for number in range(5):
        clients[number].disable_key(KeyId=key)
        assert set(everywhere("encrypt", KeyId=key, Plaintext=b"x")) == {"DisabledException"}
        clients[-number].enable_key(KeyId=key)
        assert all(isinstance(answer, dict) for answer in everywhere("encrypt", KeyId=key, Plaintext=b"x"))


def test_a_policy_taken_away_is_taken_away_everywhere(server, clients, tmp_path):
    key = clients[0].create_key()["KeyMetadata"]["Arn"]
    policy = tmp_path / "alice.json"
    for effect, outcome in (("Allow", None), ("Deny", "AccessDeniedException"), ("Allow", None)):
        statement = f'{{"Effect": "{effect}", "Action": "kms:Encrypt", "Resource": "{key}"}}'
        policy.write_text(f'{{"Version": "2012-10-17", "Statement": [{statement}]}}')
        alice = server.credentials("--user", "alice", "--policy", str(policy))
        for _ in range(8):
            assert outcome_of(client(server.url, "kms", alice).encrypt, KeyId=key, Plaintext=b"x") == outcome


def outcome_of(call, **params) -> str | None:
    try:
        call(**params)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def test_of_many_who_create_the_same_alias_one_succeeds(clients, everywhere):
    key = clients[0].create_key()["KeyMetadata"]["KeyId"]
    answers = everywhere("create_alias", AliasName="alias/contested", TargetKeyId=key)
    refused = [answer for answer in answers if isinstance(answer, str)]
    assert len(answers) - len(refused) == 1
    assert set(refused) == {"AlreadyExistsException"}


def test_many_who_tag_the_same_key_all_leave_their_tag(clients, everywhere):
    key = clients[0].create_key()["KeyMetadata"]["KeyId"]
    with ThreadPoolExecutor(16) as threads:
        list(
            threads.map(
                lambda number: clients[number].tag_resource(
                    KeyId=key, Tags=[{"TagKey": f"t{number}", "TagValue": "x"}]
                ),
                range(40),
            )
        )
    assert len(clients[0].list_resource_tags(KeyId=key)["Tags"]) == 40


def test_both_workers_answer(server, everywhere):
    before = {pid: cpu_ticks(pid) for pid in server.processes()}
    for _ in range(20):
        everywhere("list_keys")
    busy = [pid for pid in server.processes() if cpu_ticks(pid) > before[pid]]
    assert len(busy) >= 2


def cpu_ticks(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rsplit(")", 1)[1].split()[11])


def test_a_control_policy_holds_on_every_connection_as_soon_as_it_is_attached_and_after_a_restart(server):
    organizations = server.client("organizations")
    organizations.create_organization()
    given = organizations.create_account(Email="shop@example.com", AccountName="Shop")["CreateAccountStatus"]
    member, root = given["AccountId"], organizations.list_roots()["Roots"][0]["Id"]
    statement = {"Effect": "Deny", "Action": "kms:ListKeys", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    made = organizations.create_policy(Content=document, Description="", Name="a", Type="SERVICE_CONTROL_POLICY")
    policy = made["Policy"]["PolicySummary"]["Id"]
    exported = server.credentials("--account", member)
    theirs = [client(server.url, "kms", exported) for _ in range(16)]

    def denied(kms) -> bool:
        try:
            kms.list_keys()
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
            return True
        return False

    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            assert set(threads.map(denied, theirs)) == {False}
            organizations.attach_policy(PolicyId=policy, TargetId=root)
            assert set(threads.map(denied, theirs)) == {True}
            organizations.update_policy(PolicyId=policy, Content=document.replace("ListKeys", "CreateKey"))
            assert set(threads.map(denied, theirs)) == {False}
            organizations.update_policy(PolicyId=policy, Content=document)
            assert set(threads.map(denied, theirs)) == {True}
            organizations.detach_policy(PolicyId=policy, TargetId=root)
        organizations.attach_policy(PolicyId=policy, TargetId=root)
        server.restart()
        assert denied(client(server.url, "kms", exported))
