"""Tags of certificates."""

from collections.abc import Iterable, Mapping
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.acm.errors import InvalidParameterException, InvalidTagException, TooManyTagsException
from vauban.services.acm.resolvers import a_certificate
from vauban.services.acm.resources import Certificate

MAXIMUM = 50


@operation("AddTagsToCertificate", on=a_certificate)
def add_tags_to_certificate(call: Call, certificate: Certificate, tags: list[dict[str, str]]) -> None:
    call.store.put(replace(certificate, tags=tagged(certificate.tags, tags)))


@operation("RemoveTagsFromCertificate", on=a_certificate)
def remove_tags_from_certificate(call: Call, certificate: Certificate, tags: list[dict[str, str]]) -> None:
    """A tag that is given with a value goes only if that is its value."""
    gone = {tag["Key"] for tag in tags if tag.get("Value") in (None, certificate.tags.get(tag["Key"]))}
    call.store.put(replace(certificate, tags={key: its for key, its in certificate.tags.items() if key not in gone}))


@operation("ListTagsForCertificate", on=a_certificate)
def list_tags_for_certificate(call: Call, certificate: Certificate) -> dict[str, Any]:
    return {"Tags": [{"Key": key, "Value": value} for key, value in certificate.tags.items()]}


def tagged(tags: Mapping[str, str], added: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``tags`` with the request's added. Raises InvalidTagException, InvalidParameterException or
    TooManyTagsException."""
    given = list(added)
    new = {tag["Key"]: tag.get("Value", "") for tag in given}
    if len(new) != len(given):
        raise InvalidParameterException("Duplicate tag keys are not allowed.")
    if any(key.lower().startswith("aws:") for key in new):
        raise InvalidTagException("AWS internal tags cannot be changed with this API.")
    result = {**tags, **new}
    if len(result) > MAXIMUM:
        raise TooManyTagsException(f"The certificate would have more than {MAXIMUM} tags.")
    return result
