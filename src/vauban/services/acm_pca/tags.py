"""Tags on authorities."""

from collections.abc import Mapping, Sequence
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm_pca.errors import InvalidTagException, TooManyTagsException
from vauban.services.acm_pca.lists import MOST, page
from vauban.services.acm_pca.resolvers import an_authority
from vauban.services.acm_pca.resources import CertificateAuthority
from vauban.services.acm_pca.states import require_there

MOST_TAGS = 50


@operation("TagCertificateAuthority", on=an_authority)
def tag_certificate_authority(call: Call, authority: CertificateAuthority, tags: list[dict[str, str]]) -> None:
    require_there(authority)
    call.store.put(replace(authority, tags=require_tags(tags, authority.tags)))


@operation("UntagCertificateAuthority", on=an_authority)
def untag_certificate_authority(call: Call, authority: CertificateAuthority, tags: list[dict[str, str]]) -> None:
    """A tag given with a value goes only if it has that value."""
    require_there(authority)
    left = dict(authority.tags)
    for tag in tags:
        if tag["Key"] in left and tag.get("Value", left[tag["Key"]]) == left[tag["Key"]]:
            del left[tag["Key"]]
    call.store.put(replace(authority, tags=left))


@operation("ListTags", on=an_authority)
def list_tags(
    call: Call, authority: CertificateAuthority, max_results: int = MOST, next_token: str | None = None
) -> dict[str, Any]:
    require_there(authority)
    entries = [(key, {"Key": key, "Value": value}) for key, value in authority.tags.items()]
    return page(call, "Tags", entries, max_results, next_token, of=authority.authority_id)


def require_tags(tags: Sequence[Mapping[str, str]], present: Mapping[str, str] | None = None) -> dict[str, str]:
    """All tags together. Raises InvalidTagException or TooManyTagsException."""
    together = {**(present or {}), **{tag["Key"]: tag.get("Value", "") for tag in tags}}
    for key in together:
        if key.lower().startswith("aws:"):
            raise InvalidTagException(f"The tag key {key} is reserved.")
    if len(together) > MOST_TAGS:
        raise TooManyTagsException(f"A certificate authority has {MOST_TAGS} tags at most.")
    return together
