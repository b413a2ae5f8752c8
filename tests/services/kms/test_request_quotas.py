import pytest
from botocore.config import Config

from vauban.gateway.throttle import Buckets, Throttle
from vauban.services.kms import SERVICE
from vauban.services.kms.request_quotas import PAIRS, SHARED, table
from vauban.testing import InProcess

ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def throttled():
    """A Vauban whose calls all come in the same moment."""
    running = InProcess(quotas="aws")
    running.vauban.gateway.throttle = Throttle(Buckets(), lambda: 1000.0)
    yield running
    running.close()


def made(ask, times):
    """How many of so many calls were not throttled, and the error of the last."""
    done, error = 0, None
    for _ in range(times):
        try:
            ask()
            done += 1
        except Exception as refused:  # noqa: BLE001 - looked at by the caller
            error = refused
    return done, error


def test_too_many_calls_are_throttled_in_aws_words(throttled):
    kms = throttled.client("kms", config=ONCE)
    done, error = made(kms.create_key, 7)
    assert done == 5
    assert error.response["Error"]["Code"] == "ThrottlingException"
    assert error.response["Error"]["Message"] == (
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
    )
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert throttled.trail()[-1]["errorCode"] == "ThrottlingException"
    assert kms.list_keys()["Keys"]


def test_regions_are_counted_apart(throttled):
    for region in ("us-east-1", "eu-west-1"):
        assert made(throttled.client("kms", region=region, config=ONCE).create_key, 7)[0] == 5


def test_slow_work_is_counted_once(throttled):
    kms = throttled.client("kms", config=ONCE)
    ask = lambda: kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")  # noqa: E731
    assert made(ask, 6)[0] == 5


def test_pairs_of_each_spec_have_a_quota(throttled):
    kms = throttled.client("kms", config=ONCE)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert made(lambda: kms.generate_data_key_pair(KeyId=key, KeyPairSpec="RSA_4096"), 2)[0] == 1
    assert made(lambda: kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256"), 5)[0] == 5


def test_kinds_of_keys_share_and_do_not_share(throttled):
    kms = throttled.client("kms", config=ONCE)
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    ask = lambda: kms.sign(KeyId=signing, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")  # noqa: E731
    buckets = throttled.vauban.gateway.throttle._buckets
    for _ in range(998):
        buckets.take(("111122223333", "us-east-1", "kms", "ECC"), 1000, 1000.0)
    assert made(ask, 5)[0] == 2
    assert kms.generate_random(NumberOfBytes=8)


def test_without_the_setting_nothing_is_counted(vauban):
    assert vauban.vauban.gateway.throttle is None
    assert made(vauban.client("kms", config=ONCE).create_key, 9)[0] == 9


def test_every_operation_has_a_quota_and_every_quota_an_operation():
    unlimited = {"Encapsulate", "Decapsulate"}
    own = {name for name in table() if name[0].isupper() and ":" not in name} - {"RSA", "ML-DSA", "ECC"}
    assert set(SERVICE.operations) - SHARED - PAIRS - unlimited <= own
    assert table()["symmetric"] == (
        10_000,
        {
            **dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), 100_000.0),
            **dict.fromkeys(
                (
                    "us-east-2",
                    "ap-southeast-1",
                    "ap-southeast-2",
                    "ap-northeast-1",
                    "eu-central-1",
                    "eu-west-2",
                ),
                20_000.0,
            ),
        },
    )
