"""Policy documents: read, and checked as AWS checks them. What comes out is well-formed; what does not is refused.

Source: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM and AWS STS quotas".
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from vauban.policy.conditions import Clause, parse_operator
from vauban.policy.kinds import PROHIBITED, REQUIRED, RULES, Presence, Rules
from vauban.policy.matching import action_matcher
from vauban.policy.principals import FORMS, Principals, parse_principals
from vauban.policy.values import text
from vauban.policy.variables import has_variables, template

SYNTAX = "Syntax errors in policy."
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
VERSIONS = ("2008-10-17", "2012-10-17")
CURRENT_VERSION = VERSIONS[1]

_DOCUMENT_ELEMENTS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
_ACTION = re.compile(r"\*|(?:\*|[a-z0-9-]+):[a-z0-9*?_-]+", re.ASCII | re.IGNORECASE)
_VENDOR = re.compile(r"[a-z0-9-]+|\*", re.ASCII | re.IGNORECASE)
_SID = re.compile(r"[0-9A-Za-z]*", re.ASCII)
_CONDITION_KEY = re.compile(r"[^:\s]+:\S.*", re.DOTALL)
_ARN_HEAD = re.compile(r"arn:(?P<partition>[^:]+)(?::(?P<vendor>[^:]*)(?::(?P<rest>.*))?)?", re.DOTALL)
_PARTITIONS = re.compile(r"aws(?:-[a-z]+)*|\*", re.ASCII)


class MalformedPolicy(ValueError):
    """A document that AWS would refuse; the message is the reason, in AWS's words."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class OversizedPolicy(MalformedPolicy):
    """A document longer than its kind may be."""

    def __init__(self, limit: int):
        super().__init__(f"Cannot exceed quota for PolicySize: {limit}")
        self.limit = limit


class StatementDocument(NamedTuple):
    """One statement, checked: lists where lists are allowed, text where text is meant."""

    sid: str
    allow: bool
    principals: Principals | None
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    clauses: tuple[Clause, ...]


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
    _require(isinstance(document, dict) and document.keys() <= _DOCUMENT_ELEMENTS)
    version = _version(document, rules)
    statements = _statements(document.get("Statement"))
    checked = tuple(_statement(each, rules, variables=version == CURRENT_VERSION) for each in statements)
    if rules.strict_sids:
        _check_sids([each.sid for each in checked])
    return Document(version, _string(document.get("Id", "")), checked)


