from types import SimpleNamespace

import pytest

from vauban.aws.actions import condition_keys
from vauban.kernel.principals import service_principal
from vauban.kernel.resources import ANY
from vauban.services.kms.conditions import CONDITIONS
from vauban.services.kms.resolvers import KeyResource
from vauban.services.kms.resources import Alias


@pytest.fixture
def on_key(make_key):
    def make(member="KeyId", records=None, **fields):
        key = make_key(**fields)
        resource = KeyResource(key.arn, "key", key.account, key, member=member)
        resource.key = key
        resource.records = records
        return resource

    return make


def value(name, call, resource=ANY):
    return CONDITIONS.exact[name](call, resource)


def context_value(name, call, resource=ANY):
    return CONDITIONS.prefixed["kms:encryptioncontext:"](call, resource, name)


LATER = {"kms:trailingdayswithoutkeyusage"}
"""Of last usage; attestation's are told by their prefix."""


def test_every_condition_key_that_aws_publishes_is_known_or_comes_later():
    published = {name.lower().split("${")[0] for name in condition_keys("kms") if name.startswith("kms:")}
    known = {*CONDITIONS.exact, *CONDITIONS.prefixed}
    missing = {name for name in published - known if not name.startswith("kms:recipientattestation:")}
    assert missing == LATER


def test_every_key_is_written_in_lower_case():
    assert all(name == name.lower() for name in (*CONDITIONS.exact, *CONDITIONS.prefixed))


def test_a_pair_of_the_encryption_context_is_found_without_regard_to_case(make_call):
    call = make_call(params={"EncryptionContext": {"AppName": "Shop"}})
    assert context_value("appname", call) == "Shop"
    assert context_value("other", call) is None
    assert value("kms:encryptioncontextkeys", call) == ["AppName"]


def test_a_new_grant_is_known_by_the_encryption_context_it_asks_for(make_call):
    constraints = {"EncryptionContextSubset": {"app": "shop"}, "SourceArn": "arn:aws:s3:::bucket"}
    call = make_call("CreateGrant", params={"Constraints": constraints})
    assert context_value("app", call) == "shop"
    assert value("kms:encryptioncontextkeys", call) == ["app"]
    assert value("kms:grantconstraintsourcearn", call) == "arn:aws:s3:::bucket"


def test_a_grant_to_retire_is_known_by_the_encryption_context_it_asks_for(make_call, make_grant, make_key):
    resource = KeyResource(make_key().arn, record=make_grant(encryption_context_equals={"app": "shop"}))
    assert context_value("app", make_call("RetireGrant"), resource) == "shop"


def test_keys_that_differ_by_case_alone_give_all_their_values(make_call):
    call = make_call(params={"EncryptionContext": {"a": "1", "A": "2"}})
    assert context_value("a", call) == ["1", "2"]


def test_each_side_of_a_reencryption_has_its_own_context_and_algorithm(make_call, on_key):
    params = {
        "SourceEncryptionContext": {"a": "1"},
        "DestinationEncryptionContext": {"a": "2"},
        "SourceEncryptionAlgorithm": "RSAES_OAEP_SHA_1",
    }
    call = make_call("ReEncrypt", params=params)
    source, destination = on_key("SourceKeyId"), on_key("DestinationKeyId")
    assert context_value("a", call, source) == "1"
    assert context_value("a", call, destination) == "2"
    assert value("kms:encryptionalgorithm", call, source) == "RSAES_OAEP_SHA_1"
    assert value("kms:encryptionalgorithm", call, destination) == "SYMMETRIC_DEFAULT"


def test_reencryption_knows_whether_it_stays_on_one_key(make_call, on_key):
    same = make_call("ReEncrypt", resources=(on_key(), on_key()))
    other = make_call("ReEncrypt", resources=(on_key(), on_key(key_id="another")))
    assert value("kms:reencryptonsamekey", same) is True
    assert value("kms:reencryptonsamekey", other) is False
    assert value("kms:reencryptonsamekey", make_call("Encrypt")) is None


