"""GetContextKeysFor…: the condition keys that policies ask for, in conditions and in variables."""

import json
import re
from collections.abc import Iterator
from typing import Any

from vauban.identity.attachments import attachments
from vauban.identity.groups import Group
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.policy import MalformedPolicy, Policy
from vauban.services.iam.entities import Source
from vauban.services.iam.errors import InvalidInputException

_VARIABLE = re.compile(r"\$\{\s*([A-Za-z0-9-]+:[^{}',\s]+)")


@operation("GetContextKeysForCustomPolicy")
def get_context_keys_for_custom_policy(call: Call, policy_input_list: list[str]) -> dict[str, Any]:
    return _shape(_checked(policy_input_list))


@operation("GetContextKeysForPrincipalPolicy", on=Source("PolicySourceArn"))
def get_context_keys_for_principal_policy(
    call: Call, source: User | Group | Role, policy_input_list: list[str] | None = None
) -> dict[str, Any]:
    attached = attachments(call.store, source)
    documents = [*source.policies.values()]
    for group in attached.groups:
        documents.extend(group.policies.values())
    documents.extend(each.default.document for each in attached.managed)
    return _shape([*documents, *_checked(policy_input_list or [])])


def _checked(documents: list[str]) -> list[str]:
    for document in documents:
        try:
            Policy.parse(document, name="input", kind="identity")
        except MalformedPolicy as error:
            raise InvalidInputException(f"Invalid Input {error}") from None
    return documents


def _shape(documents: list[str]) -> dict[str, Any]:
    named: dict[str, str] = {}
    for document in documents:
        for key in _keys(json.loads(document)):
            named.setdefault(key.lower(), key)
    return {"ContextKeyNames": sorted(named.values())}


def _keys(document: dict[str, Any]) -> Iterator[str]:
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for operator in statement.get("Condition", {}).values():
            yield from operator
        yield from _VARIABLE.findall(json.dumps(statement))
