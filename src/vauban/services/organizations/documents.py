"""The documents of policies, checked as their type asks."""

import json
from typing import Any

from vauban.identity.organizations import RESOURCE_CONTROL, SERVICE_CONTROL
from vauban.policy import Policy
from vauban.services.organizations.errors import ConstraintViolationException, MalformedPolicyDocumentException
from vauban.services.organizations.inheritance import check_operators
from vauban.services.organizations.policy_types import POLICY_TYPES

_KINDS = {SERVICE_CONTROL: "scp", RESOURCE_CONTROL: "rcp"}


def check_content(content: str, type: str) -> None:
    """Raises MalformedPolicyDocumentException, and ConstraintViolationException for a document that is too long."""
    if len(content) > POLICY_TYPES[type].size:
        raise ConstraintViolationException("POLICY_CONTENT_LIMIT_EXCEEDED")
    try:
        if type in _KINDS:
            Policy.parse(content, name="policy", kind=_KINDS[type])
        else:
            _check_management_policy(content, type)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicyDocumentException from error


def read(content: str) -> Any:
    """JSON in which no name comes twice. Raises ValueError, and RecursionError for what is nested too deeply."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name comes twice")
        return found

    return json.loads(content, object_pairs_hook=unique)


def _check_management_policy(content: str, type: str) -> None:
    document, element = read(content), POLICY_TYPES[type].element
    if not isinstance(document, dict) or (element and set(document) != {element}):
        raise ValueError(f"everything stands under {element}")
    check_operators(document)
    if type == "TAG_POLICY":
        _check_tag_policy(document["tags"])


_TAG_ELEMENTS = frozenset({"tag_key", "tag_value", "enforced_for", "report_required_tag_for"})


def _check_tag_policy(tags: Any) -> None:
    """Of each tag: how its key is spelled, which values it may have, and on which resources."""
    if not isinstance(tags, dict):
        raise ValueError("tags is an object")
    for name, rules in tags.items():
        if name.startswith("@@"):
            continue
        if not isinstance(rules, dict) or not {each for each in rules if not each.startswith("@@")} <= _TAG_ELEMENTS:
            raise ValueError(f"{name} has elements that tag policies do not have")
        key = rules.get("tag_key", {}).get("@@assign") if isinstance(rules.get("tag_key", {}), dict) else None
        if key is not None and (not isinstance(key, str) or key.lower() != name.lower()):
            raise ValueError(f"{name} and its tag_key differ by more than case")
