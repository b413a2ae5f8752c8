"""OpenID Connect providers that an account trusts: STS takes their tokens for what their roles allow."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vauban.identity.arns import identity_arn
from vauban.identity.providers import OidcProvider
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.iam.errors import (
    EntityAlreadyExistsException,
    InvalidInputException,
    NoSuchEntityException,
    over_quota,
)
from vauban.services.iam.resolvers import Listing
from vauban.services.iam.tags import list_tags, new_tags, shown, tag, untag

QUOTA = 100
MOST_CLIENT_IDS = 100
MOST_THUMBPRINTS = 5
_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
IDENTITY_CENTER = ("ContextProvider", "IdentityCenterInstanceArn")
"""Trusted identity propagation by IAM Identity Center, which is not here."""


@dataclass(frozen=True)
class NewProvider:
    members: tuple[str, ...] = ("Url",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        url = _without_scheme(call.params["Url"])
        arn = identity_arn(call.account, "oidc-provider", "/", url)
        return Resource(arn, "oidc-provider", call.account, cloudtrail_type="AWS::IAM::OIDCProvider")


@dataclass(frozen=True)
class Provider:
    """A provider of the account, by ARN."""

    members: tuple[str, ...] = ("OpenIDConnectProviderArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        arn = call.params["OpenIDConnectProviderArn"]
        beginning = identity_arn(call.account, "oidc-provider", "/", "")
        if ":oidc-provider/" not in arn:
            raise ValidationException(f"Invalid ARN: {arn}")
        found = None
        if arn.startswith(beginning):
            found = world.at(call.account, "").get(OidcProvider, arn.removeprefix(beginning))
        if found is None:
            absent = NoSuchEntityException(f"OpenIDConnect Provider not found for arn {arn}")
            return Resource(arn, "oidc-provider", call.account, absent=absent)
        return Resource(
            arn,
            "oidc-provider",
            call.account,
            found,
            tags=found.tags,
            cloudtrail_type="AWS::IAM::OIDCProvider",
        )


a_provider = Provider()


@operation(
    "CreateOpenIDConnectProvider",
    on=NewProvider(),
    also=(("TagOpenIDConnectProvider", "Tags"),),
    unsupported=IDENTITY_CENTER,
)
def create_open_id_connect_provider(
    call: Call,
    _: None,
    url: str,
    client_id_list: list[str] | None = None,
    thumbprint_list: list[str] | None = None,
    tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    _require_url(url)
    name = _without_scheme(url)
    if call.store.get(OidcProvider, name) is not None:
        raise EntityAlreadyExistsException(f"Provider with url {url} already exists.")
    if call.store.count(OidcProvider) >= QUOTA:
        raise over_quota("OpenIDConnectProvidersPerAccount", QUOTA)
    clients = tuple(dict.fromkeys(client_id_list or ()))
    if len(clients) > MOST_CLIENT_IDS:
        raise over_quota("ClientIdsPerOpenIdConnectProvider", MOST_CLIENT_IDS)
    made = OidcProvider(call.account, name, call.second, clients, _thumbprints(thumbprint_list), new_tags(tags))
    call.store.put(made)
    return {"OpenIDConnectProviderArn": made.arn, **shown(made.tags)}


@operation("GetOpenIDConnectProvider", on=a_provider)
def get_open_id_connect_provider(call: Call, provider: OidcProvider) -> dict[str, Any]:
    return {
        "Url": provider.url,
        "ClientIDList": list(provider.client_ids),
        "ThumbprintList": list(provider.thumbprints),
        "CreateDate": provider.created,
        **shown(provider.tags),
    }


@operation("ListOpenIDConnectProviders", on=Listing("oidc-provider", members=()))
def list_open_id_connect_providers(call: Call, _: None) -> dict[str, Any]:
    return {"OpenIDConnectProviderList": [{"Arn": each.arn} for each in call.store.list(OidcProvider)]}


@operation("UpdateOpenIDConnectProviderThumbprint", on=a_provider)
def update_open_id_connect_provider_thumbprint(call: Call, provider: OidcProvider, thumbprint_list: list[str]) -> None:
    call.store.put(replace(provider, thumbprints=_thumbprints(thumbprint_list)))


@operation("AddClientIDToOpenIDConnectProvider", on=a_provider)
def add_client_id_to_open_id_connect_provider(call: Call, provider: OidcProvider, client_id: str) -> None:
    if client_id in provider.client_ids:
        return
    if len(provider.client_ids) >= MOST_CLIENT_IDS:
        raise over_quota("ClientIdsPerOpenIdConnectProvider", MOST_CLIENT_IDS)
    call.store.put(replace(provider, client_ids=(*provider.client_ids, client_id)))


@operation("RemoveClientIDFromOpenIDConnectProvider", on=a_provider)
def remove_client_id_from_open_id_connect_provider(call: Call, provider: OidcProvider, client_id: str) -> None:
    kept = tuple(each for each in provider.client_ids if each != client_id)
    call.store.put(replace(provider, client_ids=kept))


@operation("DeleteOpenIDConnectProvider", on=a_provider)
def delete_open_id_connect_provider(call: Call, provider: OidcProvider) -> None:
    call.store.delete(provider)


@operation("TagOpenIDConnectProvider", on=a_provider)
def tag_open_id_connect_provider(call: Call, provider: OidcProvider, tags: list[dict[str, str]]) -> None:
    tag(call, provider, tags)


@operation("UntagOpenIDConnectProvider", on=a_provider)
def untag_open_id_connect_provider(call: Call, provider: OidcProvider, tag_keys: list[str]) -> None:
    untag(call, provider, tag_keys)


@operation("ListOpenIDConnectProviderTags", on=a_provider)
def list_open_id_connect_provider_tags(
    call: Call, provider: OidcProvider, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, provider, marker, max_items)


def _require_url(url: str) -> None:
    """``https``, a host, and no query. A port is let pass: a key server of one's own often has one."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and parts.hostname and not parts.query and not parts.fragment
    except ValueError:
        whole = False
    if not whole or any(character.isspace() for character in url) or parts.username is not None:
        raise ValidationException("Invalid Open ID Connect Provider URL")


def _without_scheme(url: str) -> str:
    return url.removeprefix("https://")


def _thumbprints(given: list[str] | None) -> tuple[str, ...]:
    if given and len(given) > MOST_THUMBPRINTS:
        raise InvalidInputException(f"Thumbprint list must contain fewer than {MOST_THUMBPRINTS} entries.")
    for each in given or ():
        if not _THUMBPRINT.fullmatch(each):
            raise InvalidInputException("A thumbprint is 40 hexadecimal digits.")
    return tuple(each.lower() for each in given or ())
