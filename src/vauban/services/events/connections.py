"""Connections: how API destinations are authorized at, by name and password, by a key, or by OAuth.

What is secret of one is in a secret of its account's that EventBridge owns. Who makes, changes or deletes a connection
needs the permission to do so with that secret. Source: EventBridge User Guide, "Connections".
"""

import json
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.records import replace
from vauban.services.events.authorizations import authorize_soon
from vauban.services.events.credentials import merged, parameters_of, require_whole, secret_of, shown
from vauban.services.events.errors import ResourceAlreadyExistsException, too_many
from vauban.services.events.inputs import dumped
from vauban.services.events.lists import page
from vauban.services.events.resolvers import NamedResolver
from vauban.services.events.resources import CONNECTION_TYPE, OAUTH, Connection

MAXIMUM = 3_000
"""In a Region."""
NOT_HERE = ("InvocationConnectivityParameters",)
"""Private APIs are VPC Lattice's."""
a_connection = NamedResolver(Connection, "connection", CONNECTION_TYPE, "Name")
a_new_connection = NamedResolver(Connection, "connection", CONNECTION_TYPE, "Name", draft=True)


@operation("CreateConnection", on=a_new_connection, unsupported=NOT_HERE)
def create_connection(
    call: Call,
    existing: Connection | None,
    authorization_type: str,
    auth_parameters: dict[str, Any],
    description: str = "",
    kms_key_identifier: str = "",
) -> dict[str, Any]:
    name = call.params["Name"]
    require_whole(authorization_type, auth_parameters)
    if existing is not None:
        raise ResourceAlreadyExistsException(f"Connection {name} already exists.")
    if call.store.count(Connection) >= MAXIMUM:
        raise too_many()
    connection = Connection(
        name,
        call.account,
        call.region,
        call.uuid(),
        authorization_type,
        shown(auth_parameters),
        _make_secret(call, name, secret_of(authorization_type, auth_parameters), kms_key_identifier),
        call.second,
        call.second,
        description=description,
        kms_key_id=kms_key_identifier,
    )
    connection = _authorized(call, connection)
    return {**_named(connection), "CreationTime": connection.created, "LastModifiedTime": connection.modified}


@operation("UpdateConnection", on=a_connection, unsupported=NOT_HERE)
def update_connection(
    call: Call,
    connection: Connection,
    description: str | None = None,
    authorization_type: str | None = None,
    auth_parameters: dict[str, Any] | None = None,
    kms_key_identifier: str | None = None,
) -> dict[str, Any]:
    """What is not said stays as it is."""
    kind = authorization_type or connection.kind
    key = connection.kms_key_id if kms_key_identifier is None else kms_key_identifier
    connection = replace(
        connection,
        description=connection.description if description is None else description,
        kind=kind,
        kms_key_id=key,
        modified=call.second,
    )
    if (authorization_type, auth_parameters, kms_key_identifier) == (None, None, None):
        call.store.put(connection)
    else:
        connection = _with_parameters(call, connection, auth_parameters or {})
    return {**_named(connection), **_times(connection)}


@operation("DeauthorizeConnection", on=a_connection)
def deauthorize_connection(call: Call, connection: Connection) -> dict[str, Any]:
    """Its secret is forgotten; the connection can be given another."""
    _forget_secret(call, connection)
    bare = replace(connection, state="DEAUTHORIZED", secret_arn="", token=b"", token_ends=None, modified=call.second)
    call.store.put(bare)
    return {**_named(bare), "ConnectionState": "DEAUTHORIZING", **_times(bare)}


@operation("DeleteConnection", on=a_connection)
def delete_connection(call: Call, connection: Connection) -> dict[str, Any]:
    _forget_secret(call, connection)
    call.store.delete(connection)
    return {**_named(connection), "ConnectionState": "DELETING", **_times(connection)}


@operation("DescribeConnection", on=a_connection)
def describe_connection(call: Call, connection: Connection) -> dict[str, Any]:
    told = {
        **_summary(connection),
        "Description": connection.description,
        "SecretArn": connection.secret_arn,
        "KmsKeyIdentifier": connection.kms_key_id,
        "AuthParameters": connection.parameters,
    }
    return {name: value for name, value in told.items() if value != ""}


@operation("ListConnections")
def list_connections(
    call: Call,
    name_prefix: str = "",
    connection_state: str | None = None,
    next_token: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    entries = [
        (each.name, _summary(each))
        for each in call.store.list(Connection)
        if each.name.startswith(name_prefix) and connection_state in (None, each.state)
    ]
    return page(call, "Connections", entries, limit, next_token, of=f"{name_prefix} {connection_state}")


def _with_parameters(call: Call, connection: Connection, given: dict[str, Any]) -> Connection:
    """The connection with other parameters, or under another key."""
    before = call.store.get(Connection, connection.name)
    parameters = given
    if before.secret_arn and before.kind == connection.kind:
        told = call.ask("secretsmanager:GetSecretValue", SecretId=before.secret_arn)
        parameters = merged(parameters_of(before.kind, json.loads(told["SecretString"])), given)
    require_whole(connection.kind, parameters)
    secret = secret_of(connection.kind, parameters)
    if before.secret_arn:
        key = {"KmsKeyId": connection.kms_key_id} if connection.kms_key_id else {}
        said = {"ClientRequestToken": call.once("secret", call.uuid), "SecretString": dumped(secret), **key}
        call.ask("secretsmanager:UpdateSecret", SecretId=before.secret_arn, **said)
    else:
        made = _make_secret(call, connection.name, secret, connection.kms_key_id)
        connection = replace(connection, secret_arn=made)
    return _authorized(call, replace(connection, parameters=shown(parameters)))


def _authorized(call: Call, connection: Connection) -> Connection:
    """Keep the connection; whether OAuth's credentials are taken is asked soon."""
    if connection.kind == OAUTH:
        connection = replace(connection, state="AUTHORIZING", reason="", token=b"", token_ends=None)
        call.store.put(connection)
        authorize_soon(call, connection)
    else:
        connection = replace(connection, state="AUTHORIZED", reason="", authorized=call.second)
        call.store.put(connection)
    return connection


def _make_secret(call: Call, name: str, secret: dict[str, Any], kms_key_id: str) -> str:
    """Its ARN."""
    key = {"KmsKeyId": kms_key_id} if kms_key_id else {}
    token = call.once("secret", call.uuid)
    made = call.ask(
        "secretsmanager:CreateSecret",
        Name=f"events!connection/{name}/{token}",
        ClientRequestToken=token,
        SecretString=dumped(secret),
        **key,
    )
    return made["ARN"]


def _forget_secret(call: Call, connection: Connection) -> None:
    if connection.secret_arn:
        call.ask("secretsmanager:DeleteSecret", SecretId=connection.secret_arn, ForceDeleteWithoutRecovery=True)


def _named(connection: Connection) -> dict[str, Any]:
    return {"ConnectionArn": connection.arn, "ConnectionState": connection.state}


def _times(connection: Connection) -> dict[str, Any]:
    told = {
        "CreationTime": connection.created,
        "LastModifiedTime": connection.modified,
        "LastAuthorizedTime": connection.authorized,
    }
    return {name: value for name, value in told.items() if value is not None}


def _summary(connection: Connection) -> dict[str, Any]:
    told = {
        **_named(connection),
        "Name": connection.name,
        "AuthorizationType": connection.kind,
        **_times(connection),
    }
    return {**told, "StateReason": connection.reason} if connection.reason else told
