"""Parameters: put, get, delete.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
"""

from collections.abc import Sequence
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.services.ssm import data_types, references
from vauban.services.ssm.changes import announce, announce_failure, forget
from vauban.services.ssm.encryption import decrypted, encrypted
from vauban.services.ssm.errors import ParameterAlreadyExists, ParameterMaxVersionLimitExceeded
from vauban.services.ssm.policies import parameter_policies, restarted
from vauban.services.ssm.references import Reference
from vauban.services.ssm.resolvers import (
    Selected,
    a_new_parameter,
    a_parameter,
    a_selected_parameter,
    decide_each,
    parameters,
    selected_parameters,
)
from vauban.services.ssm.resources import (
    DEFAULT_KEY,
    SECURE,
    VERSIONS_KEPT,
    Parameter,
    ParameterVersion,
    version_id,
)
from vauban.services.ssm.tags import tagged
from vauban.services.ssm.tiers import require_fitting, require_room, tier_of
from vauban.services.ssm.values import require_value


@operation("PutParameter", on=a_new_parameter, also=(("AddTagsToResource", "Tags"),))
def put_parameter(
    call: Call,
    existing: Parameter | None,
    value: str,
    description: str | None = None,
    type: str | None = None,
    key_id: str | None = None,
    overwrite: bool = False,
    allowed_pattern: str | None = None,
    tags: Sequence[dict[str, str]] = (),
    tier: str | None = None,
    policies: str | None = None,
    data_type: str | None = None,
) -> dict[str, Any]:
    """What an update leaves out stays as it was."""
    _require_right_request(existing, type, overwrite, tags)
    type = type or existing.type
    if key_id is not None and type != SECURE:
        raise ValidationException(f"KeyId is not supported for parameters of type {type}, only for {SECURE}.")
    now = call.now
    made = Parameter(
        name=call.params["Name"].strip(),
        account=call.account,
        region=call.region,
        version=existing.version + 1 if existing else 1,
        type=type,
        modified=now,
        modified_by=call.principal.arn,
        value=b"",
        data_type=_given(data_type or None, existing, "data_type", data_types.TEXT),
        key_id=_given(key_id, existing, "key_id", "") or DEFAULT_KEY if type == SECURE else "",
        description=_given(description, existing, "description", ""),
        allowed_pattern=_given(allowed_pattern, existing, "allowed_pattern", ""),
        policies=_policies(policies, existing, now),
        labels=existing.labels if existing else {},
        tags=existing.tags if existing else tagged({}, tags),
        resource_policy=existing.resource_policy if existing else "",
        resource_policy_id=existing.resource_policy_id if existing else "",
    )
    _require_valid(existing, made, value)
    return _kept(call, existing, made, tier, value)


def _kept(call: Call, existing: Parameter | None, made: Parameter, tier: str | None, value: str) -> dict[str, Any]:
    """Keep the new version, in the tier it needs, with what it took the place of beside it."""
    content = value.encode()
    chosen = tier_of(call, existing, tier, len(content), made.data_type, bool(made.policies))
    require_fitting(chosen, len(content), made.data_type, bool(made.policies))
    require_room(call, existing, chosen)
    if made.data_type == data_types.IMAGE and not data_types.is_image(value):
        announce_failure(call, made, "Update" if existing else "Create")
        return {"Version": made.version, "Tier": chosen}
    if existing is not None:
        _keep_version(call, existing)
    if made.type == SECURE:
        content = encrypted(call, made.arn, made.key_id, chosen, content)
    made = replace(made, tier=chosen, value=content)
    call.store.put(made)
    announce(call, made, "Update" if existing else "Create")
    return {"Version": made.version, "Tier": chosen}


@operation("GetParameter", on=a_selected_parameter)
def get_parameter(call: Call, selected: Selected | Reference, with_decryption: bool = False) -> dict[str, Any]:
    return {"Parameter": described(call, selected, with_decryption)}


@operation("GetParameters", on=selected_parameters, decide=decide_each)
def get_parameters(call: Call, found: list[tuple[str, Resource]], with_decryption: bool = False) -> dict[str, Any]:
    got, invalid = [], []
    for text, resource in found:
        try:
            if resource.absent is not None:
                raise resource.absent
            got.append(described(call, resource.record, with_decryption))
        except AwsError as error:
            if error.code not in _INVALID:
                raise
            invalid.append(text)
    return {"Parameters": sorted(got, key=lambda each: each["Name"]), "InvalidParameters": invalid}


_INVALID = frozenset({"ParameterNotFound", "ParameterVersionNotFound", "ValidationException"})
"""What is told of one parameter among several by listing it."""


@operation("DeleteParameter", on=a_parameter)
def delete_parameter(call: Call, parameter: Parameter) -> None:
    forget(call, parameter)


@operation("DeleteParameters", on=parameters, decide=decide_each)
def delete_parameters(call: Call, found: list[tuple[str, Resource]]) -> dict[str, Any]:
    there = [(text, resource.record) for text, resource in found if resource.absent is None]
    for _, parameter in there:
        forget(call, parameter)
    return {
        "DeletedParameters": [text for text, _ in there],
        "InvalidParameters": [text for text, resource in found if resource.absent is not None],
    }


def described(call: Call, selected: Selected | Reference, with_decryption: bool) -> dict[str, Any]:
    """The model's ``Parameter``."""
    if isinstance(selected, Reference):
        return references.described(call, selected, with_decryption)
    revision, selector = selected
    result = revision.result
    if selector:
        result = {**result, "Selector": selector}
    if with_decryption and revision.type == SECURE:
        result = {**result, "Value": decrypted(call, revision)}
    return result


def _require_right_request(
    existing: Parameter | None, type: str | None, overwrite: bool, tags: Sequence[dict[str, str]]
) -> None:
    if tags and overwrite:
        raise ValidationException(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please "
            "remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
            "RemoveTagsFromResource."
        )
    if existing is not None and not overwrite:
        raise ParameterAlreadyExists
    if existing is None and type is None:
        raise ValidationException("A parameter type is required when you create a parameter.")


def _given(given: str | None, existing: Parameter | None, name: str, default: str) -> str:
    """What the request says, else what the version before has."""
    return given if given is not None else getattr(existing, name) if existing else default


def _policies(text: str | None, existing: Parameter | None, now: Any) -> tuple[Any, ...]:
    if text is not None:
        return parameter_policies(text, now)
    return restarted(existing.policies, now) if existing else ()


def _require_valid(existing: Parameter | None, made: Parameter, value: str) -> None:
    data_types.require_known(made.data_type)
    if existing is not None:
        data_types.require_unchanged(existing.data_type, made.data_type)
    require_value(value, made.allowed_pattern)
    data_types.require_valid(made.data_type, made.type, made.name, value)


def _keep_version(call: Call, existing: Parameter) -> None:
    """Put the newest version so far with those before; the oldest of a hundred makes room."""
    call.store.put(existing.as_version())
    oldest = existing.version + 1 - VERSIONS_KEPT
    if oldest < 1:
        return
    if existing.labels_of(oldest):
        raise ParameterMaxVersionLimitExceeded(
            f"You attempted to create a new version of {existing.name} by calling the PutParameter API with the "
            f"overwrite flag. Version {oldest}, the oldest version, can't be deleted because it has a label associated "
            "with it. Move the label to another version of the parameter, and try again."
        )
    call.store.delete(call.store.get(ParameterVersion, version_id(existing.name, oldest)))
