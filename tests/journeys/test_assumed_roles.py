"""Roles assumed by the AWS CLI: two accounts deep with a second factor, and with a token of an identity provider."""

import base64
import json
import subprocess
import time

import pytest

from vauban.identity.mfa_devices import code_at

from ..identity_providers import IdentityProvider
from .running import client, environment

HOME, MIDDLE, FAR = "111111111111", "222222222222", "333333333333"
ACCOUNTS = {
    account: f"{account}=AKIA{name:0<16}:{name[0].lower() * 40}"
    for account, name in ((HOME, "HOME"), (MIDDLE, "MIDDLE"), (FAR, "FAR"))
}


@pytest.fixture
def server(make_server):
    given = [word for each in ACCOUNTS.values() for word in ("--account", each)]
    return make_server("--workers", "2", *given)


@pytest.fixture
def aws(server, tmp_path):
    """Run the AWS CLI with these profiles; what it prints."""
    config = tmp_path / "config"

    def aws(profiles: str, *words: str, input: str = "", fails: bool = False) -> str:
        config.write_text(profiles)
        where = {"AWS_ENDPOINT_URL": server.url, "AWS_DEFAULT_REGION": "us-east-1", "HOME": str(tmp_path)}
        done = subprocess.run(
            ["aws", *words],
            env=environment(AWS_CONFIG_FILE=str(config), **where),
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
            start_new_session=True,
        )
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr if fails else done.stdout

    return aws


def root(server, account: str, service: str):
    return client(server.url, service, server.credentials("--account", account))


def records_of(server) -> list[dict]:
    return [json.loads(line) for line in server.command("trail", "--json", "--last", "50").splitlines()]


def document(**statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


def make_role(server, account: str, name: str, principal: str, *actions: str, **condition) -> str:
    iam = root(server, account, "iam")
    trust = document(Principal={"AWS": principal}, Action="sts:AssumeRole", **condition)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    policy = document(Action=list(actions), Resource="*")
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    return role


def user_with_device(server) -> tuple[str, str, bytes, dict[str, str]]:
    """alice of the home account, her device and its seed, and her access key."""
    iam = root(server, HOME, "iam")
    arn = iam.create_user(UserName="alice")["User"]["Arn"]
    policy = document(Action="sts:AssumeRole", Resource="*")
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=policy)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]
    seed = base64.b32decode(device["Base32StringSeed"])
    step = int(time.time() // 30)
    iam.enable_mfa_device(
        UserName="alice",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=code_at(seed, step - 1),
        AuthenticationCode2=code_at(seed, step),
    )
    return arn, device["SerialNumber"], seed, iam.create_access_key(UserName="alice")["AccessKey"]


def test_a_profile_assumes_roles_two_accounts_deep_with_a_second_factor(server, aws):
    alice, serial_number, seed, key = user_with_device(server)
    with_factor = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    middle = make_role(server, MIDDLE, "middle", alice, "sts:AssumeRole", **with_factor)
    far = make_role(server, FAR, "far", middle, "kms:CreateKey", "kms:ListKeys")
    profiles = f"""
[profile alice]
aws_access_key_id = {key["AccessKeyId"]}
aws_secret_access_key = {key["SecretAccessKey"]}
[profile middle]
role_arn = {middle}
source_profile = alice
mfa_serial = {serial_number}
role_session_name = alice
[profile careless]
role_arn = {middle}
source_profile = alice
[profile far]
role_arn = {far}
source_profile = middle
role_session_name = job
"""
    refused = aws(profiles, "--profile", "careless", "sts", "get-caller-identity", fails=True)
    assert "AccessDenied" in refused
    code = code_at(seed, int(time.time() // 30) + 1)
    told = json.loads(aws(profiles, "--profile", "far", "sts", "get-caller-identity", input=f"{code}\n"))
    assert told["Arn"] == f"arn:aws:sts::{FAR}:assumed-role/far/job"
    made = json.loads(aws(profiles, "--profile", "far", "kms", "create-key"))["KeyMetadata"]
    assert made["AWSAccountId"] == FAR
    assert "AccessDenied" in aws(profiles, "--profile", "far", "kms", "list-aliases", fails=True)

    root(server, FAR, "iam").delete_role_policy(RoleName="far", PolicyName="own")
    assert "AccessDenied" in aws(profiles, "--profile", "far", "kms", "list-keys", fails=True)
    records = records_of(server)
    created = next(each for each in records if each["eventName"] == "CreateKey")
    assert created["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == far
    assert key["SecretAccessKey"] not in str(records)


def test_a_job_with_a_token_of_its_identity_provider_needs_no_key(server, aws, tmp_path):
    provider = IdentityProvider()
    try:
        iam = root(server, HOME, "iam")
        arn = iam.create_open_id_connect_provider(Url=f"https://{provider.url}", ClientIDList=["vauban"])[
            "OpenIDConnectProviderArn"
        ]
        trust = document(
            Principal={"Federated": arn},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition={"StringEquals": {f"{provider.url}:sub": "repo:octo/cat", f"{provider.url}:aud": "vauban"}},
        )
        role = iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        policy = document(Action="kms:ListKeys", Resource="*")
        iam.put_role_policy(RoleName="deploy", PolicyName="own", PolicyDocument=policy)
        token = tmp_path / "token"
        profile = f"[default]\nrole_arn = {role}\nweb_identity_token_file = {token}\nrole_session_name = job\n"
        token.write_text(provider.token())
        assert json.loads(aws(profile, "kms", "list-keys")) == {"Keys": []}
        token.write_text(provider.token(sub="repo:octo/dog"))
        assert "Not authorized to perform sts:AssumeRoleWithWebIdentity" in aws(profile, "kms", "list-keys", fails=True)
        records = records_of(server)
        asked = next(each for each in records if each["eventName"] == "AssumeRoleWithWebIdentity")
        assert asked["userIdentity"]["type"] == "WebIdentityUser"
    finally:
        provider.close()
