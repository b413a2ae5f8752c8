"""Whose policies are simulated, and as whom."""

import re
from typing import Any, NamedTuple

from vauban.identity.groups import Group
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.calls import Call
from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.iam.errors import InvalidInputException, NoSuchEntityException
from vauban.services.iam.resolvers import GROUP, ROLE, USER, Noun, resource_of

_ENTITY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(user|group|role)/(?:[^:]*/)?([\w+=,.@-]+)", re.ASCII)
_NOUNS: dict[str, Noun] = {"user": USER, "group": GROUP, "role": ROLE}


class Caller(NamedTuple):
    principal: Principal
    context: dict[str, Any]
    """What the request context says of it, by condition key."""


class SimulatedEntity:
    """The user, group or role that ``PolicySourceArn`` names."""

    members = ("PolicySourceArn",)
    action = ""

    def __call__(self, call: Call, world: World) -> Resource:
        arn = call.params["PolicySourceArn"]
        account, noun, name = _parse(arn)
        absent = NoSuchEntityException(_NOUNS[noun].absent.format(name))
        if account != call.account:
            return Resource(arn, noun, account, policy_rules=True, absent=absent)
        found = _find(world.at(call.account, ""), arn)
        return Resource(arn, noun, account, absent=absent) if found is None else resource_of(_NOUNS[noun], found)


def find_entity(call: Call, arn: str) -> User | Group | Role:
    """The entity of the call's account with that ARN. Raises InvalidInputException, NoSuchEntityException."""
    account, noun, name = _parse(arn)
    found = _find(call.store, arn) if account == call.account else None
    if found is None:
        raise NoSuchEntityException(_NOUNS[noun].absent.format(name))
    return found


def entity_of(arn: str, record: User | Group | Role | None = None) -> Caller:
    """The caller that an ARN names, there or not. Raises InvalidInputException."""
    account, noun, name = _parse(arn)
    unique_id = getattr(record, f"{noun}_id", "") or arn
    context: dict[str, Any] = {"aws:principalaccount": account, "aws:principalarn": arn}
    context |= {f"aws:principaltag/{key.lower()}": value for key, value in getattr(record, "tags", {}).items()}
    if noun == "role":
        return Caller(Principal("assumed-role", account, arn, unique_id, issuer_arn=arn, issuer_id=unique_id), context)
    if noun == "user" and record is not None:
        context |= {"aws:username": name, "aws:userid": unique_id}
    return Caller(Principal("user", account, arn, unique_id, name if noun == "user" else ""), context)


def _parse(arn: str) -> tuple[str, str, str]:
    match = _ENTITY.fullmatch(arn)
    if match is None:
        raise InvalidInputException(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    return match[1], match[2], match[3]


def _find(records: Records, arn: str) -> Any | None:
    _, noun, name = _parse(arn)
    found = records.get(_NOUNS[noun].kind, name)
    return found if found is not None and found.arn == arn else None
