"""Service-specific credentials: a user name and a password, or an API key, for one service alone."""

import base64
import re
from datetime import datetime, timedelta
from typing import Any

from vauban.identity.ids import SERVICE_CREDENTIAL, new_unique_id
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.iam.errors import (
    InvalidInputException,
    NoSuchEntityException,
    ServiceNotSupportedException,
    over_quota,
)
from vauban.services.iam.lists import page
from vauban.services.iam.resolvers import own_user, user
from vauban.services.iam.resources import ServiceCredential

PER_SERVICE = 2
WITH_PASSWORD = ("codecommit.amazonaws.com", "cassandra.amazonaws.com")
WITH_KEY = ("bedrock.amazonaws.com", "logs.amazonaws.com")
_PASSWORD_BYTES = 33


@operation("CreateServiceSpecificCredential", on=user)
def create_service_specific_credential(
    call: Call, user: User, service_name: str, credential_age_days: int | None = None
) -> dict[str, Any]:
    _require_supported(service_name)
    if credential_age_days is not None and service_name not in WITH_KEY:
        raise InvalidInputException(f"CredentialAgeDays is not for {service_name}.")
    before = [each for each in credentials_of(call, user) if each.service_name == service_name]
    if len(before) >= PER_SERVICE:
        raise over_quota("ServiceSpecificCredentialsPerUser", PER_SERVICE)
    expires = call.second + timedelta(days=credential_age_days) if credential_age_days is not None else None
    made = ServiceCredential(
        call.account,
        new_unique_id(SERVICE_CREDENTIAL),
        user.name,
        service_name,
        f"{user.name}{f'+{len(before)}' if before else ''}-at-{call.account}",
        call.second,
        _new_password(call),
        expires=expires,
    )
    call.store.put(made)
    return {"ServiceSpecificCredential": _with_secret(call, made)}


@operation("ListServiceSpecificCredentials", on=own_user)
def list_service_specific_credentials(
    call: Call,
    user: User,
    service_name: str | None = None,
    all_users: bool = False,
    marker: str | None = None,
    max_items: int | None = None,
) -> dict[str, Any]:
    if service_name is not None:
        _require_supported(service_name)
    found = call.store.list(ServiceCredential) if all_users else credentials_of(call, user)
    wanted = (each for each in found if service_name in (None, each.service_name))
    entries = ((each.credential_id, each) for each in wanted)
    return page(call, "ServiceSpecificCredentials", entries, max_items, marker, lambda each: _listed(call, each))


@operation("UpdateServiceSpecificCredential", on=own_user)
def update_service_specific_credential(
    call: Call, user: User, service_specific_credential_id: str, status: str
) -> None:
    if status == "Expired":
        raise ValidationException("The status of a credential is Active or Inactive.")
    call.store.put(replace(_credential(call, user, service_specific_credential_id), status=status))


@operation("ResetServiceSpecificCredential", on=own_user)
def reset_service_specific_credential(call: Call, user: User, service_specific_credential_id: str) -> dict[str, Any]:
    changed = replace(_credential(call, user, service_specific_credential_id), password=_new_password(call))
    call.store.put(changed)
    return {"ServiceSpecificCredential": _with_secret(call, changed)}


@operation("DeleteServiceSpecificCredential", on=own_user)
def delete_service_specific_credential(call: Call, user: User, service_specific_credential_id: str) -> None:
    call.store.delete(_credential(call, user, service_specific_credential_id))


def credentials_of(call: Call, user: User) -> list[ServiceCredential]:
    return call.store.list(ServiceCredential, index="user", value=user.name)


def _require_supported(service_name: str) -> None:
    if service_name not in (*WITH_PASSWORD, *WITH_KEY):
        raise ServiceNotSupportedException(f"No such service {service_name} is supported for this operation")


def _credential(call: Call, user: User, credential_id: str) -> ServiceCredential:
    found = call.store.get(ServiceCredential, credential_id)
    if found is None or found.user_name != user.name:
        raise NoSuchEntityException(f"No such credential {credential_id} exists")
    return found


def _new_password(call: Call) -> bytes:
    return re.sub(rb"[-_]", b"=", base64.urlsafe_b64encode(call.random(_PASSWORD_BYTES)))


def _status(now: datetime, credential: ServiceCredential) -> str:
    expired = credential.expires is not None and credential.expires <= now
    return "Expired" if expired else credential.status


def _listed(call: Call, credential: ServiceCredential) -> dict[str, Any]:
    name = "ServiceUserName" if credential.service_name in WITH_PASSWORD else "ServiceCredentialAlias"
    shape = {
        "UserName": credential.user_name,
        "Status": _status(call.second, credential),
        name: credential.service_user_name,
        "CreateDate": credential.created,
        "ServiceSpecificCredentialId": credential.credential_id,
        "ServiceName": credential.service_name,
    }
    return shape if credential.expires is None else shape | {"ExpirationDate": credential.expires}


def _with_secret(call: Call, credential: ServiceCredential) -> dict[str, Any]:
    """As it is told once: when it is made, and when it is reset."""
    name = "ServicePassword" if credential.service_name in WITH_PASSWORD else "ServiceCredentialSecret"
    return _listed(call, credential) | {name: credential.password.decode()}