def _read_json(document: str) -> Any:
    try:
        return json.loads(document, object_pairs_hook=_unique_pairs, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        if isinstance(error, MalformedPolicy):
            raise
        raise MalformedPolicy(SYNTAX) from None


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    _require(len(found) == len(pairs))
    return found


def _refuse(_: str = "") -> NoReturn:
    raise MalformedPolicy(SYNTAX)


def _require(condition: bool, reason: str = SYNTAX) -> None:
    if not condition:
        raise MalformedPolicy(reason)


def _check_size(document: str, rules: Rules) -> None:
    size = sum(map(len, document.split())) if rules.size_ignores_space else len(document)
    if rules.size is not None and size > rules.size:
        raise OversizedPolicy(rules.size)


def _version(document: dict[str, Any], rules: Rules) -> str:
    version = document.get("Version", VERSIONS[0])
    if rules.versioned:
        _require(version == CURRENT_VERSION, "Policy document must be version 2012-10-17 or greater.")
    _require(version in VERSIONS, "The policy must contain a valid version string")
    return version


def _statements(value: Any) -> list[dict[str, Any]]:
    found = [value] if isinstance(value, dict) else value
    _require(isinstance(found, list) and bool(found) and all(isinstance(each, dict) for each in found))
    return found


def _check_sids(sids: list[str]) -> None:
    _require(
        all(_SID.fullmatch(sid) for sid in sids),
        "Statement IDs (SID) must be alpha-numeric. "
        "Check that your input satisfies the regular expression [0-9A-Za-z]*",
    )
    named = [sid for sid in sids if sid]
    _require(len(named) == len(set(named)), "Statement IDs (SID) in a single policy must be unique.")


def _statement(statement: dict[str, Any], rules: Rules, *, variables: bool) -> StatementDocument:
    _require(statement.keys() <= _STATEMENT_ELEMENTS)
    for element in sorted(rules.prohibited & statement.keys()):
        raise MalformedPolicy(f"Has prohibited field {element}")
    effect = statement.get("Effect")
    _require(effect is not None, "Missing required field Effect")
    _require(effect in ("Allow", "Deny"), f"Invalid effect: {effect}" if isinstance(effect, str) else SYNTAX)
    _require(effect in rules.effects, f"Effect {effect} is not supported in this kind of policy.")
    actions, not_actions = _alternatives(statement, "Action", rules.action, rules.action_missing)
    resources, not_resources = _alternatives(statement, "Resource", rules.resource, rules.resource_missing)
    _each(actions, lambda action: _check_action(action, rules))
    if rules.resource_implied:
        resources = ("*",)
    _each(resources, lambda resource: _check_resource(resource, variables))
    return StatementDocument(
        _string(statement.get("Sid", "")),
        effect == "Allow",
        _principals(statement, rules),
        actions,
        not_actions,
        resources,
        not_resources,
        _clauses(statement.get("Condition", {}), variables),
    )


def _each(values: tuple[str, ...], check: Callable[[str], None]) -> None:
    for value in values:
        check(value)


def _string(value: Any) -> str:
    _require(isinstance(value, str))
    return value


def _strings(value: Any) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    _require(isinstance(found, list) and all(isinstance(each, str) for each in found))
    return tuple(found)


def _present(statement: dict[str, Any], element: str, presence: Presence, missing: str, prohibited: str) -> str | None:
    """``element`` or its ``Not…``, whichever the statement has."""
    found = [name for name in (element, f"Not{element}") if name in statement]
    _require(len(found) < 2)
    _require(not (found and presence is PROHIBITED), prohibited)
    _require(bool(found) or presence is not REQUIRED, missing)
    return found[0] if found else None


def _alternatives(
    statement: dict[str, Any], element: str, presence: Presence, missing: str
) -> tuple[tuple[str, ...], bool]:
    """The values of ``Action`` or ``NotAction`` (``Resource`` alike), and whether it is the latter."""
    name = _present(statement, element, presence, missing, f"Has prohibited field {element}")
    if name is None:
        return (), False
    values = _strings(statement[name])
    _require(bool(values) or presence is not REQUIRED, missing)
    return values, name != element


def _check_action(action: str, rules: Rules) -> None:
    vendor, colon, _ = action.partition(":")
    _require(bool(colon) or action == "*", VENDOR)
    _require(_VENDOR.fullmatch(vendor) is not None, f"Vendor {vendor} is not valid")
    _require(_ACTION.fullmatch(action) is not None)
    if rules.actions:
        fits = action_matcher([action])
        _require(any(map(fits, rules.actions)), "AssumeRole policy may only specify STS AssumeRole actions.")


def _check_resource(resource: str, variables: bool) -> None:
    if resource and not resource.strip("*"):
        return
    head = _ARN_HEAD.fullmatch(resource)
    _require(head is not None, f'Resource {resource} must be in ARN format or "*".')
    assert head is not None
    _require(
        _PARTITIONS.fullmatch(head["partition"]) is not None,
        f'Partition "{head["partition"]}" is not valid for resource "{resource}".',
    )
    before_resource = resource.split(":", 5)[:5]
    _require(not variables or not any("${" in each for each in before_resource), SYNTAX)


def _principals(statement: dict[str, Any], rules: Rules) -> Principals | None:
    name = _present(
        statement, "Principal", rules.principal, "Missing required field Principal", rules.principal_refusal
    )
    if name is None:
        return None
    value = statement[name]
    if value == "*":
        return parse_principals({"AWS": ["*"]}, negated=name != "Principal")
    _require(isinstance(value, dict) and value.keys() <= FORMS.keys() and bool(value))
    values = {kind: list(_strings(each)) for kind, each in value.items()}
    for kind, each in values.items():
        for principal in each:
            _check_principal(kind, principal, rules)
    return parse_principals(values, negated=name != "Principal")


def _check_principal(kind: str, principal: str, rules: Rules) -> None:
    valid = FORMS[kind].fullmatch(principal) is not None and (principal == "*" or not rules.any_principal_only)
    _require(valid, rules.invalid_principal.format(type=_TYPE_WORDS.get(kind, kind), value=principal))


_TYPE_WORDS = {"Service": "SERVICE", "Federated": "FEDERATED", "CanonicalUser": "CANONICAL_USER"}


def _clauses(conditions: Any, variables: bool) -> tuple[Clause, ...]:
    _require(isinstance(conditions, dict))
    return tuple(
        _clause(operator, key, value, variables)
        for operator, keys in conditions.items()
        for key, value in _mapping(keys).items()
    )


def _mapping(value: Any) -> dict[str, Any]:
    _require(isinstance(value, dict))
    return value


def _clause(operator_name: str, key: str, value: Any, variables: bool) -> Clause:
    parsed = parse_operator(operator_name)
    _require(parsed is not None, f"Invalid Condition type : {operator_name}")
    assert parsed is not None
    _require(_CONDITION_KEY.fullmatch(key) is not None, VENDOR)
    values = tuple(_condition_value(each) for each in (value if isinstance(value, list) else [value]))
    quantifier, operator, if_exists = parsed
    for each in values:
        templated = operator.variables and has_variables(template(each, wildcards=False, variables=variables))
        _require(templated or operator.accepts(each) is not None, f"Invalid value {each} for {operator_name} {key}")
    return Clause(quantifier, operator, if_exists, key, values)


def _condition_value(value: Any) -> str:
    _require(isinstance(value, (str, bool, int, float)))
    found = text(value)
    assert found is not None
    return found
