"""Documents whose principals go by other names than the text has: see ``policy_principals``."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from vauban.policy import Policy
from vauban.policy.kinds import Kind


def compile_bound(document: str, ids: Mapping[str, str], *, name: str, kind: Kind) -> Policy:
    """``document`` compiled with the unique ids of those it names. Raises MalformedPolicy."""
    if not ids:
        return Policy.parse(document, name=name, kind=kind)
    return Policy.parse(renamed(json.loads(document), lambda each: ids.get(each, each)), name=name, kind=kind)


def renamed(document: dict[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    """``document`` with each AWS principal put through ``rename``."""
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Principal", "NotPrincipal"):
            named = statement.get(element)
            if isinstance(named, dict) and "AWS" in named:
                each = named["AWS"]
                named["AWS"] = rename(each) if isinstance(each, str) else [rename(name) for name in each]
    return document
