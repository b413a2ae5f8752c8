"""Log groups."""

from collections.abc import Sequence
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.logs.errors import InvalidParameterException, ResourceAlreadyExistsException
from vauban.services.logs.lists import page
from vauban.services.logs.resolvers import a_group, a_new_group, an_identified_group_alone
from vauban.services.logs.resources import Batch, Group, Stream, milliseconds
from vauban.services.logs.tags import require_tags


@operation(
    "CreateLogGroup",
    on=a_new_group,
    also=(("TagResource", "tags"),),
    unsupported=("kmsKeyId",),
)
def create_log_group(
    call: Call,
    existing: Group | None,
    tags: dict[str, str] | None = None,
    log_group_class: str = "STANDARD",
    deletion_protection_enabled: bool = False,
) -> None:
    if existing is not None:
        raise ResourceAlreadyExistsException("The specified log group already exists")
    if log_group_class != "STANDARD":
        raise InvalidParameterException(f"Log groups of the class {log_group_class} are not supported here.")
    name = call.params["logGroupName"]
    group = Group(name, call.account, call.region, call.now, require_tags(tags or {}))
    call.store.put(replace(group, is_protected=deletion_protection_enabled))


@operation("DeleteLogGroup", on=a_group)
def delete_log_group(call: Call, group: Group) -> None:
    if group.is_protected:
        raise ValidationException(f"The log group {group.name} is protected from deletion.")
    for kind in (Stream, Batch):
        for each in call.store.list(kind, prefix=f"{group.name}:"):
            call.store.delete(each)
    call.store.delete(group)


@operation("PutLogGroupDeletionProtection", on=an_identified_group_alone)
def put_log_group_deletion_protection(call: Call, group: Group, deletion_protection_enabled: bool) -> None:
    call.store.put(replace(group, is_protected=deletion_protection_enabled))


@operation("DescribeLogGroups", unsupported=("accountIdentifiers", "includeLinkedAccounts"))
def describe_log_groups(
    call: Call,
    log_group_name_prefix: str = "",
    log_group_name_pattern: str = "",
    next_token: str | None = None,
    limit: int = 50,
    log_group_class: str = "STANDARD",
    log_group_identifiers: list[str] | None = None,
) -> dict[str, Any]:
    if log_group_name_prefix and log_group_name_pattern:
        raise InvalidParameterException(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    found = [
        each
        for each in call.store.list(Group)
        if each.name.startswith(log_group_name_prefix)
        and log_group_name_pattern in each.name
        and log_group_class == "STANDARD"
        and (log_group_identifiers is None or {each.name, each.arn}.intersection(log_group_identifiers))
    ]
    of = f"{log_group_name_prefix} {log_group_name_pattern} {log_group_class} {log_group_identifiers}"
    return page(call, "logGroups", found, lambda each: each.name, lambda each: _told(call, each), limit, next_token, of)


@operation(
    "ListLogGroups", unsupported=("includeLinkedAccounts", "accountIdentifiers", "dataSources", "fieldIndexNames")
)
def list_log_groups(
    call: Call,
    log_group_name_pattern: str = "",
    log_group_class: str = "STANDARD",
    log_group_tags: list[dict[str, Any]] | None = None,
    next_token: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    found = [
        each
        for each in call.store.list(Group)
        if _is_called(each, log_group_name_pattern)
        and log_group_class == "STANDARD"
        and all(_is_tagged(each, **tag) for tag in log_group_tags or ())
    ]

    def told(group: Group) -> dict[str, Any]:
        return {"logGroupName": group.name, "logGroupArn": group.arn, "logGroupClass": "STANDARD"}

    of = f"{log_group_name_pattern} {log_group_class} {log_group_tags}"
    return page(call, "logGroups", found, lambda each: each.name, told, limit, next_token, of)


def _is_called(group: Group, pattern: str) -> bool:
    """By one of several parts of a name, or with ``^`` by how it begins."""
    parts = pattern.split("|")
    return any(group.name.startswith(each[1:]) if each[:1] == "^" else each in group.name for each in parts)


def _is_tagged(group: Group, key: str, values: Sequence[str] = ()) -> bool:
    return key in group.tags and (not values or group.tags[key] in values)


def _told(call: Call, group: Group) -> dict[str, Any]:
    """The model's ``LogGroup``."""
    told = {
        "logGroupName": group.name,
        "creationTime": milliseconds(group.created),
        "metricFilterCount": 0,
        "arn": f"{group.arn}:*",
        "logGroupArn": group.arn,
        "storedBytes": sum(each.size for each in call.store.list(Batch, prefix=f"{group.name}:")),
        "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": group.is_protected,
    }
    return told if group.retention_days is None else {**told, "retentionInDays": group.retention_days}
