"""The rule groups that AWS manages: what they are called, contain and need.

``managed_rule_groups.json`` says so by name: a rule is its name, its action and what its label ends with.
Source: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.wafv2.errors import WAFNonexistentItemException
from vauban.services.wafv2.lists import in_order, page
from vauban.services.wafv2.scopes import require_scope

VENDOR = "AWS"


class ManagedRule(NamedTuple):
    name: str
    action: str
    label: str
    """What its label has behind the group's namespace; empty where it adds none."""


class ManagedRuleGroup(NamedTuple):
    name: str
    title: str
    description: str
    capacity: int
    namespace: str
    """With the prefix, and a colon at the end."""
    version: str
    """The newest and default one; empty where there are none."""
    advanced: bool
    rules: tuple[ManagedRule, ...]
    labels: tuple[str, ...]
    """What it adds besides, by no one rule."""


@cache
def managed_rule_groups() -> dict[str, ManagedRuleGroup]:
    """By name, in alphabetical order."""
    known = json.loads(files(__package__).joinpath("managed_rule_groups.json").read_text())
    return {name: _read(name, **known[name]) for name in sorted(known)}


@operation("ListAvailableManagedRuleGroups")
def list_available_managed_rule_groups(
    call: Call, scope: str, next_marker: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    require_scope(call, scope)
    entries = [(name, _summary(each)) for name, each in managed_rule_groups().items()]
    return page(call, "ManagedRuleGroups", in_order(entries), limit, next_marker, of=scope)


@operation("ListAvailableManagedRuleGroupVersions")
def list_available_managed_rule_group_versions(
    call: Call, vendor_name: str, name: str, scope: str, next_marker: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    require_scope(call, scope)
    group = _found(vendor_name, name)
    versions = [(group.version, {"Name": group.version})] if group.version else []
    told = page(call, "Versions", in_order(versions), limit, next_marker, of=f"{scope} {name}")
    return {**told, "CurrentDefaultVersion": group.version} if group.version else told


@operation("DescribeManagedRuleGroup")
def describe_managed_rule_group(
    call: Call, vendor_name: str, name: str, scope: str, version_name: str | None = None
) -> dict[str, Any]:
    require_scope(call, scope)
    group = _found(vendor_name, name)
    if version_name not in (None, group.version):
        raise WAFNonexistentItemException
    told = {"VersionName": group.version} if group.version else {}
    labels = [*(each.label for each in group.rules if each.label), *group.labels]
    return {
        **told,
        "Capacity": group.capacity,
        "Rules": [{"Name": each.name, "Action": {each.action: {}}} for each in group.rules],
        "LabelNamespace": group.namespace,
        "AvailableLabels": [{"Name": f"{group.namespace}{label}"} for label in dict.fromkeys(labels)],
    }


@operation("DescribeAllManagedProducts")
def describe_all_managed_products(call: Call, scope: str) -> dict[str, Any]:
    require_scope(call, scope)
    return {"ManagedProducts": [_product(each) for each in managed_rule_groups().values()]}


@operation("DescribeManagedProductsByVendor")
def describe_managed_products_by_vendor(call: Call, vendor_name: str, scope: str) -> dict[str, Any]:
    require_scope(call, scope)
    groups = managed_rule_groups().values() if vendor_name == VENDOR else ()
    return {"ManagedProducts": [_product(each) for each in groups]}


def _found(vendor: str, name: str) -> ManagedRuleGroup:
    group = managed_rule_groups().get(name) if vendor == VENDOR else None
    if group is None:
        raise WAFNonexistentItemException
    return group


def _read(name: str, *, namespace: str, rules: list[list[str]], labels: list[str], **more: Any) -> ManagedRuleGroup:
    prefix = f"awswaf:managed:aws:{namespace}:"
    return ManagedRuleGroup(
        name, namespace=prefix, rules=tuple(ManagedRule(*rule) for rule in rules), labels=tuple(labels), **more
    )


def _summary(group: ManagedRuleGroup) -> dict[str, Any]:
    told = {"VendorName": VENDOR, "Name": group.name, "VersioningSupported": bool(group.version)}
    return {**told, "Description": group.description}


def _product(group: ManagedRuleGroup) -> dict[str, Any]:
    return {
        "VendorName": VENDOR,
        "ManagedRuleSetName": group.name,
        "ProductTitle": group.title,
        "ProductDescription": group.description,
        "IsVersioningSupported": bool(group.version),
        "IsAdvancedManagedRuleSet": group.advanced,
    }
