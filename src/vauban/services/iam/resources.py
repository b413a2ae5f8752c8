"""What IAM keeps besides the identities that every call is decided by: those are in ``vauban.identity``."""

from dataclasses import field
from datetime import datetime, timedelta
from functools import cached_property

from vauban.crypto.passwords import ENTRY_BYTES
from vauban.identity.arns import identity_arn
from vauban.kernel.records import Scope, record, secret


@record("iam:LoginProfile", id="user_name", scope=Scope.ACCOUNT)
class LoginProfile:
    """A user's password for signing in."""

    account: str
    user_name: str
    created: datetime
    changed: datetime
    """When the password was last set."""
    entries: bytes = secret()
    """Hashes of the password, and of those before it, newest first (``crypto.passwords``)."""
    password_reset_required: bool = False

    @property
    def current(self) -> bytes:
        return self.entries[:ENTRY_BYTES]

    def newest(self, count: int) -> bytes:
        return self.entries[: count * ENTRY_BYTES]


@record("iam:PasswordPolicy", id="account", scope=Scope.ACCOUNT)
class PasswordPolicy:
    account: str
    minimum_password_length: int = 6
    require_symbols: bool = False
    require_numbers: bool = False
    require_uppercase_characters: bool = False
    require_lowercase_characters: bool = False
    allow_users_to_change_password: bool = False
    max_password_age: int = 0
    """Days; 0 for ever."""
    password_reuse_prevention: int = 0
    """How many passwords before are not taken again."""
    hard_expiry: bool = False

    def next_rotation(self, changed: datetime) -> datetime | None:
        """When a password that was set at ``changed`` expires."""
        return changed + timedelta(days=self.max_password_age) if self.max_password_age else None


@record("iam:AccountAlias", id="alias", scope=Scope.GLOBAL, indexes={"account": "account"})
class AccountAlias:
    """Found by its name alone: no two accounts have the same."""

    alias: str
    account: str


@record("iam:ServerCertificate", id="name", scope=Scope.ACCOUNT, indexes={"folded": "folded_name"})
class ServerCertificate:
    account: str
    name: str
    server_certificate_id: str
    """``ASCA…``"""
    uploaded: datetime
    expires: datetime
    body: str
    chain: str = ""
    private_key: bytes = secret(b"")
    path: str = "/"
    tags: dict[str, str] = field(default_factory=dict)

    @cached_property
    def arn(self) -> str:
        return identity_arn(self.account, "server-certificate", self.path, self.name)

    @property
    def folded_name(self) -> str:
        return self.name.lower()


@record("iam:SigningCertificate", id="certificate_id", scope=Scope.ACCOUNT, indexes={"user": "user_name"})
class SigningCertificate:
    account: str
    certificate_id: str
    user_name: str
    uploaded: datetime
    body: str
    status: str = "Active"


@record("iam:SshPublicKey", id="key_id", scope=Scope.ACCOUNT, indexes={"user": "user_name"})
class SshPublicKey:
    account: str
    key_id: str
    """``APKA…``"""
    user_name: str
    uploaded: datetime
    body: str
    """In OpenSSH's form."""
    fingerprint: str
    status: str = "Active"


@record("iam:ServiceCredential", id="credential_id", scope=Scope.ACCOUNT, indexes={"user": "user_name"})
class ServiceCredential:
    """What a user shows to one service alone."""

    account: str
    credential_id: str
    """``ACCA…``"""
    user_name: str
    service_name: str
    """``codecommit.amazonaws.com``."""
    service_user_name: str
    created: datetime
    password: bytes = secret()
    status: str = "Active"
    expires: datetime | None = None


@record("iam:DeletionTask", id="task_id", scope=Scope.ACCOUNT)
class DeletionTask:
    """A service-linked role's deletion, done."""

    account: str
    task_id: str
    role_arn: str


@record("iam:CredentialReport", id="account", scope=Scope.ACCOUNT)
class CredentialReport:
    account: str
    generated: datetime
    content: str


@record("iam:AccessReport", id="job_id", scope=Scope.ACCOUNT)
class AccessReport:
    """What ``GenerateServiceLastAccessedDetails`` found."""

    account: str
    job_id: str
    caller: str
    """Whose report it is, by unique id: nobody else is told."""
    created: datetime
    granularity: str
    accesses: list[dict[str, str | float]]
    """One for each entity, service and action: the newest call, its time in seconds since the epoch."""
    entities: list[str]
    """ARNs of users and roles that the report is about."""
    services: list[str]
    """Services that the policies reported on allow anything of."""
