"""What the operator has set up: under which path which keys are to be had, by which credentials, for whom."""

import base64
import secrets
from dataclasses import field
from datetime import datetime
from typing import Literal

from vauban.kernel.records import Scope, record, secret

END = "/kms/xks/v1"
"""Of every path under which a proxy answers."""


@record("xks:Proxy", id="uri_path", scope=Scope.GLOBAL)
class XksProxy:
    uri_path: str
    """``/prefix/kms/xks/v1``."""
    account: str
    region: str
    """Where its keys are."""
    created: datetime
    keys: dict[str, str] = field(default_factory=dict)
    """External key id -> KMS key id."""
    callers: tuple[str, ...] = ()
    """AWS accounts whose KMS keys may be kept here; all of those that have a credential, where none is named."""


@record("xks:Credential", id="access_key_id", scope=Scope.GLOBAL, indexes={"proxy": "uri_path"})
class XksCredential:
    """How KMS signs its requests to a proxy. A proxy has two of them while they are changed."""

    access_key_id: str
    account: str
    uri_path: str
    created: datetime
    secret_access_key: bytes = secret()
    status: Literal["Active"] = "Active"


def new_access_key_id() -> str:
    """26 characters, of those that AWS takes: A to Z and 2 to 7."""
    return base64.b32encode(secrets.token_bytes(20)).decode()[:26]


def new_secret_access_key() -> bytes:
    """264 random bits: 44 characters of base64, none of them padding, which the AWS CLI would not take."""
    return base64.b64encode(secrets.token_bytes(33))
