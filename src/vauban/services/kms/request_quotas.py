"""How many requests a second AWS takes: of each kind, from an account in a Region. The numbers are in a file."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from vauban.kernel.calls import Call
from vauban.kernel.operations import Quota
from vauban.kernel.resources import Resource
from vauban.services.kms.resources import Key

SHARED = frozenset(
    {
        "Decrypt",
        "DeriveSharedSecret",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
"""Operations that share a quota with all others on keys of the same kind."""
PAIRS = frozenset({"GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"})
KINDS = {"RSA": "RSA", "ECC": "ECC", "ML": "ML-DSA"}
"""How key specs begin -> the quota; all others are symmetric."""


@cache
def table() -> dict[str, tuple[float, dict[str, float]]]:
    """Quota -> its default, and the Regions where it is another."""
    lines = files(__package__).joinpath("request_quotas.txt").read_text().splitlines()
    quotas = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, default, *regions = line.split()
            pairs = (each.split("=") for each in regions)
            quotas[name] = float(default), {region: float(rate) for region, rate in pairs}
    return quotas


def quotas_of(call: Call, resources: tuple[Resource, ...]) -> tuple[Quota, ...]:
    """Every quota that a call counts toward. A ``Quotas`` of the kernel."""
    return tuple(
        Quota(name, table()[kind][1].get(call.region, table()[kind][0]))
        for name, kind in dict(_named(call, resources)).items()
        if kind in table()
    )


def _named(call: Call, resources: tuple[Resource, ...]) -> Iterator[tuple[str, str]]:
    """Names of quotas, each with its line in the table; of a custom key store's there is one for each store."""
    operation = call.operation.name
    if operation in PAIRS:
        spec = f"pair:{call.params.get('KeyPairSpec')}"
        yield spec, spec
    elif operation not in SHARED:
        yield operation, operation
    for key in _keys(resources) if operation in SHARED else ():
        kind = KINDS.get(key.key_spec.partition("_")[0], "symmetric")
        yield kind, kind
        if key.custom_key_store_id:
            yield key.custom_key_store_id, "custom-key-store"
    if operation == "GenerateRandom":
        yield "symmetric", "symmetric"
        if "CustomKeyStoreId" in call.params:
            yield call.params["CustomKeyStoreId"], "custom-key-store"


def _keys(resources: tuple[Resource, ...]) -> Iterator[Key]:
    return (each.record for each in resources if isinstance(each.record, Key))
