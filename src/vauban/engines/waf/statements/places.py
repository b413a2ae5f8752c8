"""IPSetReference, GeoMatch and AsnMatch: where a request comes from."""

from functools import lru_cache

from vauban.engines.waf.addresses import AddressSet
from vauban.engines.waf.origins import origins
from vauban.engines.waf.readings import Reading
from vauban.engines.waf.refusals import LimitExceeded
from vauban.engines.waf.scopes import References, Scope
from vauban.engines.waf.statements import Spec, Test, statement

_MOST_COUNTRIES = 50
_ANY_POSITION = 4


def _capacity_of_ip_set(spec: Spec, references: References) -> int:
    config = spec.get("IPSetForwardedIPConfig") or {}
    return 1 + (_ANY_POSITION if config.get("Position") == "ANY" else 0)


@statement("IPSetReferenceStatement", capacity=_capacity_of_ip_set, field="IP_SET_REFERENCE_STATEMENT")
def ip_set(spec: Spec, scope: Scope) -> Test:
    named = scope.reference(spec["ARN"], "Addresses", "IP_SET_REFERENCE_STATEMENT")
    addresses = _address_set(tuple(named["Addresses"]), named["IPAddressVersion"])
    read = origins(spec.get("IPSetForwardedIPConfig"))

    def test(reading: Reading) -> bool:
        found = read(reading)
        return found if isinstance(found, bool) else any(each in addresses for each in found)

    return test


@lru_cache(64)
def _address_set(addresses: tuple[str, ...], version: str) -> AddressSet:
    return AddressSet(addresses, version)


@statement("GeoMatchStatement", capacity=lambda spec, references: 1, field="GEO_MATCH_STATEMENT")
def geo_match(spec: Spec, scope: Scope) -> Test:
    if len(spec["CountryCodes"]) > _MOST_COUNTRIES:
        raise LimitExceeded
    countries = frozenset(spec["CountryCodes"])
    read = origins(spec.get("ForwardedIPConfig"))
    namespace = f"awswaf:{'forwardedip' if spec.get('ForwardedIPConfig') else 'clientip'}:geo"

    def test(reading: Reading) -> bool:
        found = read(reading)
        if isinstance(found, bool):
            return found
        place = reading.place(str(found[0]))
        reading.labels[f"{namespace}:country:{place.country}"] = None
        reading.labels[f"{namespace}:region:{place.country}-{place.region}"] = None
        return place.country in countries

    return test


@statement("AsnMatchStatement", capacity=lambda spec, references: 1)
def asn_match(spec: Spec, scope: Scope) -> Test:
    numbers = frozenset(spec["AsnList"])
    read = origins(spec.get("ForwardedIPConfig"))
    namespace = f"awswaf:{'forwardedip' if spec.get('ForwardedIPConfig') else 'clientip'}:asn"

    def test(reading: Reading) -> bool:
        found = read(reading)
        if isinstance(found, bool):
            return found
        asn = reading.place(str(found[0])).asn
        reading.labels[f"{namespace}:{asn}"] = None
        return asn in numbers

    return test
