"""How a call names a secret: by name, by ARN, or by an ARN without the six characters at its end."""

from dataclasses import dataclass

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.resources import ANY, Resource
from vauban.kernel.stores import Records, World
from vauban.services.secretsmanager.errors import secret_not_found
from vauban.services.secretsmanager.identifiers import parse, require_name, split_suffix, suffix
from vauban.services.secretsmanager.resources import CLOUDTRAIL_TYPE, Secret

RESOURCE_TYPE = "Secret"
UNKNOWN_SUFFIX = "??????"
"""Stands in the ARN of a secret that is not there: policies on any suffix fit it."""


def resource_of(secret: Secret) -> Resource:
    return Resource(
        secret.arn,
        RESOURCE_TYPE,
        secret.account,
        secret,
        secret.compiled_policy,
        False,
        None,
        secret.tags,
        None,
        CLOUDTRAIL_TYPE,
    )


def find(records: Records, text: str) -> Secret | None:
    """The secret of what an ARN ends with: of a whole one first, then as if the suffix were not there."""
    name, ending = split_suffix(text)
    secret = records.get(Secret, name) if ending else None
    if secret is not None and secret.suffix == ending:
        return secret
    return records.get(Secret, text)


@dataclass(frozen=True)
class SecretResolver:
    """Finds the secret that a member names. It may be of another account where its ARN says so."""

    member: str = "SecretId"
    action: str = ""
    optional: bool = False
    """Whether the member may be left out; the decision is then about ``*``."""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params.get(self.member)
        if text is None and self.optional:
            return ANY
        if not text.startswith("arn:"):
            require_name(text)
            secret = world.at(call.account, call.region).get(Secret, text)
            return absent(call, call.account, text) if secret is None else resource_of(secret)
        region, account, name = parse(text)
        secret = find(world.at(account, region), name) if region == call.region else None
        return absent(call, account or call.account, name) if secret is None else resource_of(secret)


def absent(call: Call, account: str, name: str) -> Resource:
    """A secret that is not there: the caller is told so if policies let it act on one of that name."""
    where = arn("secretsmanager", call.region, account, f"secret:{name}-{UNKNOWN_SUFFIX}")
    return Resource(where, RESOURCE_TYPE, account, absent=secret_not_found())


@dataclass(frozen=True)
class Draft:
    """A name that CreateSecret asks for: the end of its ARN to be, and the secret that has the name already."""

    suffix: str
    existing: Secret | None


@dataclass(frozen=True)
class DraftResolver:
    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["Name"]
        require_name(name)
        existing = world.at(call.account, call.region).get(Secret, name)
        draft = Draft(existing.suffix if existing else suffix(call.random(6)), existing)
        return Resource(
            arn("secretsmanager", call.region, call.account, f"secret:{name}-{draft.suffix}"),
            RESOURCE_TYPE,
            call.account,
            draft,
            cloudtrail_type=CLOUDTRAIL_TYPE,
        )


@dataclass(frozen=True)
class DeletedResolver(SecretResolver):
    """A secret to delete; with ForceDeleteWithoutRecovery it is no error if there is none."""

    def __call__(self, call: Call, world: World) -> Resource:
        found = super().__call__(call, world)
        if call.params.get("ForceDeleteWithoutRecovery"):
            found.absent = None
        return found


a_secret = SecretResolver()
a_draft = DraftResolver()
a_secret_to_delete = DeletedResolver()
