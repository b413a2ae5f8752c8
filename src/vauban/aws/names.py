"""AWS's names in Python's spelling."""

import re
from functools import lru_cache

PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s$")
WORD_START = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=16_384)
def snake_case(member: str) -> str:
    """``GrantTokens`` -> ``grant_tokens``, ``TLSPolicyARNs`` -> ``tls_policy_arns``; spelled as boto3 spells it.

    botocore also lists some operations of other products by hand (``ExecutePartiQLStatement``); those follow the rule.
    """
    if "_" in member:
        return member
    plural = PLURAL_ACRONYM.search(member)
    if plural:
        member = f"{member[: plural.start()]}_{plural.group().lower()}"
    return WORD_START.sub("_", member).lower()


def camel_case(member: str) -> str:
    """``KeyId`` -> ``keyId``: how validation messages and CloudTrail spell a member."""
    return member[:1].lower() + member[1:]
