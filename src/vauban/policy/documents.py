"""Policy documents: read, and checked as AWS checks them. What comes out is well-formed; what does not is refused.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM and AWS STS quotas".
"""

import json
import re
from typing import Any, NamedTuple, NoReturn

from vauban.policy.elements import StatementDocument, read_statement, string
from vauban.policy.kinds import RULES, Rules
from vauban.policy.refusals import SYNTAX, MalformedPolicy, OversizedPolicy, require

VERSIONS = ("2008-10-17", "2012-10-17")
CURRENT_VERSION = VERSIONS[1]

_ELEMENTS = frozenset({"Version", "Id", "Statement"})
_SID = re.compile(r"[0-9A-Za-z]*", re.ASCII)


class Document(NamedTuple):
    version: str
    id: str
    statements: tuple[StatementDocument, ...]


def read_document(document: str | dict[str, Any], kind: str) -> Document:
    """A document of ``kind``, checked. Raises MalformedPolicy, or OversizedPolicy."""
    rules = RULES[kind]
    if isinstance(document, str):
        _check_size(document, rules)
        document = _read_json(document)
    require(isinstance(document, dict) and document.keys() <= _ELEMENTS)
    version = _version(document, rules)
    statements = _statements(document.get("Statement"))
    checked = tuple(read_statement(each, rules, variables=version == CURRENT_VERSION) for each in statements)
    if rules.strict_sids:
        _check_sids([each.sid for each in checked])
    return Document(version, string(document.get("Id", "")), checked)


def _check_size(document: str, rules: Rules) -> None:
    size = sum(map(len, document.split())) if rules.size_ignores_space else len(document)
    if rules.size is not None and size > rules.size:
        raise OversizedPolicy(rules.size)


def _read_json(document: str) -> Any:
    try:
        return json.loads(document, object_pairs_hook=_unique_pairs, parse_constant=_refuse_constant)
    except MalformedPolicy:
        raise
    except (ValueError, RecursionError):
        raise MalformedPolicy(SYNTAX) from None


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    require(len(found) == len(pairs))
    return found


def _refuse_constant(_: str) -> NoReturn:
    """``NaN`` and ``Infinity``, which Python's reader takes and JSON does not have."""
    raise MalformedPolicy(SYNTAX)


def _version(document: dict[str, Any], rules: Rules) -> str:
    version = document.get("Version", VERSIONS[0])
    if rules.versioned:
        require(version == CURRENT_VERSION, "Policy document must be version 2012-10-17 or greater.")
    require(version in VERSIONS, "The policy must contain a valid version string")
    return version


def _statements(value: Any) -> list[dict[str, Any]]:
    found = [value] if isinstance(value, dict) else value
    require(isinstance(found, list) and bool(found) and all(isinstance(each, dict) for each in found))
    return found


def _check_sids(sids: list[str]) -> None:
    require(
        all(_SID.fullmatch(sid) for sid in sids),
        "Statement IDs (SID) must be alpha-numeric. "
        "Check that your input satisfies the regular expression [0-9A-Za-z]*",
    )
    named = [sid for sid in sids if sid]
    require(len(named) == len(set(named)), "Statement IDs (SID) in a single policy must be unique.")
