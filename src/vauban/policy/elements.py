"""The elements of a statement, checked one by one against the rules of the policy's kind.

Source: IAM User Guide, "IAM JSON policy elements reference".
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from vauban.policy.conditions import Clause, parse_operator
from vauban.policy.kinds import PROHIBITED, REQUIRED, Presence, Rules
from vauban.policy.matching import action_matcher
from vauban.policy.principals import FORMS, Principals, parse_principals
from vauban.policy.refusals import SYNTAX, VENDOR, MalformedPolicy, require
from vauban.policy.values import text
from vauban.policy.variables import has_variables, template

_ELEMENTS = frozenset({"Sid", "Effect", "Condition"}) | {
    each for name in ("Principal", "Action", "Resource") for each in (name, f"Not{name}")
}
_ACTION = re.compile(r"\*|(?:\*|[a-z0-9-]+):[a-z0-9*?_-]+", re.ASCII | re.IGNORECASE)
_VENDOR = re.compile(r"\*|[a-z0-9-]+", re.ASCII | re.IGNORECASE)
_PARTITION = re.compile(r"\*|aws(?:-[a-z]+)*", re.ASCII)
_CONDITION_KEY = re.compile(r"[^:\s]+:\S.*", re.DOTALL)
_PRINCIPAL_TYPES = {"Service": "SERVICE", "Federated": "FEDERATED", "CanonicalUser": "CANONICAL_USER"}

_IAM_NOUNS = (
    "user",
    "federated-user",
    "role",
    "group",
    "instance-profile",
    "mfa",
    "server-certificate",
    "policy",
    "sms-mfa",
    "saml-provider",
    "oidc-provider",
    "report",
    "access-report",
)
_IAM_PATH = f'IAM resource path must either be "*" or start with {", ".join(f"{noun}/" for noun in _IAM_NOUNS)}.'
_OTHER_IAM_NOUNS = ("root", "assumed-role", "delegation-request", "role-template")
_REGIONAL_IN_S3 = ("accesspoint", "job/", "storage-lens", "async-request", "access-grants")


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


def read_statement(statement: dict[str, Any], rules: Rules, *, variables: bool) -> StatementDocument:
    """A statement, checked. Raises MalformedPolicy."""
    require(statement.keys() <= _ELEMENTS)
    prohibited = sorted(rules.prohibited & statement.keys())
    require(not prohibited, f"Has prohibited field {', '.join(prohibited)}")
    allow = _effect(statement, rules) == "Allow"
    actions, not_actions = _alternatives(statement, "Action", rules.action, rules.action_missing)
    resources, not_resources = _alternatives(statement, "Resource", rules.resource, rules.resource_missing)
    for action in actions:
        _check_action(action, rules)
    for resource in resources:
        _check_resource(resource, variables)
    return StatementDocument(
        string(statement.get("Sid", "")),
        allow,
        _principals(statement, rules),
        actions,
        not_actions,
        ("*",) if rules.resource_implied else resources,
        not_resources,
        tuple(_clauses(statement.get("Condition", {}), variables)),
    )


def string(value: Any) -> str:
    require(isinstance(value, str))
    return value


def _strings(value: Any) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    require(isinstance(found, list) and all(isinstance(each, str) for each in found))
    return tuple(found)


def _mapping(value: Any) -> dict[str, Any]:
    require(isinstance(value, dict))
    return value


def _effect(statement: dict[str, Any], rules: Rules) -> str:
    require("Effect" in statement, "Missing required field Effect")
    effect = string(statement["Effect"])
    require(effect in ("Allow", "Deny"), f"Invalid effect: {effect}")
    require(effect in rules.effects, f"Effect {effect} is not supported in this kind of policy.")
    return effect


def _present(statement: dict[str, Any], element: str, presence: Presence, missing: str, prohibited: str) -> str | None:
    """``element`` or its ``Not…``, whichever the statement has."""
    found = [name for name in (element, f"Not{element}") if name in statement]
    require(len(found) < 2)
    require(not found or presence is not PROHIBITED, prohibited)
    require(bool(found) or presence is not REQUIRED, missing)
    return found[0] if found else None


def _alternatives(
    statement: dict[str, Any], element: str, presence: Presence, missing: str
) -> tuple[tuple[str, ...], bool]:
    """The values of ``Action`` or ``NotAction`` (``Resource`` alike), and whether it is the latter."""
    name = _present(statement, element, presence, missing, f"Has prohibited field {element}")
    if name is None:
        return (), False
    values = _strings(statement[name])
    require(bool(values) or presence is not REQUIRED, missing)
    return values, name != element


def _check_action(action: str, rules: Rules) -> None:
    vendor, colon, name = action.partition(":")
    require(bool(colon) or action == "*", VENDOR)
    require(":" not in name, "Actions/Condition can contain only one colon.")
    require(_VENDOR.fullmatch(vendor) is not None, f"Vendor {vendor} is not valid")
    require(_ACTION.fullmatch(action) is not None)
    if rules.actions:
        fits = action_matcher([action])
        require(any(map(fits, rules.actions)), "AssumeRole policy may only specify STS AssumeRole actions.")


def _check_resource(resource: str, variables: bool) -> None:
    if resource and not resource.strip("*"):
        return
    head, *segments = resource.split(":", 5)
    require(head == "arn" and bool(segments), f'Resource {resource} must be in ARN format or "*".')
    partition, vendor, *_ = [*segments, ""]
    require(
        _PARTITION.fullmatch(partition) is not None,
        f'Partition "{partition}" is not valid for resource "{resource}".',
    )
    require(not set(vendor) & set("*?"), "Resource vendor must be fully qualified and cannot contain regexes.")
    require(not variables or not any("${" in each for each in segments[:4]))
    _check_global(resource, vendor, segments[2:])


def _check_global(resource: str, vendor: str, rest: list[str]) -> None:
    """Buckets and objects name no Region, nor do IAM's resources, which begin with a noun."""
    region, _, name = [*rest, "", "", ""][:3]
    if vendor == "iam":
        require(region in ("", "*"), f"IAM resource {resource} cannot contain region information.")
        noun = name.partition("/")[0]
        require(noun in ("", *_IAM_NOUNS, *_OTHER_IAM_NOUNS) or bool(set(noun) & set("*?$")), _IAM_PATH)
    elif vendor == "s3" and not name.startswith(_REGIONAL_IN_S3):
        require(region in ("", "*"), f"Resource {resource} can not contain region information.")


