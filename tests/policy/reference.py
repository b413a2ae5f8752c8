"""The evaluation rules again, written from AWS's pages alone: literal, slow, sharing no code with ``vauban.policy``.

Documents are plain dicts, already known to be well-formed. A layer is a list of documents.
"""

import ipaddress
import re

NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotLike": "ArnLike",
}
UNSET = object()


def listed(value):
    return value if isinstance(value, list) else [value]


def glob(pattern, text):
    """``pattern`` is a list of characters, with the wildcards as ("*",) and ("?",)."""
    reached = {0}
    for token in pattern:
        if token == ("*",):
            reached = {later for each in reached for later in range(each, len(text) + 1)}
        else:
            reached = {each + 1 for each in reached if each < len(text) and (token == ("?",) or token == text[each])}
    return len(text) in reached


def tokens(source, context, wild=True):
    """``source`` with variables replaced, as tokens; UNSET where one has no value."""
    found = []
    for piece in re.split(r"(\$\{[^}]*\})", source):
        inner = piece[2:-1] if piece.startswith("${") and piece.endswith("}") else None
        if inner in ("*", "?", "$"):
            found.append(inner)
        elif inner is not None:
            name, comma, default = inner.partition(",")
            value = context.get(name.strip().lower())
            if value is None:
                value = default.strip().strip("'") if comma else None
            if value is None or isinstance(value, list):
                return UNSET
            found.extend(value)
        else:
            found.extend((each,) if wild and each in "*?" else each for each in piece)
    return found


def colon_split(pattern):
    """An ARN pattern's six segments; variables are only after the fifth colon."""
    segments = [[]]
    for token in pattern:
        if token == ":" and len(segments) < 6:
            segments.append([])
        else:
            segments[-1].append(token)
    return segments + [[("*",)]] * (6 - len(segments))


def arn_glob(pattern, arn):
    if pattern == [("*",)]:
        return True
    parts = arn.split(":", 5)
    return len(parts) == 6 and all(glob(p, t) for p, t in zip(colon_split(pattern), parts, strict=True))


def compare(operator, source, value, context):
    """Whether one value of the policy fits one of the request; UNSET where a variable is missing."""
    if operator == "NumericEquals":
        return float(source) == float(value)
    if operator == "IpAddress":
        return ipaddress.ip_address(value) in ipaddress.ip_network(source)
    pattern = tokens(source, context, wild=operator != "StringEquals")
    if pattern is UNSET:
        return UNSET
    return arn_glob(pattern, value) if operator == "ArnLike" else glob(pattern, value)


def condition_holds(operator, key, sources, context, allow):
    quantifier, _, operator = operator.rpartition(":")
    if_exists = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    present = context.get(key.lower())
    if operator == "Null":
        return any((present is None) == (each == "true") for each in sources)
    values = [] if present is None else listed(present)
    negated = operator in NEGATED
    operator = NEGATED.get(operator, operator)
    if negated and allow and any(compare(operator, each, "0", context) is UNSET for each in sources if "${" in each):
        return False

    def fits(value):
        return any(compare(operator, each, value, context) is True for each in sources) != negated

    if quantifier == "ForAllValues":
        return all(fits(value) for value in values)
    if not values:
        return if_exists or (negated and quantifier == "")
    if quantifier == "ForAnyValue" or not negated:
        return any(fits(value) for value in values)
    return all(fits(value) for value in values)


def statement_applies(statement, action, resource, context):
    name, wanted = ("Action", True) if "Action" in statement else ("NotAction", False)
    matched = any(glob(tokens(each.lower(), {}), action.lower()) for each in listed(statement[name]))
    if matched is not wanted:
        return False
    allow = statement["Effect"] == "Allow"
    name, wanted = ("Resource", True) if "Resource" in statement else ("NotResource", False)
    patterns = [tokens(each, context) for each in listed(statement[name])]
    matched = any(each is not UNSET and arn_glob(each, resource) for each in patterns)
    if matched is not wanted or (not wanted and allow and UNSET in patterns):
        return False
    return all(
        condition_holds(operator, key, [str(each) for each in listed(sources)], context, allow)
        for operator, keys in statement.get("Condition", {}).items()
        for key, sources in keys.items()
    )


def named(statement, caller):
    """Whether, and how, a statement of a resource's policy names the caller: "self", "role", "account" or None."""
    principal = statement["Principal"]
    names = ["*"] if principal == "*" else listed(principal["AWS"])
    if "*" in names or caller["arn"] in names:
        return "self"
    if caller.get("role") in names:
        return "role"
    if caller["account"] in names or f"arn:aws:iam::{caller['account']}:root" in names:
        return "account"
    return None


def effects(documents, action, resource, context):
    """The effects of the statements that apply."""
    return {
        statement["Effect"]
        for document in documents
        for statement in listed(document["Statement"])
        if statement_applies(statement, action, resource, context)
    }


def allowed(caller, action, resource, context, *, owner, identity, own, boundary, session, scps, rules_alone):
    """The answer. ``own`` is the resource's policy, ``boundary`` a document, ``session`` a list; each may be None."""
    layers = [identity, *scps, [boundary] if boundary else [], session or []]
    if any("Deny" in effects(each, action, resource, context) for each in layers):
        return False
    speaking = [
        (statement["Effect"], named(statement, caller))
        for statement in (listed(own["Statement"]) if own else [])
        if named(statement, caller) and statement_applies(statement, action, resource, context)
    ]
    if any(effect == "Deny" for effect, _ in speaking):
        return False
    if not all("Allow" in effects(level, action, resource, context) for level in scps):
        return False
    how = {how for _, how in speaking}
    by_identity = "Allow" in effects(identity, action, resource, context)
    by_boundary = boundary is None or "Allow" in effects([boundary], action, resource, context)
    by_session = session is None or "Allow" in effects(session, action, resource, context)
    if owner != caller["account"]:
        return bool(how) and by_identity and by_boundary and by_session
    if "self" in how:
        return True
    if "role" in how:
        return by_boundary and by_session
    if rules_alone and not how:
        return False
    return by_identity and by_boundary and by_session
