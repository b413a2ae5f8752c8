"""SAML providers that an account trusts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vauban.crypto.pem import public_key_of
from vauban.identity.arns import identity_arn
from vauban.identity.providers import SamlPrivateKey, SamlProvider
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.iam.errors import (
    EntityAlreadyExistsException,
    InvalidInputException,
    LimitExceededException,
    NoSuchEntityException,
    over_quota,
)
from vauban.services.iam.oidc_providers import IDENTITY_CENTER
from vauban.services.iam.resolvers import Listing
from vauban.services.iam.saml_metadata import valid_until
from vauban.services.iam.tags import list_tags, new_tags, shown, tag, untag

QUOTA = 100
MOST_KEYS = 2
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True)
class NewProvider:
    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        arn = identity_arn(call.account, "saml-provider", "/", call.params["Name"])
        return Resource(arn, "saml-provider", call.account, cloudtrail_type="AWS::IAM::SAMLProvider")


@dataclass(frozen=True)
class Provider:
    """A provider of the account, by ARN."""

    members: tuple[str, ...] = ("SAMLProviderArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        arn = call.params["SAMLProviderArn"]
        if ":saml-provider/" not in arn:
            raise ValidationException(f"Invalid ARN: {arn}")
        beginning = identity_arn(call.account, "saml-provider", "/", "")
        found = None
        if arn.startswith(beginning):
            found = world.at(call.account, "").get(SamlProvider, arn.removeprefix(beginning))
        if found is None:
            absent = NoSuchEntityException(f"Manifest not found for arn {arn}")
            return Resource(arn, "saml-provider", call.account, absent=absent)
        return Resource(
            arn, "saml-provider", call.account, found, tags=found.tags, cloudtrail_type="AWS::IAM::SAMLProvider"
        )


a_provider = Provider()


@operation("CreateSAMLProvider", on=NewProvider(), also=(("TagSAMLProvider", "Tags"),), unsupported=IDENTITY_CENTER)
def create_saml_provider(
    call: Call,
    _: None,
    saml_metadata_document: str,
    name: str,
    tags: list[dict[str, str]] | None = None,
    assertion_encryption_mode: str = "",
    add_private_key: str = "",
) -> dict[str, Any]:
    if call.store.get(SamlProvider, name) is not None:
        raise EntityAlreadyExistsException(f"Provider with name {name} already exists.")
    if call.store.count(SamlProvider) >= QUOTA:
        raise over_quota("SAMLProvidersPerAccount", QUOTA)
    made = SamlProvider(
        call.account,
        name,
        call.second,
        saml_metadata_document,
        _checked(call, saml_metadata_document),
        f"SAML{call.random(16).hex().upper()}",
        assertion_encryption_mode,
        new_tags(tags),
    )
    call.store.put(made)
    _add_key(call, made, add_private_key)
    _require_keys(call, made)
    return {"SAMLProviderArn": made.arn, **shown(made.tags)}


@operation("GetSAMLProvider", on=a_provider)
def get_saml_provider(call: Call, provider: SamlProvider) -> dict[str, Any]:
    shape = {
        "SAMLProviderUUID": provider.unique_id,
        "SAMLMetadataDocument": provider.metadata_document,
        "CreateDate": provider.created,
        "ValidUntil": provider.valid_until,
        "PrivateKeyList": [{"KeyId": each.key_id, "Timestamp": each.created} for each in _keys_of(call, provider)],
        **shown(provider.tags),
    }
    if provider.assertion_encryption_mode:
        shape["AssertionEncryptionMode"] = provider.assertion_encryption_mode
    return shape


@operation("ListSAMLProviders", on=Listing("saml-provider", members=()))
def list_saml_providers(call: Call, _: None) -> dict[str, Any]:
    found = call.store.list(SamlProvider)
    return {
        "SAMLProviderList": [
            {"Arn": each.arn, "ValidUntil": each.valid_until, "CreateDate": each.created} for each in found
        ]
    }


@operation(
    "UpdateSAMLProvider",
    on=a_provider,
    unsupported=(*IDENTITY_CENTER, "RemoveContextProvider", "RemoveIdentityCenterInstance"),
)
def update_saml_provider(
    call: Call,
    provider: SamlProvider,
    saml_metadata_document: str | None = None,
    assertion_encryption_mode: str | None = None,
    add_private_key: str = "",
    remove_private_key: str = "",
) -> dict[str, Any]:
    changed = provider
    if saml_metadata_document is not None:
        until = _checked(call, saml_metadata_document)
        changed = replace(changed, metadata_document=saml_metadata_document, valid_until=until)
    if assertion_encryption_mode is not None:
        changed = replace(changed, assertion_encryption_mode=assertion_encryption_mode)
    _remove_key(call, changed, remove_private_key)
    _add_key(call, changed, add_private_key)
    _require_keys(call, changed)
    call.store.put(changed)
    return {"SAMLProviderArn": changed.arn}


@operation("DeleteSAMLProvider", on=a_provider)
def delete_saml_provider(call: Call, provider: SamlProvider) -> None:
    for key in _keys_of(call, provider):
        call.store.delete(key)
    call.store.delete(provider)


@operation("TagSAMLProvider", on=a_provider)
def tag_saml_provider(call: Call, provider: SamlProvider, tags: list[dict[str, str]]) -> None:
    tag(call, provider, tags)


@operation("UntagSAMLProvider", on=a_provider)
def untag_saml_provider(call: Call, provider: SamlProvider, tag_keys: list[str]) -> None:
    untag(call, provider, tag_keys)


@operation("ListSAMLProviderTags", on=a_provider)
def list_saml_provider_tags(
    call: Call, provider: SamlProvider, marker: str | None = None, max_items: int | None = None
) -> dict[str, Any]:
    return list_tags(call, provider, marker, max_items)


def _checked(call: Call, document: str) -> datetime:
    try:
        return valid_until(document, call.second)
    except ValueError as error:
        raise InvalidInputException(f"Could not parse metadata: {error}") from None


def _add_key(call: Call, provider: SamlProvider, private_key: str) -> None:
    if not private_key:
        return
    if len(_keys_of(call, provider)) >= MOST_KEYS:
        raise LimitExceededException(f"A SAML provider can have up to {MOST_KEYS} private keys.")
    try:
        public_key_of(private_key)
    except ValueError:
        raise InvalidInputException("The private key must be unencrypted and in PEM format.") from None
    key_id = "".join(_BASE32[byte % len(_BASE32)] for byte in call.random(24))
    call.store.put(SamlPrivateKey(call.account, key_id, provider.name, call.second, private_key.encode()))


def _remove_key(call: Call, provider: SamlProvider, key_id: str) -> None:
    if not key_id:
        return
    for key in _keys_of(call, provider):
        if key.key_id == key_id:
            call.store.delete(key)
            return
    raise NoSuchEntityException(f"The private key with id {key_id} cannot be found.")


def _require_keys(call: Call, provider: SamlProvider) -> None:
    """Who demands encrypted assertions has a key that opens them."""
    if provider.assertion_encryption_mode == "Required" and not _keys_of(call, provider):
        raise InvalidInputException("AssertionEncryptionMode Required needs a private key.")


def _keys_of(call: Call, provider: SamlProvider) -> list[SamlPrivateKey]:
    return call.store.list(SamlPrivateKey, index="provider", value=provider.name)
