"""Identity providers that an account trusts: OpenID Connect and SAML."""

from dataclasses import field
from datetime import datetime
from functools import cached_property

from vauban.identity.arns import identity_arn
from vauban.kernel.records import Scope, record, secret


@record("identity:OidcProvider", id="url", scope=Scope.ACCOUNT)
class OidcProvider:
    account: str
    url: str
    """The issuer without its ``https://``, as the ARN and the ARN's condition keys have it."""
    created: datetime
    client_ids: tuple[str, ...] = ()
    """Audiences that its tokens may be for."""
    thumbprints: tuple[str, ...] = ()
    """SHA-1 fingerprints, in hex, of certificates that its key server may show."""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "oidc-provider", "/", self.url)


@record("identity:SamlProvider", id="name", scope=Scope.ACCOUNT)
class SamlProvider:
    account: str
    name: str
    created: datetime
    metadata_document: str
    """The identity provider's ``EntityDescriptor``, as it was given."""
    valid_until: datetime
    unique_id: str = ""
    """``SAMLProviderUUID``, which encrypted assertions are addressed to."""
    assertion_encryption_mode: str = ""
    """``Required``, ``Allowed``, or ``""`` where nothing is said."""
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "saml-provider", "/", self.name)


@record("identity:SamlPrivateKey", id="key_id", scope=Scope.ACCOUNT, indexes={"provider": "provider"})
class SamlPrivateKey:
    """A key that opens encrypted assertions; a provider has two at most."""

    account: str
    key_id: str
    provider: str
    """The name of the SAML provider."""
    created: datetime
    private_key: bytes = secret()
    """PEM, as it was given."""
