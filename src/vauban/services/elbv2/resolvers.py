"""How a call names what Elastic Load Balancing keeps: by ARN, in its own account and Region."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from vauban.kernel.arns import PARTITION, arn
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AwsError, ValidationException
from vauban.kernel.operations import Evaluate
from vauban.kernel.resources import Resource
from vauban.kernel.stores import Records, World
from vauban.services.elbv2.errors import (
    ListenerNotFoundException,
    LoadBalancerNotFoundException,
    RuleNotFoundException,
    TargetGroupNotFoundException,
)
from vauban.services.elbv2.resources import SERVICE, Listener, LoadBalancer, Rule, TargetGroup


class Noun(NamedTuple):
    """A kind of resource, and how it is spoken of."""

    kind: type
    word: str
    """``load balancer``."""
    begins: str
    """How the last part of its ARN begins: ``loadbalancer/app/``."""
    type: str
    """IAM's resource type."""
    cloudtrail_type: str
    absent: Callable[[str], AwsError]


LOAD_BALANCER = Noun(
    LoadBalancer,
    "load balancer",
    "loadbalancer/",
    "loadbalancer/app/",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    lambda arn: LoadBalancerNotFoundException(f"Load balancer '{arn}' not found"),
)
LISTENER = Noun(
    Listener,
    "listener",
    "listener/",
    "listener/app",
    "AWS::ElasticLoadBalancingV2::Listener",
    lambda arn: ListenerNotFoundException(f"Listener '{arn}' not found"),
)
RULE = Noun(
    Rule,
    "listener rule",
    "listener-rule/",
    "listener-rule/app",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    lambda arn: RuleNotFoundException(f"Rule '{arn}' not found"),
)
TARGET_GROUP = Noun(
    TargetGroup,
    "target group",
    "targetgroup/",
    "targetgroup",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    lambda arn: TargetGroupNotFoundException(f"Target groups '{arn}' not found"),
)
NOUNS = (LOAD_BALANCER, LISTENER, RULE, TARGET_GROUP)


def parse(text: str, noun: Noun) -> tuple[str, str, str]:
    """Region, account, and what stands behind the resource type. Raises ValidationException."""
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[:3] != ["arn", PARTITION, SERVICE] or not parts[5].startswith(noun.begins):
        raise ValidationException(f"'{text}' is not a valid {noun.word} ARN")
    return parts[3], parts[4], parts[5].removeprefix(noun.begins)


def find(records: Records, noun: Noun, text: str) -> Any | None:
    """What an ARN names in an account and Region. Raises ValidationException."""
    region, account, path = parse(text, noun)
    if (region, account) != (records.region, records.account):
        return None
    words = path.split("/")
    by_name = {LOAD_BALANCER: 1, TARGET_GROUP: 0}.get(noun)
    if by_name is None:
        return records.get(noun.kind, path)
    found = records.get(noun.kind, words[by_name]) if len(words) == by_name + 2 else None
    return found if found is not None and found.path == path else None


def resource_of(noun: Noun, record: Any) -> Resource:
    return Resource(
        record.arn, noun.type, record.account, record, tags=record.tags, cloudtrail_type=noun.cloudtrail_type
    )


@dataclass(frozen=True)
class Named:
    """Finds what a member names."""

    noun: Noun
    member: str
    optional: bool = False
    """Whether it is no error that there is none: then the handler is given None."""
    action: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return (self.member,)

    def __call__(self, call: Call, world: World) -> Resource:
        return named(call, world, self.noun, call.params[self.member], self.optional)


def named(call: Call, world: World, noun: Noun, text: str, optional: bool = False) -> Resource:
    """The resource of an ARN. Raises ValidationException where it can name none."""
    _, account, _ = parse(text, noun)
    found = find(world.at(call.account, call.region), noun, text)
    if found is not None:
        return resource_of(noun, found)
    absent = None if optional else noun.absent(text)
    return Resource(text, noun.type, account, absent=absent, cloudtrail_type=noun.cloudtrail_type)


@dataclass(frozen=True)
class New:
    """What is to be made, of which only the name is known."""

    noun: Noun
    begins: str
    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        where = arn(SERVICE, call.region, call.account, f"{self.begins}{call.params['Name']}/*")
        return Resource(where, self.noun.type, call.account, cloudtrail_type=self.noun.cloudtrail_type)


@dataclass(frozen=True)
class Several:
    """Finds all that a list names; the record is the list of their resources."""

    member: str
    of: str = ""
    """The member of each element that has the ARN; empty where the elements are ARNs."""
    members: tuple[str, ...] = ()
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        texts = [each[self.of] if self.of else each for each in call.params[self.member]]
        found = [named(call, world, _noun_of(text), text) for text in texts]
        return Resource(found[0].arn, found[0].type, found[0].account, found, cloudtrail_type=found[0].cloudtrail_type)


def on_each(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """The first denial, or that all may be acted on. Raises the error of one that is not there, once that may be told.

    A ``Decide`` of the kernel.
    """
    for resource in resources[0].record:
        decision = evaluate(f"{SERVICE}:{call.operation.name}", resource)
        if not decision.allowed:
            return decision
    for resource in resources[0].record:
        if resource.absent is not None:
            raise resource.absent
    return decision


def _noun_of(text: str) -> Noun:
    resource = text.split(":", 5)[-1]
    found = next((noun for noun in NOUNS if resource.startswith(noun.begins)), None)
    if found is None:
        raise ValidationException(f"'{text}' is not a valid ARN")
    return found


a_load_balancer = Named(LOAD_BALANCER, "LoadBalancerArn")
a_listener = Named(LISTENER, "ListenerArn")
a_rule = Named(RULE, "RuleArn")
a_target_group = Named(TARGET_GROUP, "TargetGroupArn")
