"""Users and roles that a policy names, bound to who they are when it is put.

AWS turns each user and role that a resource's policy names into its unique id: once it is gone, the policy speaks of
nobody, and above all not of another who comes to have its name. So a policy is kept as it was put, beside the unique
ids of those it names, and is compiled with the ids in place of the ARNs.
Source: IAM User Guide, "AWS JSON policy elements: Principal", "IAM user principals" and "IAM role principals".
"""

import json
import re
from collections.abc import Mapping

from vauban.identity.accounts import Account
from vauban.identity.bound_documents import renamed
from vauban.identity.roles import Role
from vauban.identity.users import User
from vauban.kernel.stores import World
from vauban.policy import Policy

_ENTITY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(user|role)/(?:.*/)?([^/]+)")
_SESSION = re.compile(r"arn:aws[a-z-]*:sts::(\d{12}):assumed-role/([^/]+)/.+")
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]+")


class UnknownPrincipal(ValueError):
    """A policy names somebody who is not there; ``principal`` is the name."""

    def __init__(self, principal: str):
        super().__init__(f'Invalid principal in policy: "AWS":"{principal}"')
        self.principal = principal


def bind(policy: Policy, world: World, account: str) -> dict[str, str]:
    """Unique ids of the users and roles that ``policy`` names, by ARN. Raises UnknownPrincipal.

    Those of accounts that are not held here cannot be looked up, and are taken at their word. A unique id must be of
    somebody in ``account``, whose policy it is.
    """
    bound: dict[str, str] = {}
    for name in policy.principals:
        if match := _ENTITY.fullmatch(name):
            if _is_here(world, match[1]):
                bound[name] = _id_of(world, name, *match.groups())
        elif match := _SESSION.fullmatch(name):
            if _is_here(world, match[1]) and _find(world, match[1], "role", match[2]) is None:
                raise UnknownPrincipal(name)
        elif _UNIQUE_ID.fullmatch(name) and arn_of(world, account, name) is None:
            raise UnknownPrincipal(name)
    return bound


def require_there(world: World, arn: str) -> None:
    """Raises UnknownPrincipal for a user, a role or a session of one that its account, held here, has not."""
    match = _ENTITY.fullmatch(arn) or _SESSION.fullmatch(arn)
    if match and _is_here(world, match[1]) and not id_of(world, arn):
        raise UnknownPrincipal(arn)


def as_shown(document: str, ids: Mapping[str, str], world: World) -> str:
    """``document`` as it reads today: who is gone is told by unique id, who was renamed by the new ARN."""
    now = {arn: arn_of(world, arn.split(":")[4], unique_id) or unique_id for arn, unique_id in ids.items()}
    if all(before == after for before, after in now.items()):
        return document
    return json.dumps(renamed(json.loads(document), lambda each: now.get(each, each)))


def arn_of(world: World, account: str, unique_id: str) -> str | None:
    """The ARN, today, of the user or role of ``account`` with a unique id."""
    kind = User if unique_id.startswith("AIDA") else Role
    found = world.at(account, "").list(kind, index="id", value=unique_id, limit=1)
    return found[0].arn if found else None


def id_of(world: World, arn: str) -> str:
    """The unique id of the user or role with an ARN, or of the role behind a session's; "" where it is not here."""
    if match := _SESSION.fullmatch(arn):
        found = _find(world, match[1], "role", match[2])
    elif match := _ENTITY.fullmatch(arn):
        found = _find(world, *match.groups())
        found = found if found is not None and found.arn == arn else None
    else:
        found = None
    return "" if found is None else _unique_id(found)


def _is_here(world: World, account: str) -> bool:
    return world.at("", "").get(Account, account) is not None


def _id_of(world: World, arn: str, account: str, noun: str, name: str) -> str:
    found = _find(world, account, noun, name)
    if found is None or found.arn != arn:
        raise UnknownPrincipal(arn)
    return _unique_id(found)


def _unique_id(entity: User | Role) -> str:
    return entity.user_id if isinstance(entity, User) else entity.role_id


def _find(world: World, account: str, noun: str, name: str) -> User | Role | None:
    return world.at(account, "").get(User if noun == "user" else Role, name)
