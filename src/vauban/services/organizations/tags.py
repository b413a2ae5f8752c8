"""Tags on accounts, units, the root, policies and the resource policy."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.identity.organizations import Organization, OrganizationPolicy, Unit
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.organizations import resolvers
from vauban.services.organizations.errors import ConstraintViolationException, InvalidInputException
from vauban.services.organizations.lists import page
from vauban.services.organizations.resources import own_organization

MAXIMUM = 50


@operation("TagResource", on=resolvers.taggable())
def tag_resource(call: Call, resource: Any, tags: list[dict[str, str]]) -> None:
    _put(call, resource, tagged(_tags(resource), tags))


@operation("UntagResource", on=resolvers.taggable())
def untag_resource(call: Call, resource: Any, tag_keys: list[str]) -> None:
    for key in tag_keys:
        _refuse_reserved(key)
    _put(call, resource, {key: value for key, value in _tags(resource).items() if key not in tag_keys})


@operation("ListTagsForResource", on=resolvers.taggable())
def list_tags_for_resource(call: Call, resource: Any, next_token: str | None = None) -> dict[str, Any]:
    tags = _tags(resource).items()
    return page(call, "Tags", tags, lambda tag: tag[0], lambda tag: {"Key": tag[0], "Value": tag[1]}, None, next_token)


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises InvalidInputException, ConstraintViolationException."""
    new = {tag["Key"]: tag["Value"] for tag in added}
    if len(new) != len(list(added)):
        raise InvalidInputException("DUPLICATE_TAG_KEY")
    for key in new:
        _refuse_reserved(key)
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise ConstraintViolationException("MAX_TAG_LIMIT_EXCEEDED")
    return result


def _refuse_reserved(key: str) -> None:
    if key.lower().startswith("aws:"):
        raise InvalidInputException("INVALID_SYSTEM_TAGS_PARAMETER")


def _tags(resource: Any) -> dict[str, str]:
    return resource.resource_policy_tags if isinstance(resource, Organization) else resource.tags


def _put(call: Call, resource: Any, tags: dict[str, str]) -> None:
    """Keep the tags on whatever has them; an organization stands for its resource policy."""
    organization = own_organization(call)
    if isinstance(resource, Organization):
        call.store.put(replace(resource, resource_policy_tags=tags))
    elif isinstance(resource, Unit):
        units = {**organization.units, resource.unit_id: replace(resource, tags=tags)}
        call.store.put(replace(organization, units=units))
    elif isinstance(resource, OrganizationPolicy) and resource.aws_managed:
        raise InvalidInputException("IMMUTABLE_POLICY")
    else:
        call.store.put(replace(resource, tags=tags))
