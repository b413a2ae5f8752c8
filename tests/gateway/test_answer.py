import asyncio
import json

import pytest
from botocore.exceptions import ClientError

from vauban.kernel.requests import Request


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return refused.value.response["Error"]["Code"]


def test_a_call_of_a_root_user_is_answered(vauban):
    key = vauban.client("kms").create_key()["KeyMetadata"]
    assert key["Arn"] == f"arn:aws:kms:us-east-1:{vauban.account}:key/{key['KeyId']}"


def test_every_answer_carries_a_request_id_of_its_own(vauban):
    kms = vauban.client("kms")
    ids = {kms.list_keys()["ResponseMetadata"]["RequestId"] for _ in range(50)}
    assert len(ids) == 50


def test_an_operation_that_is_not_there_says_so(vauban):
    with pytest.raises(ClientError) as refused:
        vauban.client("ssm").describe_instance_information()
    assert code_of(refused) == "UnknownOperationException"


def test_a_service_that_is_not_there_says_so(vauban):
    with pytest.raises(ClientError) as refused:
        vauban.client("macie2").get_macie_session()
    assert "macie2" in refused.value.response["Error"]["Message"]


def test_an_unsupported_parameter_is_refused_and_nothing_is_made(vauban):
    secrets = vauban.client("secretsmanager")
    secrets.create_secret(Name="mine", SecretString="x")
    with pytest.raises(ClientError, match="ExternalSecretRotationRoleArn is not supported"):
        secrets.rotate_secret(
            SecretId="mine",
            RotationRules={"AutomaticallyAfterDays": 30},
            ExternalSecretRotationRoleArn="arn:aws:iam::111122223333:role/rotating",
        )
    assert not secrets.describe_secret(SecretId="mine").get("RotationEnabled")


def test_a_principal_without_policies_may_do_nothing(vauban):
    vauban.user("nobody")
    with pytest.raises(ClientError) as refused:
        vauban.client("kms", user="nobody").list_keys()
    assert code_of(refused) == "AccessDeniedException"
    assert "authorization ID" in refused.value.response["Error"]["Message"]


def test_a_policy_takes_effect_with_the_next_call(vauban):
    vauban.user("reader")
    kms = vauban.client("kms", user="reader")
    with pytest.raises(ClientError):
        kms.list_keys()
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}}
    vauban.user("reader", allow)
    assert kms.list_keys()["Keys"] == []
    vauban.user("reader")
    with pytest.raises(ClientError):
        kms.list_keys()


def test_garbage_is_answered_with_an_error_of_the_protocol(vauban):
    for body in (b"", b"{", b"\xff\xfe", b"[]", b'{"KeyId":' + b"[" * 100_000):
        request = Request("POST", "/", "", {"x-amz-target": "TrentService.Encrypt", "host": "x"}, body)
        response = vauban.request(request)
        assert 400 <= response.status < 500
        assert "__type" in json.loads(response.body)


def test_slow_work_does_not_hold_up_others(vauban):
    """RSA keys are made off the loop: calls made meanwhile are answered before they are done."""
    kms = vauban.client("kms")
    order = []

    def make(name, **how):
        kms.create_key(**how)
        order.append(name)

    async def both():
        slow = asyncio.to_thread(make, "slow", KeySpec="RSA_4096", KeyUsage="SIGN_VERIFY")
        await asyncio.gather(slow, *(asyncio.to_thread(make, "fast") for _ in range(3)))

    asyncio.run(both())
    assert order[-1] == "slow"


def test_callers_who_change_the_same_key_at_once_all_succeed(vauban):
    kms = vauban.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    async def tag_all():
        await asyncio.gather(
            *(
                asyncio.to_thread(kms.tag_resource, KeyId=key, Tags=[{"TagKey": f"tag-{n}", "TagValue": "x"}])
                for n in range(20)
            )
        )

    asyncio.run(tag_all())
    assert len(kms.list_resource_tags(KeyId=key)["Tags"]) == 20
