"""What the trail keeps."""

from datetime import UTC, datetime, timedelta, timezone

from vauban.aws.models import load
from vauban.aws.redaction import HIDDEN, OMITTED, redactor


def of_input(service: str, operation: str):
    return redactor(load(service).operations[operation].input)


def test_plaintext_is_left_out_and_the_rest_begins_small():
    params = {"KeyId": "k", "Plaintext": b"secret", "EncryptionContext": {"Purpose": "Test"}, "DryRun": False}
    kept = of_input("kms", "Encrypt")(params)
    assert kept == {"keyId": "k", "encryptionContext": {"Purpose": "Test"}, "dryRun": False}
    assert params["Plaintext"] == b"secret"


def test_a_sensitive_member_is_hidden():
    kept = of_input("ssm", "PutParameter")({"Name": "/a", "Value": "s3cret", "Type": "SecureString"})
    assert kept == {"name": "/a", "value": HIDDEN, "type": "SecureString"}


def test_members_of_members_begin_small_too():
    kept = of_input("kms", "CreateKey")({"Tags": [{"TagKey": "A", "TagValue": "B"}]})
    assert kept == {"tags": [{"tagKey": "A", "tagValue": "B"}]}


def test_sensitive_members_are_hidden_however_deep():
    redact = redactor(load("secretsmanager").operations["BatchGetSecretValue"].output)
    kept = redact({"SecretValues": [{"Name": "n", "SecretString": "s3cret", "SecretBinary": b"s3cret"}]})
    assert kept == {"secretValues": [{"name": "n", "secretString": HIDDEN}]}


def test_one_time_codes_are_hidden_though_the_model_says_nothing_of_them():
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    kept = of_input("iam", "EnableMFADevice")({"UserName": "alice", **codes})
    assert kept == {"userName": "alice", "authenticationCode1": HIDDEN, "authenticationCode2": HIDDEN}
    assert of_input("sts", "GetSessionToken")({"TokenCode": "123456"}) == {"tokenCode": HIDDEN}


def test_what_is_very_long_is_left_out():
    redact = of_input("iam", "CreateSAMLProvider")
    assert redact({"SAMLMetadataDocument": "x" * 100_000})["sAMLMetadataDocument"] == "x" * 100_000
    assert redact({"SAMLMetadataDocument": "x" * 100_001})["sAMLMetadataDocument"] == OMITTED


def test_timestamps_are_iso_8601():
    moment = datetime(2026, 2, 28, 1, 0, tzinfo=timezone(timedelta(hours=1)))
    assert of_input("kms", "ImportKeyMaterial")({"ValidTo": moment}) == {"validTo": "2026-02-28T00:00:00Z"}
    assert of_input("kms", "ImportKeyMaterial")({"ValidTo": moment.astimezone(UTC)}) == {
        "validTo": "2026-02-28T00:00:00Z"
    }


def test_what_the_model_does_not_know_is_left_out():
    assert of_input("kms", "Encrypt")({"Extra": "x", "KeyId": None}) == {}
    assert redactor(None)({"Anything": "x"}) == {}


def test_a_recursive_shape_is_redacted_all_the_way_down():
    rules = [
        {"Name": "r", "Statement": {"NotStatement": {"Statement": {"ByteMatchStatement": {"SearchString": b"x"}}}}}
    ]
    kept = of_input("wafv2", "CreateWebACL")({"Rules": rules})
    assert kept["rules"][0]["statement"] == {"notStatement": {"statement": {"byteMatchStatement": {}}}}


def test_no_secret_of_any_operation_of_ours_is_kept():
    for service in ("kms", "ssm", "secretsmanager", "iam", "acm", "sts"):
        for operation in load(service).operations.values():
            for shape in filter(None, (operation.input, operation.output)):
                secrets = {name: f"s3cret-{name}" for name, member in shape.members.items() if member.sensitive}
                assert "s3cret" not in str(redactor(shape)(secrets))
