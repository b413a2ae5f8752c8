"""Key ids, key ARNs, alias names and alias ARNs: the four ways to name a key.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
"""

import re
from functools import lru_cache

from vauban.kernel.arns import PARTITION
from vauban.services.kms.errors import InvalidArnException, NotFoundException

KEY_ID = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})\Z")
KEY_ID_LENGTH = 36
"""Characters, of both forms."""
ARN_OF_KMS = ["arn", PARTITION, "kms"]


def parse(text: str) -> tuple[str, str, str]:
    """``(region, account, name)``: the name is a key id or starts with ``alias/``; without an ARN the rest is ``""``.

    A name that looks like no key id is let through: it is found nowhere, and ``refuse_malformed`` then says why.
    Raises InvalidArnException for the ARN of anything that is neither key nor alias.
    """
    owner = _owner(text[:-KEY_ID_LENGTH])
    if owner is not None:
        return owner[0], owner[1], text[-KEY_ID_LENGTH:]
    if not text.startswith("arn:"):
        return "", "", text
    parts = text.split(":", 5)
    if len(parts) == 6 and parts[:3] == ARN_OF_KMS and parts[3] and parts[4]:
        resource = parts[5]
        if resource.startswith("key/"):
            return parts[3], parts[4], resource[4:]
        if resource.startswith("alias/"):
            return parts[3], parts[4], resource
    raise InvalidArnException(f"Invalid arn {text}")


@lru_cache(maxsize=4096)
def _owner(before_key_id: str) -> tuple[str, str] | None:
    """Region and account of the keys whose ids stand behind this text, or None where it is not the start of key ARNs.

    There are as many as accounts and Regions, while there are many keys: this much is worth remembering.
    """
    parts = before_key_id.split(":")
    if len(parts) == 6 and parts[:3] == ARN_OF_KMS and parts[3] and parts[4] and parts[5] == "key/":
        return parts[3], parts[4]
    return None


def refuse_malformed(name: str) -> None:
    """Raises NotFoundException where ``name`` cannot be a key id."""
    if KEY_ID.match(name) is None:
        raise NotFoundException(f"Invalid keyId '{name}'")


def refuse_other_region(named: str, region: str) -> None:
    """Raises NotFoundException where an ARN names another region than the one asked."""
    if named and named != region:
        raise NotFoundException(f"Invalid arn {named}")
