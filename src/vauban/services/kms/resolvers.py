"""How a call names what KMS keeps.

Three kinds of operation take a key: those that manage it (id or ARN, the caller's own account), those that share it
(also a key ARN of another account), and those that use it (also an alias, by name or ARN).
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from vauban.crypto.errors import InvalidCiphertext
from vauban.crypto.stored_keys import material_id_of
from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import AccessDeniedException, AwsError, ValidationException
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.kms.errors import (
    InvalidArnException,
    InvalidCiphertextException,
    NotFoundException,
    alias_not_found,
    key_not_found,
)
from vauban.services.kms.grant_tokens import grant_id_of
from vauban.services.kms.identifiers import parse, refuse_malformed, refuse_other_region
from vauban.services.kms.managed_keys import alias_for
from vauban.services.kms.permissions import find_grant
from vauban.services.kms.resources import CLOUDTRAIL_TYPE, Alias, Key, Material


@dataclass(slots=True)
class KeyResource(Resource):
    """A KMS key as the policies see it; here they may also ask for its aliases, and for how the call named it."""

    member: str = "KeyId"
    key: Key | None = field(default=None, init=False)
    records: Records | None = field(default=None, init=False)
    """Not copied by ``dataclasses.replace``: what is kept longer than the call must not keep its snapshot alive."""


def resource_of(call: Call, key: Key, records: Records, member: str, record: Any = None) -> KeyResource:
    """``key``, which the call names by ``member``; the handler is given it, or ``record``."""
    for token in call.params.get("GrantTokens", ()):
        grant_id_of(token)
    resource = KeyResource(
        key.arn,
        "key",
        key.account,
        record or key,
        key.compiled_policy,
        True,
        partial(find_grant, key, records, member),
        key.tags,
        None,
        CLOUDTRAIL_TYPE,
        key.key_manager == "AWS",
        member,
    )
    resource.key = key
    resource.records = records
    return resource


def absent_key(call: Call, error: AwsError, account: str = "") -> Resource:
    """A key that is not there: the caller is told so if its own policies let it act on keys."""
    owner = account or call.account
    return Resource(
        arn("kms", call.region, owner, "key/*"), "key", owner, policy_rules=owner != call.account, absent=error
    )


@dataclass(frozen=True)
class KeyResolver:
    """Finds the key that a member names."""

    member: str
    action: str = ""
    aliases: bool = False
    foreign: bool = False
    tokens: bool = False

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member, "GrantTokens") if self.tokens else (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        return self.named(call, world, call.params[self.member])

    def named(self, call: Call, world: World, text: str) -> Resource:
        """The key that ``text`` names. Raises NotFoundException or InvalidArnException for what can name none."""
        region, account, name = parse(text)
        if region and region != call.region:
            refuse_other_region(region, call.region)
        if not account or account == call.account:
            account = call.account
        elif not self.foreign:
            # No policy reaches across accounts for this operation: with none to allow it, it is denied.
            return absent_key(call, key_not_found(text), account)
        records = world.at(account, call.region)
        key = records.get(Key, name)
        if key is not None:
            return resource_of(call, key, records, self.member)
        if name.startswith("alias/"):
            return self._by_alias(call, records, account, text, name)
        refuse_malformed(name)
        return absent_key(call, key_not_found(arn("kms", call.region, account, f"key/{name}")), account)

    def _by_alias(self, call: Call, records: Records, account: str, text: str, name: str) -> Resource:
        if not self.aliases:
            if text.startswith("arn:"):
                raise InvalidArnException(f"{text} is not a key ARN.")
            raise NotFoundException(f"Invalid keyId '{text}'")
        alias = records.get(Alias, name) or alias_for(call, records, name)
        key = records.get(Key, alias.target_key_id) if alias is not None else None
        if key is None:
            return absent_key(call, alias_not_found(arn("kms", call.region, account, name)), account)
        return resource_of(call, key, records, self.member)


def own_key(call: Call, text: str) -> Key:
    """A key of the caller's account, for operations that act on no key but take one to narrow a list."""
    region, account, name = parse(text)
    refuse_other_region(region, call.region)
    found = call.store.get(Key, name) if account in ("", call.account) else None
    if found is None:
        refuse_malformed(name)
        raise key_not_found(arn("kms", call.region, account or call.account, f"key/{name}"))
    return found


def key(member: str = "KeyId", action: str = "") -> KeyResolver:
    """A key to manage: by key id or key ARN, in the caller's own account."""
    return KeyResolver(member, action)


def shared_key(member: str = "KeyId", *, tokens: bool = False) -> KeyResolver:
    """A key to share or look at, also in another account: by key id or key ARN."""
    return KeyResolver(member, foreign=True, tokens=tokens)


def usable_key(member: str = "KeyId", action: str = "") -> KeyResolver:
    """A key to use, also in another account: by key id, key ARN, alias name or alias ARN."""
    return KeyResolver(member, action, aliases=True, foreign=True, tokens=True)


@dataclass(frozen=True)
class DecryptingKeyResolver(KeyResolver):
    """Finds the key that a ciphertext is under: as the caller names it, or as the ciphertext itself says."""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params.get(self.member)
        if text is None:
            return self._by_ciphertext(call, world)
        found = self.named(call, world, text)
        if found.absent is not None and not text.startswith(("arn:", "alias/")):
            return self._in_another_account(call, world, text) or found
        return found

    def _by_ciphertext(self, call: Call, world: World) -> Resource:
        material = self._material(call, world)
        key = world.at(material.account, call.region).get(Key, material.key_id) if material else None
        if key is None:
            raise AccessDeniedException(
                "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
                "or you are not allowed to access."
            )
        return resource_of(call, key, world.at(key.account, call.region), self.member)

    def _material(self, call: Call, world: World) -> Material | None:
        blob = call.params.get("CiphertextBlob")
        if blob is None:
            raise ValidationException(f"{self.member} is required where there is no CiphertextBlob.")
        try:
            return world.at(call.account, call.region).get(Material, material_id_of(blob))
        except InvalidCiphertext:
            raise InvalidCiphertextException from None

    def _in_another_account(self, call: Call, world: World, key_id: str) -> Resource | None:
        """A short key id is enough for another account's key where the ciphertext says which account that is."""
        try:
            material = self._material(call, world)
        except AwsError:
            return None
        if material is None or material.key_id != key_id:
            return None
        return self._by_ciphertext(call, world)


def decrypting_key(member: str = "KeyId", action: str = "") -> DecryptingKeyResolver:
    """The key to decrypt with; optional where the ciphertext names it."""
    return DecryptingKeyResolver(member, action, aliases=True, foreign=True, tokens=True)
