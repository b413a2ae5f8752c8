"""Log groups."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.logs.errors import InvalidParameterException, ResourceAlreadyExistsException
from vauban.services.logs.lists import page
from vauban.services.logs.resolvers import a_group, a_new_group
from vauban.services.logs.resources import Batch, Group, Stream, milliseconds
from vauban.services.logs.tags import require_tags


@operation(
    "CreateLogGroup",
    on=a_new_group,
    also=(("TagResource", "tags"),),
    unsupported=("kmsKeyId", "deletionProtectionEnabled"),
)
def create_log_group(
    call: Call, existing: Group | None, tags: dict[str, str] | None = None, log_group_class: str = "STANDARD"
) -> None:
    if existing is not None:
        raise ResourceAlreadyExistsException("The specified log group already exists")
    if log_group_class != "STANDARD":
        raise InvalidParameterException(f"Log groups of the class {log_group_class} are not supported here.")
    name = call.params["logGroupName"]
    call.store.put(Group(name, call.account, call.region, call.now, require_tags(tags or {})))


@operation("DeleteLogGroup", on=a_group)
def delete_log_group(call: Call, group: Group) -> None:
    for kind in (Stream, Batch):
        for each in call.store.list(kind, prefix=f"{group.name}:"):
            call.store.delete(each)
    call.store.delete(group)


@operation("DescribeLogGroups", unsupported=("accountIdentifiers", "includeLinkedAccounts", "logGroupIdentifiers"))
def describe_log_groups(
    call: Call,
    log_group_name_prefix: str = "",
    log_group_name_pattern: str = "",
    next_token: str | None = None,
    limit: int = 50,
    log_group_class: str = "STANDARD",
) -> dict[str, Any]:
    if log_group_name_prefix and log_group_name_pattern:
        raise InvalidParameterException(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    found = [
        each
        for each in call.store.list(Group)
        if each.name.startswith(log_group_name_prefix)
        and log_group_name_pattern.lower() in each.name.lower()
        and log_group_class == "STANDARD"
    ]
    of = f"{log_group_name_prefix} {log_group_name_pattern} {log_group_class}"
    return page(call, "logGroups", found, lambda each: each.name, lambda each: _told(call, each), limit, next_token, of)


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
    }
    return told if group.retention_days is None else {**told, "retentionInDays": group.retention_days}
