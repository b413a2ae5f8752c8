"""Roles that are linked to a service: made for it, changed by it alone, deleted when it has no more use for them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vauban.identity.arns import identity_arn
from vauban.identity.ids import ROLE as ROLE_PREFIX
from vauban.identity.ids import new_unique_id
from vauban.identity.roles import SERVICE_LINKED, Role
from vauban.kernel.calls import Call
from vauban.kernel.operations import operation
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.iam.errors import InvalidInputException, NoSuchEntityException
from vauban.services.iam.resolvers import ROLE, role
from vauban.services.iam.resources import DeletionTask
from vauban.services.iam.shapes import role_shape

DATA = "service_linked_roles.json"


@dataclass(frozen=True)
class NewRole:
    """The role that a service is about to be given."""

    members: tuple[str, ...] = ("AWSServiceName", "CustomSuffix")
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        service = call.params["AWSServiceName"]
        known = services().get(service)
        name = _name(known["role"], call.params.get("CustomSuffix")) if known else "*"
        arn = identity_arn(call.account, "role", f"{SERVICE_LINKED}{service}/", name)
        return Resource(arn, "role", call.account, cloudtrail_type=ROLE.cloudtrail_type)


@operation("CreateServiceLinkedRole", on=NewRole())
def create_service_linked_role(
    call: Call, _: None, aws_service_name: str, description: str = "", custom_suffix: str | None = None
) -> dict[str, Any]:
    known = services().get(aws_service_name)
    if known is None:
        raise InvalidInputException(f"Service-linked roles are not known for {aws_service_name}.")
    if custom_suffix and not known.get("suffix"):
        raise InvalidInputException(f"Custom suffix is not allowed for {aws_service_name}")
    name = _name(known["role"], custom_suffix)
    if call.store.count(Role, index="folded", value=name.lower()):
        raise InvalidInputException(
            f"Service role name {name} has been taken in this account, please try a different suffix."
        )
    made = Role(
        call.account,
        name,
        new_unique_id(ROLE_PREFIX),
        call.second,
        _trust_policy(aws_service_name),
        path=f"{SERVICE_LINKED}{aws_service_name}/",
        description=description,
        attached=(f"arn:aws:iam::aws:policy{SERVICE_LINKED}{known['policy']}",) if "policy" in known else (),
    )
    call.store.put(made)
    return {"Role": role_shape(call, made)}


@operation("DeleteServiceLinkedRole", on=role)
def delete_service_linked_role(call: Call, role: Role) -> dict[str, Any]:
    if not role.linked_service:
        raise NoSuchEntityException(ROLE.absent.format(role.name))
    task_id = f"task{role.path}{role.name}/{call.uuid()}"
    call.store.put(DeletionTask(call.account, task_id, role.arn))
    call.store.delete(role)
    return {"DeletionTaskId": task_id}


@dataclass(frozen=True)
class RoleOfTask:
    """The role that a deletion task is about; the handler is given the task."""

    members: tuple[str, ...] = ("DeletionTaskId",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        task_id = call.params["DeletionTaskId"]
        task = world.at(call.account, "").get(DeletionTask, task_id)
        if task is None:
            absent = NoSuchEntityException(f"The deletion task {task_id} cannot be found.")
            arn = identity_arn(call.account, "role", SERVICE_LINKED, "*")
            return Resource(arn, "role", call.account, absent=absent)
        return Resource(task.role_arn, "role", call.account, task, cloudtrail_type=ROLE.cloudtrail_type)


@operation("GetServiceLinkedRoleDeletionStatus", on=RoleOfTask())
def get_service_linked_role_deletion_status(call: Call, _: DeletionTask) -> dict[str, Any]:
    return {"Status": "SUCCEEDED"}


@cache
def services() -> dict[str, dict[str, Any]]:
    """What is known of services that link roles, by service principal."""
    return json.loads(files(__package__).joinpath(DATA).read_text("utf-8"))["services"]


def _name(role_name: str, suffix: str | None) -> str:
    return f"{role_name}_{suffix}" if suffix else role_name


def _trust_policy(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
