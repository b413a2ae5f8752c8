"""Labels: what rules tell later ones of a request, and the namespaces that they are in."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from vauban.engines.waf.addresses import NOT_FORMATTED
from vauban.engines.waf.refusals import InvalidParameter

_RESERVED = frozenset(("aws", "waf", "managed", "rulegroup", "webacl", "regexpatternset", "ipset"))
_NAME = re.compile(r"[0-9A-Za-z_-]{1,128}")
_MOST_NAMESPACES = 5
PREFIX = "awswaf:"


def namespace(entity: Mapping[str, Any], kind: str) -> str:
    """The prefix of the labels of a web ACL (`webacl`) or a rule group (`rulegroup`): as it says, or by its ARN."""
    account = (entity.get("ARN", "").split(":") + [""] * 5)[4] or "000000000000"
    return entity.get("LabelNamespace") or f"{PREFIX}{account}:{kind}:{entity.get('Name', '')}:"


def added(labels: Iterable[Mapping[str, str]], prefix: str) -> tuple[str, ...]:
    """The labels of a rule in full. Raises InvalidParameter."""
    return tuple(prefix + _checked(label["Name"]) for label in labels)


def _checked(label: str) -> str:
    parts = label.split(":")
    if len(parts) > _MOST_NAMESPACES + 1 or not all(map(_NAME.fullmatch, parts)) or _RESERVED.intersection(parts):
        raise InvalidParameter("RULE", label, NOT_FORMATTED)
    return label


def matcher(scope: str, key: str, prefix: str) -> Callable[[Iterable[str]], bool]:
    """Whether a label, or one in the namespace, `key` is among labels.

    A key that is not in full is looked for in the context of the rule that asks: a label by its name and any of the
    namespaces before it, a namespace by any that follow each other.
    """
    if scope == "NAMESPACE":
        spaces = key if key.endswith(":") else key + ":"
        if key.startswith(PREFIX):
            return lambda labels: any(label.startswith(spaces) for label in labels)
        inner = ":" + spaces
        return lambda labels: any(label.startswith(prefix) and inner in ":" + label[len(prefix) :] for label in labels)
    if key.startswith(PREFIX):
        return lambda labels: key in labels
    ending = ":" + key
    return lambda labels: any(label.startswith(prefix) and label.endswith(ending) for label in labels)