def _principals(statement: dict[str, Any], rules: Rules) -> Principals | None:
    missing = "Missing required field Principal"
    name = _present(statement, "Principal", rules.principal, missing, rules.principal_refusal)
    if name is None:
        return None
    negated = name != "Principal"
    require(not negated or statement["Effect"] == "Deny", "Allow with NotPrincipal is not allowed.")
    if statement[name] == "*":
        return parse_principals({"AWS": ["*"]}, negated=negated)
    named = _mapping(statement[name])
    require(bool(named) and named.keys() <= FORMS.keys())
    values = {kind: _strings(each) for kind, each in named.items()}
    for kind, each in values.items():
        for principal in each:
            _check_principal(kind, principal, rules)
    return parse_principals(values, negated=negated)


def _check_principal(kind: str, principal: str, rules: Rules) -> None:
    valid = FORMS[kind].fullmatch(principal) is not None and (principal == "*" or not rules.any_principal_only)
    require(valid, rules.invalid_principal.format(type=_PRINCIPAL_TYPES.get(kind, kind), value=principal))


def _clauses(conditions: Any, variables: bool) -> Iterator[Clause]:
    for operator, keys in _mapping(conditions).items():
        for key, value in _mapping(keys).items():
            yield _clause(operator, key, value if isinstance(value, list) else [value], variables)


def _clause(operator_name: str, key: str, values: list[Any], variables: bool) -> Clause:
    parsed = parse_operator(operator_name)
    if parsed is None:
        raise MalformedPolicy(f"Invalid Condition type : {operator_name}")
    require(_CONDITION_KEY.fullmatch(key) is not None, VENDOR)
    quantifier, operator, if_exists = parsed
    found = tuple(_condition_value(each) for each in values)
    for each in found:
        templated = operator.variables and has_variables(template(each, wildcards=False, variables=variables))
        require(templated or operator.accepts(each) is not None, f"Invalid value {each} for {operator_name} {key}")
    return Clause(quantifier, operator, if_exists, key, found)


def _condition_value(value: Any) -> str:
    if not isinstance(value, (str, bool, int, float)):
        raise MalformedPolicy(SYNTAX)
    return text(value) or ""
