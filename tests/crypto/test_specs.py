import re

import botocore.session
import pytest

from vauban.crypto import specs
from vauban.crypto.specs import SPECS

KMS = botocore.session.get_session().get_service_model("kms")


@pytest.mark.parametrize(
    ("shape", "used"),
    [
        ("KeyUsageType", [usage for spec in SPECS.values() for usage in spec.usages]),
        ("SigningAlgorithmSpec", [name for spec in SPECS.values() for name in spec.signing_algorithms]),
        ("EncryptionAlgorithmSpec", [name for spec in SPECS.values() for name in spec.encryption_algorithms]),
        ("MacAlgorithmSpec", [name for spec in SPECS.values() for name in spec.mac_algorithms]),
        ("KeyAgreementAlgorithmSpec", [name for spec in SPECS.values() for name in spec.key_agreement_algorithms]),
        ("EncapsulationAlgorithmSpec", [name for spec in SPECS.values() for name in spec.encapsulation_algorithms]),
        ("KeySpec", list(SPECS)),
    ],
)
def test_every_name_is_one_of_the_kms_model(shape: str, used: list[str]) -> None:
    assert used
    assert set(used) <= set(KMS.shape_for(shape).enum)


@pytest.mark.parametrize("name", [name for name in SPECS if name.startswith("RSA")])
def test_rsa_plaintext_limits_are_those_of_the_encrypt_documentation(name: str) -> None:
    documentation = re.sub(r"<[^>]+>", " ", KMS.operation_model("Encrypt").documentation)
    of_spec = documentation[documentation.index(name) :]
    for algorithm, limit in SPECS[name].plaintext_limits.items():
        assert re.search(rf"{algorithm}\s*:\s*(\d+) bytes", of_spec)[1] == str(limit)


@pytest.mark.parametrize("name", list(SPECS))
def test_each_usage_has_its_algorithms_and_no_others(name: str) -> None:
    spec = SPECS[name]
    assert (specs.ENCRYPT_DECRYPT in spec.usages) == bool(spec.encryption_algorithms)
    assert (specs.SIGN_VERIFY in spec.usages) == bool(spec.signing_algorithms)
    assert (specs.GENERATE_VERIFY_MAC in spec.usages) == bool(spec.mac_algorithms)
    assert (specs.ENCAPSULATE_DECAPSULATE in spec.usages) == bool(spec.encapsulation_algorithms)
    assert (specs.KEY_AGREEMENT in spec.usages) == bool(spec.key_agreement_algorithms)