def test_the_encryption_algorithm_is_absent_where_nothing_is_encrypted(make_call):
    assert value("kms:encryptionalgorithm", make_call("Encrypt")) == "SYMMETRIC_DEFAULT"
    assert value("kms:encryptionalgorithm", make_call("Sign")) is None


@pytest.mark.parametrize(
    ("named", "alias"),
    [
        ("alias/shop", "alias/shop"),
        ("arn:aws:kms:us-east-1:111122223333:alias/shop/x", "alias/shop/x"),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", None),
        ("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", None),
    ],
)
def test_the_alias_is_known_only_where_the_call_names_the_key_by_it(named, alias, make_call, on_key):
    assert value("kms:requestalias", make_call(params={"KeyId": named}), on_key()) == alias


def test_all_aliases_of_the_key_are_known(make_call, on_key, make_key):
    when = make_key().created
    aliases = [Alias(name, "111122223333", "us-east-1", "x", when, when) for name in ("alias/a", "alias/b")]
    records = SimpleNamespace(list=lambda kind, *, index, value: aliases)
    assert value("kms:resourcealiases", make_call(), on_key(records=records)) == ["alias/a", "alias/b"]
    assert value("kms:resourcealiases", make_call(), ANY) is None


def test_a_service_that_asks_for_its_user_is_known_by_its_regional_name(make_call):
    assert value("kms:viaservice", make_call(via=("ssm.amazonaws.com",))) == "ssm.us-east-1.amazonaws.com"
    assert value("kms:viaservice", make_call()) is None


def test_a_grant_is_for_an_aws_resource_when_a_service_asks(make_call):
    assert value("kms:grantisforawsresource", make_call("CreateGrant")) is False
    assert value("kms:grantisforawsresource", make_call("CreateGrant", via=("ebs.amazonaws.com",))) is True
    assert value("kms:grantisforawsresource", make_call("CreateGrant", principal=service_principal("ebs"))) is True


def test_a_grants_constraints_are_known_by_their_kind(make_call):
    assert value("kms:grantconstrainttype", make_call()) is None
    one = {"Constraints": {"EncryptionContextEquals": {}}}
    assert value("kms:grantconstrainttype", make_call(params=one)) == "EncryptionContextEquals"
    two = {"Constraints": {"SourceArn": "x", "EncryptionContextEquals": {}}}
    assert value("kms:grantconstrainttype", make_call(params=two)) == ["EncryptionContextEquals", "SourceArn"]


def test_a_new_key_is_known_by_what_is_asked_for(make_call):
    call = make_call("CreateKey", params={"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"})
    assert value("kms:keyspec", call) == "RSA_2048"
    assert value("kms:keyusage", call) == "SIGN_VERIFY"
    assert value("kms:keyorigin", call) == "AWS_KMS"
    assert value("kms:multiregion", call) is False
    assert value("kms:keyspec", make_call("CreateKey")) == "SYMMETRIC_DEFAULT"


def test_a_key_that_is_there_is_known_by_what_it_is(make_call, on_key):
    key = on_key(key_spec="HMAC_256", key_usage="GENERATE_VERIFY_MAC")
    assert value("kms:keyspec", make_call(), key) == "HMAC_256"
    assert value("kms:keyusage", make_call(), key) == "GENERATE_VERIFY_MAC"
    assert value("kms:keyspec", make_call("ListKeys")) is None


@pytest.mark.parametrize(
    ("name", "operation", "default"),
    [
        ("kms:messagetype", "Sign", "RAW"),
        ("kms:policyname", "PutKeyPolicy", "default"),
        ("kms:expirationmodel", "ImportKeyMaterial", "KEY_MATERIAL_EXPIRES"),
        ("kms:rotationperiodindays", "EnableKeyRotation", 365),
        ("kms:schedulekeydeletionpendingwindowindays", "ScheduleKeyDeletion", 30),
        ("kms:bypasspolicylockoutsafetycheck", "CreateKey", False),
    ],
)
def test_a_parameter_left_out_has_the_value_it_defaults_to(name, operation, default, make_call):
    assert value(name, make_call(operation)) == default
    assert value(name, make_call("DescribeKey")) is None


def test_the_caller_is_known_by_its_account(make_call):
    assert value("kms:calleraccount", make_call()) == "111122223333"
