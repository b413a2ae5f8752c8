"""IP sets: addresses and ranges that rules name by ARN."""

from collections.abc import Iterable
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.wafv2.errors import BAD_FORMAT, WAFLimitsExceededException, invalid
from vauban.services.wafv2.lists import summaries
from vauban.services.wafv2.locks import changed, deleted
from vauban.services.wafv2.names import require_new
from vauban.services.wafv2.resolvers import Draft, DraftResolver, EntityResolver
from vauban.services.wafv2.resources import IPSet
from vauban.services.wafv2.tags import tagged
from vauban.services.wafv2.uses import used_by_rules

MOST_ADDRESSES = 10_000
_INTERFACES = {"IPV4": IPv4Interface, "IPV6": IPv6Interface}
an_ip_set = EntityResolver(IPSet)


@operation("CreateIPSet", on=DraftResolver(IPSet), also=(("TagResource", "Tags"),))
def create_ip_set(
    call: Call,
    draft: Draft,
    ip_address_version: str,
    addresses: list[str],
    description: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_new(call, IPSet, draft)
    made = IPSet(
        ip_address_version,
        _checked(addresses, ip_address_version),
        description=description,
        tags=tagged({}, tags or []),
        **draft.members(call),
    )
    call.store.put(made)
    return {"Summary": made.summary}


@operation("GetIPSet", on=an_ip_set)
def get_ip_set(call: Call, ip_set: IPSet) -> dict[str, Any]:
    return {"IPSet": ip_set.shape, "LockToken": ip_set.lock_token}


@operation("UpdateIPSet", on=an_ip_set)
def update_ip_set(
    call: Call, ip_set: IPSet, addresses: list[str], lock_token: str, description: str = ""
) -> dict[str, Any]:
    checked = _checked(addresses, ip_set.ip_address_version)
    new = changed(call, ip_set, lock_token, addresses=checked, description=description)
    return {"NextLockToken": new.lock_token}


@operation("DeleteIPSet", on=an_ip_set)
def delete_ip_set(call: Call, ip_set: IPSet, lock_token: str) -> None:
    deleted(call, ip_set, lock_token, used=used_by_rules(call, ip_set))


@operation("ListIPSets")
def list_ip_sets(call: Call, scope: str, next_marker: str | None = None, limit: int | None = None) -> dict[str, Any]:
    return summaries(call, IPSet, "IPSets", scope, limit, next_marker)


def _checked(addresses: Iterable[str], version: str) -> tuple[str, ...]:
    """The addresses, each once. Raises WAFInvalidParameterException or WAFLimitsExceededException."""
    distinct = tuple(dict.fromkeys(addresses))
    if len(distinct) > MOST_ADDRESSES:
        raise WAFLimitsExceededException("IP_SET")
    for address in distinct:
        if not _is_range(address, version):
            raise invalid("IP_ADDRESS", address, BAD_FORMAT)
    return distinct


def _is_range(address: str, version: str) -> bool:
    """Whether it is in CIDR notation, and no ``/0``."""
    network, slash, size = address.partition("/")
    if not slash or not size.isdecimal() or int(size) == 0 or "%" in network:
        return False
    try:
        _INTERFACES[version](address)
    except ValueError:
        return False
    return True
