"""Regex pattern sets: regular expressions that rules name by ARN."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.services.wafv2.errors import WAFLimitsExceededException
from vauban.services.wafv2.lists import summaries
from vauban.services.wafv2.locks import changed, deleted
from vauban.services.wafv2.names import require_new
from vauban.services.wafv2.resolvers import Draft, DraftResolver, EntityResolver
from vauban.services.wafv2.resources import RegexPatternSet
from vauban.services.wafv2.rules import require_patterns
from vauban.services.wafv2.tags import tagged
from vauban.services.wafv2.uses import used_by_rules

MOST_PATTERNS = 10
a_regex_pattern_set = EntityResolver(RegexPatternSet)


@operation("CreateRegexPatternSet", on=DraftResolver(RegexPatternSet), also=(("TagResource", "Tags"),))
def create_regex_pattern_set(
    call: Call,
    draft: Draft,
    regular_expression_list: list[dict[str, str]],
    description: str = "",
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    require_new(call, RegexPatternSet, draft)
    patterns = _checked(call, regular_expression_list)
    own = {"description": description, "tags": tagged({}, tags or [])}
    made = RegexPatternSet(patterns, **own, **draft.members(call))
    call.store.put(made)
    return {"Summary": made.summary}


@operation("GetRegexPatternSet", on=a_regex_pattern_set)
def get_regex_pattern_set(call: Call, patterns: RegexPatternSet) -> dict[str, Any]:
    return {"RegexPatternSet": patterns.shape, "LockToken": patterns.lock_token}


@operation("UpdateRegexPatternSet", on=a_regex_pattern_set)
def update_regex_pattern_set(
    call: Call,
    patterns: RegexPatternSet,
    regular_expression_list: list[dict[str, str]],
    lock_token: str,
    description: str = "",
) -> dict[str, Any]:
    checked = _checked(call, regular_expression_list)
    new = changed(call, patterns, lock_token, patterns=checked, description=description)
    return {"NextLockToken": new.lock_token}


@operation("DeleteRegexPatternSet", on=a_regex_pattern_set)
def delete_regex_pattern_set(call: Call, patterns: RegexPatternSet, lock_token: str) -> None:
    deleted(call, patterns, lock_token, used=used_by_rules(call, patterns))


@operation("ListRegexPatternSets")
def list_regex_pattern_sets(
    call: Call, scope: str, next_marker: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    return summaries(call, RegexPatternSet, "RegexPatternSets", scope, limit, next_marker)


def _checked(call: Call, expressions: list[dict[str, str]]) -> tuple[str, ...]:
    """The patterns. Raises WAFInvalidParameterException or WAFLimitsExceededException."""
    patterns = tuple(each["RegexString"] for each in expressions if "RegexString" in each)
    if len(patterns) > MOST_PATTERNS:
        raise WAFLimitsExceededException("REGEX_PATTERN_SET")
    require_patterns(call, patterns)
    return patterns
