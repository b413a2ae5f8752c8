"""Tags on everything of IAM's that has tags.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import InvalidInputException, LimitExceededException
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import instance_profile, own_policy, policy, role, user

MAXIMUM = 50


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added; keys are told apart without regard to case, and keep the newest's."""
    new = {tag["Key"]: tag["Value"] for tag in added}
    folded = [tag["Key"].lower() for tag in added]
    if len(set(folded)) != len(folded):
        raise InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    for name in new:
        if name.lower().startswith("aws:"):
            raise InvalidInputException("Tag keys beginning with aws: are reserved for system use.")
    result = {name: value for name, value in tags.items() if name.lower() not in folded} | new
    if len(result) > MAXIMUM:
        raise LimitExceededException(f"The number of tags has reached the maximum limit: {MAXIMUM}.")
    return result


def new_tags(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return tagged({}, tags or [])


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def shown(tags: Mapping[str, str]) -> dict[str, Any]:
    """The ``Tags`` member of a shape: absent where there are none."""
    return {"Tags": tag_list(tags)} if tags else {}


def tag(call: Call, record: Any, tags: list[dict[str, str]]) -> None:
    call.store.put(replace(record, tags=tagged(record.tags, tags)))


def untag(call: Call, record: Any, tag_keys: list[str]) -> None:
    gone = {each.lower() for each in tag_keys}
    call.store.put(
        replace(record, tags={name: value for name, value in record.tags.items() if name.lower() not in gone})
    )


def list_tags(call: Call, record: Any, marker: str | None, max_items: int | None) -> dict[str, Any]:
    entries = ((each["Key"], each) for each in tag_list(record.tags))
    return page(call, "Tags", entries, max_items, marker)


@operation("TagUser", on=user)
def tag_user(call: Call, tagged_one: Any, tags: list[dict[str, str]]) -> None:
    tag(call, tagged_one, tags)


@operation("UntagUser", on=user)
def untag_user(call: Call, tagged_one: Any, tag_keys: list[str]) -> None:
    untag(call, tagged_one, tag_keys)


@operation("ListUserTags", on=user)
def list_user_tags(
    call: Call, tagged_one: Any, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, tagged_one, marker, max_items)


@operation("TagRole", on=role)
def tag_role(call: Call, tagged_one: Any, tags: list[dict[str, str]]) -> None:
    tag(call, tagged_one, tags)


@operation("UntagRole", on=role)
def untag_role(call: Call, tagged_one: Any, tag_keys: list[str]) -> None:
    untag(call, tagged_one, tag_keys)


@operation("ListRoleTags", on=role)
def list_role_tags(
    call: Call, tagged_one: Any, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, tagged_one, marker, max_items)


@operation("TagPolicy", on=own_policy)
def tag_policy(call: Call, tagged_one: Any, tags: list[dict[str, str]]) -> None:
    tag(call, tagged_one, tags)


@operation("UntagPolicy", on=own_policy)
def untag_policy(call: Call, tagged_one: Any, tag_keys: list[str]) -> None:
    untag(call, tagged_one, tag_keys)


@operation("ListPolicyTags", on=policy)
def list_policy_tags(
    call: Call, tagged_one: Any, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, tagged_one, marker, max_items)


@operation("TagInstanceProfile", on=instance_profile)
def tag_instance_profile(call: Call, tagged_one: Any, tags: list[dict[str, str]]) -> None:
    tag(call, tagged_one, tags)


@operation("UntagInstanceProfile", on=instance_profile)
def untag_instance_profile(call: Call, tagged_one: Any, tag_keys: list[str]) -> None:
    untag(call, tagged_one, tag_keys)


@operation("ListInstanceProfileTags", on=instance_profile)
def list_instance_profile_tags(
    call: Call, tagged_one: Any, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, tagged_one, marker, max_items)
