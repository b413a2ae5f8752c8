import pytest

from vauban.kernel.errors import ValidationException
from vauban.services.kms.errors import InvalidArnException
from vauban.services.kms.grant_requests import GrantRequest, require_principal

ALICE = "arn:aws:iam::111122223333:user/alice"


def request(operations=("Decrypt",), constraints=None, grantee=ALICE, service="", retiring="", retiring_service=""):
    return GrantRequest(operations, constraints or {}, grantee, service, retiring, retiring_service)


def test_a_plain_request_is_valid(make_key):
    request(retiring=ALICE).require_valid(make_key())


@pytest.mark.parametrize(
    "wanted",
    [
        request(grantee=""),
        request(service="s3.amazonaws.com"),
        request(retiring=ALICE, retiring_service="s3.amazonaws.com"),
        request(grantee="", service="s3.amazonaws.com", retiring=ALICE),
        request(grantee="", service="s3.amazonaws.com", constraints={"SourceArn": "arn:aws:s3:::bucket"}),
        request(operations=()),
        request(operations=("Sign",)),
        request(operations=("GenerateMac",)),
        request(constraints={"EncryptionContextEquals": {str(n): "x" for n in range(9)}}),
        request(constraints={"EncryptionContextSubset": {"a": "x" * 385}}),
    ],
)
def test_a_request_that_no_grant_can_be_is_refused(wanted, make_key):
    with pytest.raises(ValidationException):
        wanted.require_valid(make_key())


def test_a_service_may_be_granted_what_it_does_for_one_resource(make_key):
    constraints = {"SourceArn": "arn:aws:s3:::bucket"}
    request(grantee="", service="s3.amazonaws.com", constraints=constraints, retiring=ALICE).require_valid(make_key())


@pytest.mark.parametrize(
    ("spec", "usage", "operation"),
    [
        ("RSA_2048", "SIGN_VERIFY", "Sign"),
        ("RSA_2048", "ENCRYPT_DECRYPT", "ReEncryptTo"),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "DeriveSharedSecret"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "VerifyMac"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "DescribeKey"),
    ],
)
def test_a_grant_may_permit_what_the_key_can_do(spec, usage, operation, make_key):
    request(operations=(operation,)).require_valid(make_key(key_spec=spec, key_usage=usage))


@pytest.mark.parametrize(
    ("spec", "usage", "operation"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "GenerateDataKey"),
        ("RSA_2048", "SIGN_VERIFY", "Encrypt"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "GetPublicKey"),
    ],
)
def test_a_grant_cannot_permit_what_the_key_cannot_do(spec, usage, operation, make_key):
    with pytest.raises(ValidationException, match=operation):
        request(operations=(operation,)).require_valid(make_key(key_spec=spec, key_usage=usage))


def test_keys_without_encryption_context_take_no_constraint_on_it(make_key):
    wanted = request(operations=("Sign",), constraints={"EncryptionContextEquals": {"a": "b"}})
    with pytest.raises(ValidationException, match="RSA_2048"):
        wanted.require_valid(make_key(key_spec="RSA_2048", key_usage="SIGN_VERIFY"))


@pytest.mark.parametrize(
    "arn",
    [
        ALICE,
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:role/path/name",
        "arn:aws:sts::111122223333:assumed-role/name/session",
        "arn:aws:sts::111122223333:federated-user/bob",
    ],
)
def test_the_arns_of_principals_are_accepted_and_tell_their_account(arn):
    assert require_principal(arn) == "111122223333"


@pytest.mark.parametrize("arn", ["", "alice", "*", "arn:aws:iam::1:user/a", "arn:aws:s3:::bucket", "s3.amazonaws.com"])
def test_what_is_no_principal_is_refused(arn):
    with pytest.raises(InvalidArnException):
        require_principal(arn)


def test_a_request_knows_the_grant_it_asked_for(make_grant):
    grant = make_grant(operations=("Encrypt", "Decrypt"))
    assert request(operations=("Decrypt", "Encrypt")).asks_for(grant)
    assert not request(operations=("Decrypt",)).asks_for(grant)
    assert not request(operations=("Decrypt", "Encrypt"), retiring=ALICE).asks_for(grant)
