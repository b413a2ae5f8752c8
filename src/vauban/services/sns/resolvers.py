"""How a call names a topic or a subscription: by ARN alone."""

from dataclasses import dataclass

from vauban.kernel.arns import arn
from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.resources import Resource
from vauban.kernel.stores import World
from vauban.services.sns.errors import ResourceNotFoundException, invalid, no_topic
from vauban.services.sns.resources import CLOUDTRAIL_TYPE, Subscription, Topic

RESOURCE_TYPE = "topic"


def parse(text: str, member: str) -> tuple[str, str, list[str]]:
    """Region, account and what the ARN ends with, split. Raises InvalidParameterException."""
    parts = text.split(":")
    if len(parts) < 6:
        raise invalid(f"{member} Reason: An ARN must have at least 6 elements, not {len(parts)}")
    if parts[0] != "arn" or parts[2] != "sns":
        raise invalid(f"{member} Reason: {text} is no ARN of SNS")
    return parts[3], parts[4], parts[5:]


def resource_of(topic: Topic) -> Resource:
    return Resource(
        topic.arn,
        RESOURCE_TYPE,
        topic.account,
        topic,
        topic.compiled_policy,
        tags=topic.tags,
        cloudtrail_type=CLOUDTRAIL_TYPE,
    )


@dataclass(frozen=True)
class TopicResolver:
    """Finds the topic that one of its members names."""

    members: tuple[str, ...] = ("TopicArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = next((call.params[each] for each in self.members if call.params.get(each)), None)
        if text is None:
            raise invalid(f"{' or '.join(self.members)} Reason: no value for required parameter")
        region, account, rest = parse(text, self.members[0])
        if call.principal.kind == "anonymous":
            call.region = region
        if region != call.region or len(rest) != 1:
            raise invalid(self.members[0])
        topic = world.at(account, region).get(Topic, rest[0])
        if topic is not None:
            return resource_of(topic)
        return Resource(text, RESOURCE_TYPE, account, absent=self.absent(), cloudtrail_type=CLOUDTRAIL_TYPE)

    def absent(self) -> AwsError:
        return no_topic()


@dataclass(frozen=True)
class TaggedResolver(TopicResolver):
    members: tuple[str, ...] = ("ResourceArn",)

    def absent(self) -> AwsError:
        return ResourceNotFoundException("Resource does not exist")


@dataclass(frozen=True)
class NameResolver:
    """The topic that CreateTopic is to make: there already, or not."""

    members: tuple[str, ...] = ("Name",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        name = call.params["Name"]
        topic = world.at(call.account, call.region).get(Topic, name)
        if topic is not None:
            return resource_of(topic)
        where = arn("sns", call.region, call.account, name)
        return Resource(where, RESOURCE_TYPE, call.account, cloudtrail_type=CLOUDTRAIL_TYPE)


@dataclass(frozen=True)
class SubscriptionResolver:
    """Finds a subscription. Policies know no such resource: the decision is about its topic's ARN by identity alone."""

    members: tuple[str, ...] = ("SubscriptionArn",)
    action: str = ""

    def __call__(self, call: Call, world: World) -> Resource:
        text = call.params["SubscriptionArn"]
        region, account, rest = parse(text, "SubscriptionArn")
        if call.principal.kind == "anonymous":
            call.region = region
        if region != call.region or len(rest) != 2:
            raise invalid("SubscriptionArn")
        found = world.at(account, region).get(Subscription, ":".join(rest))
        return Resource("*", account=account, record=found)


a_topic = TopicResolver()
a_target = TopicResolver(("TopicArn", "TargetArn"))
a_tagged_topic = TaggedResolver()
a_name = NameResolver()
a_subscription = SubscriptionResolver()
